"""Records each subgraph call of an observed request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.trace import SpanKind

from gateway.features.observation.observation import OBSERVED, Attributes, Observation
from gateway.plan import Fetch, OperationKind, RootFields
from gateway.transport import SubgraphOperation

FETCH: Final = "fetch"


@dataclass(frozen=True, slots=True)
class ObservedCalls:
    """The middleware that records fetches; a call of any other request costs only one more look-up.

    Attributes:
        remote: The subgraphs that are called over HTTP.
    """

    remote: frozenset[str]

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Return a call that is recorded."""
        observed_call = _ObservedCall(
            call, fetch, kind, SpanKind.CLIENT if fetch.subgraph in self.remote else SpanKind.INTERNAL
        )
        observation_of = OBSERVED.get

        # Not a coroutine function, so that the call of an unobserved request needs no additional coroutine.
        def observed(variables: Mapping[str, Any], headers: Mapping[str, str], session: object) -> Any:
            observation = observation_of()
            if observation is None:
                return call(variables, headers, session)
            return observed_call.send(observation, variables, headers, session)

        return observed


@dataclass(frozen=True, slots=True)
class _ObservedCall:
    call: SubgraphOperation
    fetch: Fetch
    kind: OperationKind
    span_kind: SpanKind

    async def send(
        self,
        observation: Observation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        session: object,
    ) -> Mapping[str, Any]:
        """Call the subgraph, and record the call."""
        name = f"{FETCH} {self.fetch.subgraph}"
        with observation.fetch(name, self._attributes(variables), self.span_kind) as span:
            response = await self.call(variables, span.headers(headers), session)
            errors = response.get("errors")
            if errors:
                span.answered_with_errors(len(errors) if isinstance(errors, list) else 1, _code(errors))
        return response

    def _attributes(self, variables: Mapping[str, Any]) -> Attributes:
        """Return the attributes of the call: how many entities it fetches, but never which."""
        fetch = self.fetch
        found: Attributes = {
            "subgraph.name": fetch.subgraph,
            "fetch.number": fetch.number,
        }
        if self.kind != "query":
            found["graphql.operation.type"] = self.kind
        if isinstance(fetch.returns, RootFields):
            return found | {"fetch.kind": "root"}
        names = tuple(each.variable for each in fetch.returns)
        sent = [value for name, value in variables.items() if name.startswith(names)]
        return found | {
            "fetch.kind": "entities",
            "fetch.entities": sum(len(each) for each in sent if isinstance(each, list)),
        }


def _code(errors: object) -> object:
    """Return the code of the first error; its message may contain a customer's data."""
    first = errors[0] if isinstance(errors, list) else None
    extensions = first.get("extensions") if isinstance(first, dict) else None
    return extensions.get("code") if isinstance(extensions, dict) else None
