"""The guards of all versions of the graph in use: a subgraph's state outlives a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from gateway.features.resilience.guard import Guard
from gateway.features.resilience.shared_fetches import Identify
from gateway.features.resilience.waiting import WaitingRequests


@dataclass(slots=True)
class KnownGuards:
    """Keeps guards as long as a version of the graph uses them.

    A version that is built while another one serves takes over its guards where the settings are the same: an
    open circuit stays open, and calls are counted together.

    Attributes:
        waiting: Tracks the requests that are only waiting.
        identify: Distinguishes the sessions of customers.
    """

    waiting: WaitingRequests
    identify: Identify
    _guards: WeakValueDictionary[tuple[str, str], Guard] = field(
        default_factory=WeakValueDictionary, init=False
    )

    def guard(self, subgraph: str, settings: str, make: Callable[[], Guard]) -> Guard:
        """Return the guard of a subgraph with the given settings; build it if there is none."""
        known = self._guards.get((subgraph, settings))
        if known is None:
            known = self._guards[subgraph, settings] = make()
        return known

    def newest(self) -> dict[str, Guard]:
        """Return the newest guard of each subgraph; safe while a version is built in a thread."""
        found = [reference() for reference in self._guards.valuerefs()]
        return {guard.subgraph: guard for guard in found if guard is not None}
