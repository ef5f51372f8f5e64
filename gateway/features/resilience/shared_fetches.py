"""Identical queries in flight share one call; each waiter gets a response of its own."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, TypeAlias

import msgspec
import orjson

from gateway.errors import SubgraphUnreachable
from gateway.executor.merge import copied
from gateway.features.resilience.deadline import ACTIVE_REQUEST
from gateway.pipeline.cache_control.cacheable_fields import SESSION_HEADERS
from gateway.transport import BYTES_A_PLACE, SubgraphOperation
from jit.codegen import spend

Key: TypeAlias = tuple[object, ...]
"""Identifies what is fetched, and for whom."""
UNANSWERED: Final = None
"""The outcome of a call that its request has given up: whoever waits for it makes a call of its own."""
Identify: TypeAlias = Callable[[object], object]
"""Returns a value that distinguishes the sessions of different customers."""
KeyOf: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, str], object], Key]
"""Returns what identifies a call, by its variables, headers and session."""


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


@dataclass(slots=True)
class SharedFetches:
    """The queries of one subgraph that are in flight.

    Attributes:
        seconds: The timeout of the subgraph.
        ignored_headers: Headers that do not affect responses, such as those of tracing.
        identify: Distinguishes the sessions of customers; subgraphs over HTTP see only the headers, but the
            code that signs requests may see more.
        clock: The monotonic clock, in seconds.
        joined: How many calls joined another one, of the same customer or across customers.
        flights: The calls in flight by their keys.
    """

    seconds: float
    ignored_headers: frozenset[str]
    identify: Identify = id
    clock: Callable[[], float] = monotonic
    joined: dict[str, int] = field(default_factory=lambda: {"customer": 0, "public": 0})
    flights: dict[Key, Flight] = field(default_factory=dict, init=False)

    def shared(self, call: SubgraphOperation, document: str, *, is_public: bool) -> SubgraphOperation:
        """Join an identical call if one is in flight.

        Args:
            call: Makes the call.
            document: The document that it sends.
            is_public: Whether responses without errors are the same for all customers.
        """
        key_of = self.key_of(document, is_public=is_public)
        scope = "public" if is_public else "customer"

        async def shared(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            request = ACTIVE_REQUEST.get()
            if request is not None and request.is_hurried:
                # Its call may end early, which must not affect others.
                return await call(variables, headers, session)
            key = key_of(variables, headers, session)
            while True:
                now = self.clock()
                left = self.seconds if request is None else min(self.seconds, request.deadline - now)
                flight = self.flights.get(key)
                # An old call may end too early.
                if flight is None or flight.ends_at - now < left / 2:
                    return await self._call_shared(key, Flight(now + left, session), call, variables, headers)
                self.joined[scope] += 1
                response = await flight.join()
                if response is UNANSWERED:
                    continue
                if is_public and response.get("errors"):
                    # The errors may concern the customer for whom the call was made.
                    return await call(variables, headers, session)
                return response

        return shared

    def key_of(self, document: str, *, is_public: bool) -> KeyOf:
        """Return the function that identifies calls with a document."""
        ignored = self.ignored_headers | SESSION_HEADERS if is_public else self.ignored_headers
        scope, identify = "public" if is_public else "customer", self.identify

        def key_of(variables: Mapping[str, Any], headers: Mapping[str, str], session: object) -> Key:
            # The gateway passes headers on in the same order for each request.
            seen = headers.items()
            if not ignored.isdisjoint(headers):
                seen = [header for header in seen if header[0] not in ignored]  # type: ignore[assignment]
            whose = None if is_public or session is None else identify(session)
            return document, orjson.dumps(variables), tuple(seen), scope, whose

        return key_of

    async def _call_shared(
        self,
        key: Key,
        flight: Flight,
        call: SubgraphOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Mapping[str, Any]:
        """Make a call that others may join."""
        self.flights[key] = flight
        try:
            response = await call(variables, headers, flight.session)
            flight.answered(response)
        except SubgraphUnreachable as error:
            flight.failed(error)
            raise
        finally:
            self.landed(key, flight)
        return response

    def landed(self, key: Key, flight: Flight) -> None:
        """Forget a call that has ended; who still waits for it makes a call of its own."""
        if self.flights.get(key) is flight:
            del self.flights[key]
        flight.given_up()
