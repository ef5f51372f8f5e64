"""A bulkhead: bounds how many requests wait for one subgraph, so that others have room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import SubgraphBusy
from gateway.features.resilience.active_request import ACTIVE_REQUEST
from gateway.features.resilience.waiting import WaitingRequests
from gateway.transport import SubgraphOperation


@dataclass(slots=True)
class Bulkhead:
    """Counts the calls of one subgraph.

    Attributes:
        limit: The most concurrent calls, including those that wait for a connection or share another call.
        waiting: Tracks the requests that are only waiting.
        calls: How many calls are in progress.
        refused: How many calls were refused so far.
    """

    limit: int
    waiting: WaitingRequests
    calls: int = 0
    refused: int = 0

    def limited(self, call: SubgraphOperation) -> SubgraphOperation:
        """Return a call that raises `SubgraphBusy` at once if too many are in progress."""
        waiting = self.waiting

        async def limited(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            if self.calls >= self.limit:
                self.refused += 1
                raise SubgraphBusy(f"{self.calls} calls are in progress")
            self.calls += 1
            request = ACTIVE_REQUEST.get()
            wait = None if request is None else waiting.begin(request)
            try:
                return await call(variables, headers, session)
            finally:
                self.calls -= 1
                if wait is not None:
                    waiting.end(wait)

        return limited
