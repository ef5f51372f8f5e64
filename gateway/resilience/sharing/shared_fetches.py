"""Identical queries in flight share one call; each waiter gets a response of its own."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, TypeAlias

import orjson

from gateway.resilience.active_request import ACTIVE_REQUEST
from gateway.resilience.sharing.flight import Flight, Key
from gateway.transport import SubgraphOperation

SESSION_HEADERS: Final = frozenset({"authorization", "cookie"})
"""The headers by which a subgraph distinguishes customers."""

Identify: TypeAlias = Callable[[object], object]
"""Returns a value that distinguishes the sessions of different customers."""


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
                # Its call may end early, which must not affect others.
                return await call(variables, headers, session)
            now = self.clock()
            left = self.seconds if request is None else min(self.seconds, request.deadline - now)
            # The gateway passes headers on in the same order for each request.
            seen = tuple([each for each in headers.items() if each[0] not in ignored])
            whose = None if is_public else self._customer(session)
            key = (document, orjson.dumps(variables), seen, scope, whose)
            flight = self._flights.get(key)
            # A call without waiters is being cancelled; an old one may end too early.
            if flight is None or not flight.waiters or flight.ends_at - now < left / 2:
                flight = self._flights[key] = Flight(
                    get_running_loop(), key, session, now + left, self._landed
                )
                flight.start(call(variables, headers, session))
                return await flight.response()
            self.joined[scope] += 1
            response = await flight.response()
            if is_public and response.get("errors"):
                # The errors may concern the customer for whom the call was made.
                return await call(variables, headers, session)
            return response

        return shared

    def _landed(self, flight: Flight) -> None:
        if self._flights.get(flight.key) is flight:
            del self._flights[flight.key]

    def _customer(self, session: object) -> object:
        return None if session is None else self.identify(session)
