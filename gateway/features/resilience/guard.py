"""Wraps the calls of each subgraph in its protections; the usual case is one coroutine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from typing import Any, Final, TypeAlias

from msgspec import Struct, field

from gateway.errors import SubgraphUnreachable
from gateway.features.resilience.bulkhead import Bulkhead, Wait
from gateway.features.resilience.circuits import (
    Circuits,
    Permit,
    SeparateCalls,
    State,
    coordinates,
    has_parts,
    query_parts,
)
from gateway.features.resilience.deadline import ACTIVE_REQUEST, TimeLimit
from gateway.features.resilience.retries import MAX_TOKENS, RETRIED, RetryBudget, RetryPolicy
from gateway.features.resilience.shared_fetches import Flight, KeyOf, SharedFetches
from gateway.plan import Fetch, OperationKind
from gateway.transport import SubgraphOperation, Transport

Prepare: TypeAlias = Callable[[str, str | None], SubgraphOperation]
"""Prepares a document with one operation of the given name, as a transport does."""
CLOSED: Final = State.CLOSED


class Guard(Struct, frozen=True, eq=False, weakref=True):
    """The protections of one subgraph; a protection that is None is switched off.

    Attributes:
        subgraph: The name of the subgraph.
        time_limit: Limits how long calls may take.
        deadline_header: The header that tells the subgraph how much time is left.
        bulkhead: Bounds how many requests wait for the subgraph.
        budget: Limits further attempts.
        circuits: Refuse calls that would fail.
        retries: How queries are retried.
        sharing: Shares the calls of identical queries.
    """

    subgraph: str
    time_limit: TimeLimit
    deadline_header: str | None
    bulkhead: Bulkhead
    budget: RetryBudget
    circuits: Circuits | None = None
    retries: RetryPolicy | None = None
    sharing: SharedFetches | None = None

    def protected(
        self,
        call: SubgraphOperation,
        fetch: Fetch,
        *,
        is_query: bool,
        is_public: bool,
        prepare: Prepare | None = None,
    ) -> SubgraphOperation:
        """Return a call with all protections.

        A mutation is never repeated, shared or split, and its subgraph is not told the deadline.

        Args:
            call: Makes the call.
            fetch: The fetch it belongs to.
            is_query: Whether it is a query, not a mutation.
            is_public: Whether it returns the same for all customers.
            prepare: Prepares another document for the subgraph; None if the call cannot be split.
        """
        asked = frozenset[str]() if self.circuits is None else coordinates(fetch)
        once = self._once(call, fetch, asked, prepare if is_query else None, is_query=is_query)
        general = self._general(once, fetch, is_query=is_query, is_public=is_public)
        if not is_query or not self.time_limit.is_kept:
            return general
        if self.circuits is None or self.retries is None or self.sharing is None:
            return general
        header, seconds = self.deadline_header, self.time_limit.seconds
        return UsualCall(
            call=call,
            general=general,
            again=once,
            coordinates=asked,
            key_of=self.sharing.key_of(fetch.document, is_public=is_public),
            seconds=seconds,
            announced={} if header is None else {header: self.time_limit.told(seconds)},
            bulkhead=self.bulkhead,
            circuits=self.circuits,
            retries=self.retries,
            budget=self.budget,
            sharing=self.sharing,
            clock=self.time_limit.clock,
        ).operation()

    def _once(
        self,
        call: SubgraphOperation,
        fetch: Fetch,
        asked: frozenset[str],
        prepare: Prepare | None,
        *,
        is_query: bool,
    ) -> SubgraphOperation:
        """Return a single attempt: what each of several attempts is protected by."""
        if is_query:
            call = self._announced(call)
        if self.circuits is None:
            return call
        separately = None
        if prepare is not None and has_parts(fetch, asked):
            separately = partial(self._separately, fetch, prepare, self.circuits)
        return self.circuits.guarded(call, asked, separately)

    def _general(
        self, call: SubgraphOperation, fetch: Fetch, *, is_query: bool, is_public: bool
    ) -> SubgraphOperation:
        """Return a call through one protection after another, from the innermost to the outermost."""
        if is_query and self.retries is not None:
            call = self.retries.retried(call, self.budget)
        if is_query and self.sharing is not None:
            call = self.sharing.shared(call, fetch.document, is_public=is_public)
        call = self.bulkhead.limited(call)
        return self.time_limit.limited(call, is_query=is_query)

    def _announced(self, call: SubgraphOperation) -> SubgraphOperation:
        return call if self.deadline_header is None else self.time_limit.announced(call, self.deadline_header)

    def _separately(self, fetch: Fetch, prepare: Prepare, circuits: Circuits) -> SeparateCalls:
        """Return a call that fetches the parts of a fetch one by one."""
        calls = []
        for part in query_parts(fetch):
            call = self._announced(prepare(part.document, fetch.operation_name))
            calls.append((part, circuits.guarded(call, part.coordinates)))
        return SeparateCalls(self.subgraph, calls)


class Guards(Struct, frozen=True):
    """Limits, shares, retries and refuses calls of guarded subgraphs: a `CallMiddleware`.

    Attributes:
        by_subgraph: The protections; calls of other subgraphs are left unchanged.
        is_public: Returns whether what a fetch returns is the same for all customers.
        transports: The transports of the subgraphs, for fetches that are split.
    """

    by_subgraph: Mapping[str, Guard]
    is_public: Callable[[Fetch], bool]
    transports: Mapping[str, Transport] = field(default_factory=dict)

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Wrap a call in the protections of its subgraph."""
        guard = self.by_subgraph.get(fetch.subgraph)
        if guard is None:
            return call
        is_query = kind == "query"
        is_public = is_query and guard.sharing is not None and self.is_public(fetch)
        transport = self.transports.get(fetch.subgraph)
        prepare = None if transport is None else transport.prepare
        return guard.protected(call, fetch, is_query=is_query, is_public=is_public, prepare=prepare)


class UsualCall(Struct, frozen=True):
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
                if (
                    response.__class__ is not dict
                    or "errors" in response
                    or own.permit != permit
                    or whole.permit != whole_permit
                ):
                    circuits.answered(Permit(own, permit, whole_permit), response, ended - begun)
                else:
                    # As `answered` does, in the usual case of an answer as well.
                    if ended >= own_window.until:
                        own_window.begin(ended)
                    if ended >= whole_window.until:
                        whole_window.begin(ended)
                    own_window.successes += 1
                    whole_window.successes += 1
                    own_window.in_a_row = whole_window.in_a_row = 0
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
