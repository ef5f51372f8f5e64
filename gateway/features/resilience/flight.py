"""A subgraph call that several requests wait for: the one that began it makes it, and the others may join."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import msgspec
import orjson

from gateway.errors import SubgraphUnreachable
from gateway.executor.merge import copied
from gateway.transport import BYTES_A_PLACE
from jit.codegen import spend

Key: TypeAlias = tuple[object, ...]
"""Identifies what is fetched, and for whom."""

UNANSWERED: Final = None
"""The outcome of a call that its request has given up: whoever waits for it makes a call of its own."""


class Flight(msgspec.Struct, eq=False):
    """A call in flight.

    Attributes:
        ends_at: When the call ends at the latest, on the monotonic clock.
        session: The session, kept so that its identity is not reused while the call is in flight.
        waiting: Who waits for it; None until somebody joins it.
    """

    ends_at: float
    session: object
    waiting: list[Future[None]] | None = None
    _response: Mapping[str, Any] | None = UNANSWERED
    _error: SubgraphUnreachable | None = None
    _places: int = 0
    _takers: int = 0

    async def join(self) -> Mapping[str, Any] | None:
        """Wait for the call, and return a response that belongs to the waiter.

        Returns:
            The response, or `UNANSWERED`.

        Raises:
            SubgraphUnreachable: The subgraph gave no response.
            BudgetSpent: The response exceeds the waiter's budget.
        """
        landed = get_running_loop().create_future()
        self.waiting = self.waiting or []
        self.waiting.append(landed)
        try:
            await landed
            if self._error is not None:
                # One that is raised repeatedly would keep the frames of all.
                raise type(self._error)(self._error.reason)
            if self._response is None:
                return UNANSWERED
            spend(self._places)
            return copied(self._response) if self._takers > 1 else self._response
        finally:
            if not landed.cancelled():
                self._takers -= 1

    def answered(self, response: Mapping[str, Any]) -> None:
        """Wake who waits; the response is copied before its owner can change it."""
        if self.waiting is not None:
            self._response = copied(response)
            self._places = len(orjson.dumps(response)) // BYTES_A_PLACE
            self._wake(self.waiting)

    def failed(self, error: SubgraphUnreachable) -> None:
        """Wake who waits: the failure is everyone's."""
        if self.waiting is not None:
            # With its traceback it would keep the frames of the request that made the call.
            self._error = type(error)(error.reason)
            self._wake(self.waiting)

    def given_up(self) -> None:
        """Wake who waits, unless the call has an outcome."""
        if self.waiting is not None:
            self._wake(self.waiting)

    def _wake(self, waiting: list[Future[None]]) -> None:
        self.waiting = None
        for landed in waiting:
            if not landed.done():
                self._takers += 1
                landed.set_result(None)
