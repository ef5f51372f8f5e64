"""Identical queries in flight share one call; each waiter has a response of its own."""

from __future__ import annotations

import asyncio
from asyncio import Task, shield
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from sys import maxsize
from time import monotonic
from typing import Any, Final, TypeAlias

import orjson

from gateway.errors import SubgraphUnreachable
from gateway.executor.merge import copied
from gateway.resilience.active_request import ACTIVE_REQUEST
from gateway.transport import SubgraphOperation
from jit.codegen import BUDGET, AnswerBudget, spend

Key: TypeAlias = tuple[object, ...]

SESSION_HEADERS: Final = frozenset({"authorization", "cookie"})
"""The headers that make two customers different for a subgraph."""

Identify: TypeAlias = Callable[[object], object]
"""Returns what tells the sessions of two customers apart."""


@dataclass(slots=True, eq=False)
class Flight:
    """A call that several requests may wait for.

    Attributes:
        session: Kept, so that its identity is not reused while the call is under way.
        ends_at: When the call ends at the latest, on the monotonic clock.
        meter: Counts what its response holds.
        task: Makes the call.
        waiters: How many requests wait, or have not taken their response yet.
    """

    session: object
    ends_at: float
    meter: AnswerBudget = field(default_factory=lambda: AnswerBudget(maxsize))
    task: Task[Mapping[str, Any]] = field(init=False)
    waiters: int = 0

    async def fly(
        self,
        call: SubgraphOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        session: object,
    ) -> Mapping[str, Any]:
        """Make the call; those that wait pay for its response from their own budgets."""
        BUDGET.set(self.meter)
        return await call(variables, headers, session)

    async def response(self) -> Mapping[str, Any]:
        """Wait for the call, and return a response that belongs to the waiter.

        Raises:
            SubgraphUnreachable: There is no response.
            BudgetSpent: It is larger than the waiter's budget.
        """
        self.waiters += 1
        try:
            given = await shield(self.task)
            spend(maxsize - self.meter.places)
            # The last waiter gets the response itself: until then nobody may write into it.
            return copied(given) if self.waiters > 1 else given
        except SubgraphUnreachable as error:
            raise type(error)(error.reason) from None
        finally:
            self.waiters -= 1
            if not self.waiters:
                self.task.cancel()


@dataclass(slots=True)
class SharedFetches:
    """The queries of one subgraph that are in flight.

    Attributes:
        seconds: The time-out of the subgraph.
        ignored_headers: Headers that change no response, such as those of tracing.
        identify: Tells the sessions of customers apart; subgraphs over HTTP see the headers alone, but what
            signs requests may see more.
        clock: The monotonic clock, in seconds.
        joined: How many calls waited for another one, of the same customer or across customers.
    """

    seconds: float
    ignored_headers: frozenset[str]
    identify: Identify = id
    clock: Callable[[], float] = monotonic
    joined: dict[str, int] = field(default_factory=lambda: {"customer": 0, "public": 0})
    _flights: dict[Key, Flight] = field(default_factory=dict, init=False)

    def shared(self, call: SubgraphOperation, document: str, *, is_public: bool) -> SubgraphOperation:
        """Join an identical call if one is in flight.

        Args:
            call: Makes the call.
            document: The document that it sends.
            is_public: Whether responses without errors are the same for all customers.
        """
        ignored = self.ignored_headers | SESSION_HEADERS if is_public else self.ignored_headers
        scope = "public" if is_public else "customer"

        async def shared(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            request = ACTIVE_REQUEST.get()
            if request is not None and request.is_hurried:
                # Its call may end early, and nobody else should suffer from that.
                return await call(variables, headers, session)
            now = self.clock()
            left = self.seconds if request is None else min(self.seconds, request.deadline - now)
            seen = tuple((name, headers[name]) for name in sorted(headers) if name not in ignored)
            whose = None if is_public else self._customer(session)
            key = (document, orjson.dumps(variables), seen, scope, whose)
            flight = self._flights.get(key)
            # A call that nobody waits for any more is being cancelled; one that is old may end too early.
            if flight is None or not flight.waiters or flight.ends_at - now < left / 2:
                flight = self._begin(key, Flight(session, now + left), call, variables, headers)
                return await flight.response()
            self.joined[scope] += 1
            response = await flight.response()
            if is_public and response.get("errors"):
                # Perhaps they concern the customer for whom the call was made.
                return await call(variables, headers, session)
            return response

        return shared

    def _begin(
        self,
        key: Key,
        flight: Flight,
        call: SubgraphOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Flight:
        def landed(_task: Task[Mapping[str, Any]]) -> None:
            if self._flights.get(key) is flight:
                del self._flights[key]

        self._flights[key] = flight
        flight.task = asyncio.create_task(flight.fly(call, variables, headers, flight.session))
        flight.task.add_done_callback(landed)
        return flight

    def _customer(self, session: object) -> object:
        return None if session is None else self.identify(session)
