"""The usual case of a guarded query in one coroutine: each protection is looked at, and none has to act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from gateway.errors import SubgraphUnreachable
from gateway.features.resilience.active_request import ACTIVE_REQUEST
from gateway.features.resilience.bulkhead import Bulkhead
from gateway.features.resilience.circuits import Circuits, Permit, State
from gateway.features.resilience.flight import Flight
from gateway.features.resilience.retries import MAX_TOKENS, RETRIED, RetryBudget, RetryPolicy
from gateway.features.resilience.shared_fetches import KeyOf, SharedFetches
from gateway.features.resilience.waiting import Wait
from gateway.transport import SubgraphOperation

CLOSED: Final = State.CLOSED


@dataclass(frozen=True, slots=True)
class UsualCall:
    """A query with all protections, by a transport that keeps the timeout itself.

    Attributes:
        call: Makes the call, without any protection.
        general: Makes the call through one protection after another: each decides for itself.
        again: Makes a further attempt, behind the circuits.
        coordinates: What the query asks for.
        key_of: Identifies the call.
        seconds: The timeout of the subgraph.
        announced: The header that tells the subgraph its timeout; empty if it is not told.
        clock: The monotonic clock, in seconds.
    """

    call: SubgraphOperation
    general: SubgraphOperation
    again: SubgraphOperation
    coordinates: frozenset[str]
    key_of: KeyOf
    seconds: float
    announced: Mapping[str, str]
    bulkhead: Bulkhead
    circuits: Circuits
    retries: RetryPolicy
    budget: RetryBudget
    sharing: SharedFetches
    clock: Callable[[], float] = monotonic

    def operation(self) -> SubgraphOperation:  # noqa: C901, PLR0915 - see `usual`
        """Return the call.

        It is usual that the request has more time than the subgraph may take, that there is room, that all
        circuits are closed, and that nobody is making the same call. Everything else takes the general way.
        """
        call, general, key_of, clock = self.call, self.general, self.key_of, self.clock
        seconds, announced = self.seconds, self.announced
        bulkhead, budget, circuits, sharing = self.bulkhead, self.budget, self.circuits, self.sharing
        waiting, flights, silent = bulkhead.waiting, sharing.flights, circuits.silent
        own, whole, parts = circuits.of(self.coordinates), circuits.whole, circuits.parts_of(self.coordinates)
        recent, own_window, whole_window = waiting.recent, own.window, whole.window

        async def usual(  # noqa: C901, PLR0912 - one coroutine is what it is for
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            request, begun = ACTIVE_REQUEST.get(), clock()
            if (
                request is None
                or request.is_hurried
                or request.deadline - begun < seconds
                or bulkhead.calls >= bulkhead.limit
                or own.state is not CLOSED
                or whole.state is not CLOSED
                or (parts and any(part.state is not CLOSED for part in parts))
                or (key := key_of(variables, headers, session)) in flights
            ):
                if (
                    not parts
                    and request is not None
                    and begun < request.deadline
                    and bulkhead.calls < bulkhead.limit
                    and (resting := circuits.resting(own, begun)) is not None
                    and key_of(variables, headers, session) not in flights
                ):
                    # Many calls are refused at once: they must not cost more than those that are made.
                    if budget.tokens < MAX_TOKENS:
                        budget.earn()
                    raise circuits.refusal(resting)
                return await general(variables, headers, session)
            permit, whole_permit = own.permit, whole.permit
            flight = flights[key] = Flight(begun + seconds, session)
            bulkhead.calls += 1
            wait = Wait(request, begun)
            recent[wait] = None
            if waiting.timer is None:
                waiting.schedule()
            if budget.tokens < MAX_TOKENS:
                budget.earn()
            try:
                response = await call(variables, {**headers, **announced}, session)
                ended = clock()
                if response.__class__ is not dict or response.get("errors"):
                    circuits.answered(Permit(own, permit, whole_permit), response, ended - begun)
                else:
                    # As `answered` does, in the usual case of an answer as well.
                    if own.permit == permit:
                        own_window.add(ended, 0)
                    if whole.permit == whole_permit:
                        whole_window.add(ended, 0)
                    if silent:
                        silent.clear()
                if flight.waiting is not None:
                    flight.answered(response)
            except BaseException as error:  # noqa: BLE001 - raised again unless a further attempt is answered
                circuits.ended(Permit(own, permit, whole_permit), error, clock() - begun)
                response = await self._after(error, flight, (variables, headers, session))
            finally:
                bulkhead.calls -= 1
                if wait.is_stalled:
                    waiting.end(wait)
                else:
                    del recent[wait]
                if flights.get(key) is flight:
                    del flights[key]
                if flight.waiting is not None:
                    flight.given_up()
            return response

        return usual

    async def _after(
        self,
        error: BaseException,
        flight: Flight,
        arguments: tuple[Mapping[str, Any], Mapping[str, str], object],
    ) -> Mapping[str, Any]:
        """Make further attempts after a failure, if there may be any.

        Raises:
            BaseException: The last failure; whoever waits for the call is told.
        """
        try:
            if not isinstance(error, RETRIED):
                raise error
            response = await self.retries.again(error, self.budget, self.again, arguments)
        except SubgraphUnreachable as failure:
            flight.failed(failure)
            raise
        finally:
            del error  # its traceback refers to this frame: together they would form a garbage cycle
        flight.answered(response)
        return response
