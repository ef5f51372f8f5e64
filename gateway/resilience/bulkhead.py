"""A bulkhead: bounds how many requests wait for one subgraph, so that room is left for the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import SubgraphBusy
from gateway.resilience.waiting import WaitingRequests
from gateway.transport import SubgraphOperation


@dataclass(slots=True)
class Bulkhead:
    """Counts the calls of one subgraph.

    Attributes:
        limit: The most calls at once, those included that wait for a connection or share another's call.
        waiting: Knows which requests only wait.
        calls: How many calls are under way.
        refused: How many calls were refused so far.
    """

    limit: int
    waiting: WaitingRequests
    calls: int = 0
    refused: int = 0

    def limited(self, call: SubgraphOperation) -> SubgraphOperation:
        """Refuse a call at once if too many are under way."""
        waiting = self.waiting

        async def limited(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            if self.calls >= self.limit:
                self.refused += 1
                raise SubgraphBusy(f"{self.calls} calls are under way")
            self.calls += 1
            wait = waiting.begin()
            try:
                return await call(variables, headers, session)
            finally:
                self.calls -= 1
                waiting.end(wait)

        return limited
