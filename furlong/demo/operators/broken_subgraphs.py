"""Makes subgraphs fail that a header of the request names, so that visitors see its effect on a response."""

from collections.abc import Mapping
from typing import Any, Final

from gateway import Extension, Hooks, SubgraphOperation
from gateway.errors import SubgraphUnreachable
from gateway.plan import Fetch
from gateway.supergraph import Supergraph

HEADER: Final = "x-demo-broken"
"""Names the subgraphs, separated by commas, that a request does not reach."""


class Breaking:
    """Calls of subgraphs that a request names in its header fail, as if the subgraph were down."""

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: str) -> SubgraphOperation:
        """Return the call, or a failure if the header names its subgraph."""
        del kind
        name = fetch.subgraph

        async def breaking(variables: Mapping[str, Any], headers: Mapping[str, str], session: object) -> Any:
            if name in headers.get(HEADER, "").split(","):
                raise SubgraphUnreachable("the request asked for it")
            return await call(variables, headers, session)

        return breaking


class BrokenSubgraphs(Extension):
    """The extension of the demo's gateway; nothing else loads it."""

    def hooks(self, supergraph: Supergraph) -> Hooks:
        """Wrap the calls of all subgraphs."""
        del supergraph
        return Hooks(calls=(Breaking(),))


extension: Final = BrokenSubgraphs()
EXTENSION: Final = f"{__name__}:extension"
"""Its name in the gateway's settings."""
