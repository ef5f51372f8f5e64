"""Opens no subscription at a subgraph whose circuit is open, and reports how opening others ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.features.resilience.circuits.coordinates import coordinates
from gateway.features.resilience.circuits.subgraph_circuits import Circuits
from gateway.plan import Fetch
from gateway.transport import EventSource, SubgraphSubscription


class _Opened(dict[str, Any]):
    """Represents an opened subscription to a circuit: a response without errors."""

    def __init__(self, source: EventSource) -> None:
        super().__init__(data=None)
        self.source = source


@dataclass(frozen=True, slots=True)
class SourceCircuits:
    """Opens no subscription at a subgraph whose circuit is open: a `SourceMiddleware`.

    Attributes:
        of: The circuits by subgraph, shared with queries; subgraphs without a circuit are always called.
    """

    of: Mapping[str, Circuits]

    def wrap(self, subscribe: SubgraphSubscription, fetch: Fetch) -> SubgraphSubscription:
        """Return a subscription that raises `CircuitOpen` while its circuit is open."""
        circuits = self.of.get(fetch.subgraph)
        if circuits is None:
            return subscribe

        async def opened(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> _Opened:
            return _Opened(await subscribe(variables, headers, session))

        call = circuits.guarded(opened, coordinates(fetch))

        async def guarded(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> EventSource:
            found = await call(variables, headers, session)
            assert isinstance(found, _Opened)  # noqa: S101 - a circuit returns what it was given
            return found.source

        return guarded
