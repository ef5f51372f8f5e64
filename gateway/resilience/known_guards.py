"""The guards of all versions of the graph in use: what is known of a subgraph outlives a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from gateway.resilience.guard import Guard
from gateway.resilience.sharing.shared_fetches import Identify
from gateway.resilience.waiting import WaitingRequests


@dataclass(slots=True)
class KnownGuards:
    """Keeps guards as long as a version of the graph needs them.

    A version that is built while another one serves gets the guards of that one where the settings are the
    same: an open circuit stays open, and calls are counted together.

    Attributes:
        waiting: Knows which requests only wait.
        identify: Tells the sessions of customers apart.
    """

    waiting: WaitingRequests
    identify: Identify
    _guards: WeakValueDictionary[tuple[str, str], Guard] = field(
        default_factory=WeakValueDictionary, init=False
    )

    def guard(self, subgraph: str, settings: str, make: Callable[[], Guard]) -> Guard:
        """Return the guard of a subgraph with these settings, and build it if there is none."""
        known = self._guards.get((subgraph, settings))
        if known is None:
            known = self._guards[subgraph, settings] = make()
        return known

    def newest(self) -> dict[str, Guard]:
        """Return the newest guard of each subgraph; a version may be being built in a thread."""
        found = [reference() for reference in self._guards.valuerefs()]
        return {guard.subgraph: guard for guard in found if guard is not None}
