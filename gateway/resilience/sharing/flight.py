"""A subgraph call that several requests wait for: it belongs to none of them, and ends when nobody waits."""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, current_task
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextvars import Context, copy_context
from sys import maxsize
from typing import Any, TypeAlias

import msgspec

from gateway.errors import SubgraphUnreachable
from gateway.executor.merge import copied
from jit.codegen import BUDGET, CoroutineTask, ResponseBudget, spend

Key: TypeAlias = tuple[object, ...]
"""Identifies what is fetched, and for whom."""


class Flight(msgspec.Struct, eq=False):
    """A call in flight, driven by its own callbacks: an asyncio task would cost several times as much.

    Attributes:
        loop: The event loop, for the task to read.
        key: Identifies what is fetched.
        session: The session, kept so that its identity is not reused while the call is in flight.
        ends_at: When the call ends at the latest, on the monotonic clock.
        on_landed: Called when it has ended.
        waiters: How many requests are waiting, or have not yet taken their response.
        places: The cost of the response in each request's budget.
    """

    loop: AbstractEventLoop
    key: Key
    session: object
    ends_at: float
    on_landed: Callable[[Flight], None]
    waiters: int = 0
    places: int = 0
    _task: FlightTask | None = None
    _given: Mapping[str, Any] | None = None
    _error: BaseException | None = None
    _waiting: list[Future[None]] = msgspec.field(default_factory=list)

    def start(self, call: Awaitable[Mapping[str, Any]]) -> None:
        """Make the call."""
        task = self._task = FlightTask(self, self._fly(call), copy_context())
        task.context.run(task.step, None, current_task(self.loop))

    async def response(self) -> Mapping[str, Any]:
        """Wait for the call, and return a response that belongs to the waiter.

        Raises:
            SubgraphUnreachable: The subgraph gave no response.
            BudgetSpent: The response exceeds the waiter's budget.
        """
        self.waiters += 1
        try:
            if self._task is not None:
                landed = self.loop.create_future()
                self._waiting.append(landed)
                await landed
            given = self._given
            if given is None:
                raise self._failure()
            spend(self.places)
            # The last waiter gets the response itself; until then, nobody may write into it.
            return copied(given) if self.waiters > 1 else given
        finally:
            self.waiters -= 1
            if not self.waiters and self._task is not None:
                self._task.cancel()

    def ended(self, _task: FlightTask) -> None:
        """Record that the call was answered."""
        self._land()

    def failed(self, _task: FlightTask, error: BaseException) -> None:
        """Record that the call has failed."""
        # With its traceback, which refers to this call, it would form a cycle that only a collection frees.
        self._error = error.with_traceback(None)
        self._land()

    def resume(self) -> None:
        """Do nothing: the event loop wakes the waiters."""

    async def _fly(self, call: Awaitable[Mapping[str, Any]]) -> None:
        # The waiters pay for the response from their own budgets.
        meter = ResponseBudget(maxsize)
        BUDGET.set(meter)
        self._given = await call
        self.places = maxsize - meter.places

    def _failure(self) -> BaseException:
        """Return a new exception for each waiter; one that is raised repeatedly would keep all frames."""
        error = self._error
        if isinstance(error, SubgraphUnreachable):
            return type(error)(error.reason)
        return error or RuntimeError("a call ended without an outcome")

    def _land(self) -> None:
        self._task = None
        self.on_landed(self)
        for landed in self._waiting:
            if not landed.done():
                landed.set_result(None)
        self._waiting.clear()


class FlightTask(CoroutineTask):
    """Drives a call in flight."""

    __slots__ = ()
    execution: Flight

    def __init__(self, flight: Flight, coroutine: Coroutine[Any, Any, None], context: Context) -> None:
        self.execution = flight
        self.coroutine = coroutine
        self.context = context
        self._done = False
        self._fut_waiter = None

    def default_name(self) -> str:
        """Name the task after what it does."""
        return "shared fetch"
