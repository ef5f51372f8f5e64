"""Makes subgraphs fail that a header of the request names, so that visitors see its effect on a response."""

from collections.abc import Mapping
from typing import Any, Final

from gateway import SubgraphOperation
from gateway.errors import SubgraphUnreachable
from gateway.feature import Entry, Feature, Version, VersionParts
from gateway.plan import Fetch

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


class BrokenSubgraphs(Feature):
    """The feature of the demo's gateway; nothing else switches it on."""

    def of(self, version: Version) -> VersionParts:
        """Wrap the calls of all subgraphs."""
        del version
        return VersionParts(calls=(Breaking(),))


ENTRY: Final = Entry("broken_subgraphs", feature=f"{__name__}:BrokenSubgraphs")
FEATURE: Final = f"{__name__}:ENTRY"
"""Its name in the gateway's settings."""
