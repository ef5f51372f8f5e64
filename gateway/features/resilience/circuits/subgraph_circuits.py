"""The circuit breakers of one subgraph: one for all of it, and one for each set of fields."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, cast
from weakref import WeakValueDictionary

import structlog
from msgspec import Struct

from gateway.errors import (
    CircuitOpen,
    ConnectionFailed,
    DeadlineExceeded,
    ReplyTooLarge,
    SubgraphUnreachable,
    UnsendableRequest,
)
from gateway.features.resilience.circuits.breaker import Breaker, BreakerPolicy, State
from gateway.features.resilience.circuits.query_parts import SeparateCalls, coordinates
from gateway.plan import Fetch
from gateway.transport import EventSource, FailedResponse, SubgraphOperation, SubgraphSubscription

MAX_PARTS: Final = 16
"""The most circuits of single fields that a fetch of several fields is checked against."""
FAILING_PARTS: Final = 3
"""How many different fetches must remain unanswered before silence counts against the whole subgraph."""
MAX_KEPT: Final = 200
"""The most open circuits that are kept although no plan needs them at present."""
NAME_CHARS: Final = 120


class Permit(NamedTuple):
    """Permits for one call, from the breaker of what it fetches and from that of the whole subgraph."""

    own: Breaker
    number: int
    whole_number: int


@dataclass(slots=True)
class Circuits:
    """The circuit breakers of one subgraph.

    Fetches of the same fields or types share a breaker. A fetch of several root fields or entity types has a
    breaker for the combination, because it is unknown which of them failed; it is also refused while the
    breaker of one of them is open, and the root fields of a query are then fetched one by one. Failed
    connections count against the whole subgraph, as does silence of several different fetches while nothing
    is answered.

    Attributes:
        subgraph: The name of the subgraph.
        policy: When circuits open and close.
        seconds: The timeout of the subgraph; a call that is abandoned after half of it counts as failed.
        codes: The codes of GraphQL errors that count as failures.
        make: Builds a breaker.
        whole: The breaker of the whole subgraph.
        refused: How many calls were refused so far.
        silent: The names of the fetches that remained unanswered since the last answer.
    """

    subgraph: str
    policy: BreakerPolicy
    seconds: float
    codes: frozenset[str] = frozenset()
    make: Callable[..., Breaker] = Breaker
    whole: Breaker = field(init=False)
    refused: int = field(default=0, init=False)
    silent: set[str] = field(default_factory=set, init=False)
    _parts: WeakValueDictionary[frozenset[str], Breaker] = field(
        default_factory=WeakValueDictionary, init=False
    )
    _kept: dict[Breaker, None] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.whole = self.make("", self.policy, self._changed)

    def breakers(self) -> Iterator[Breaker]:
        """Yield the breakers that are in use, the one of the whole subgraph first."""
        yield self.whole
        yield from list(self._parts.values())

    def of(self, coordinates: frozenset[str]) -> Breaker:
        """Return the breaker of a fetch; it lives as long as a plan needs it, or it is open."""
        known = self._parts.get(coordinates)
        if known is None:
            name = "+".join(sorted(coordinates))[:NAME_CHARS]
            known = self._parts[coordinates] = self.make(name, self.policy, self._changed)
        return known

    def parts_of(self, coordinates: frozenset[str]) -> tuple[Breaker, ...]:
        """Return the breakers of the single fields or types of a fetch that asks for several of them."""
        if not 1 < len(coordinates) <= MAX_PARTS:
            return ()
        return tuple(self.of(frozenset((coordinate,))) for coordinate in sorted(coordinates))

    def guarded(
        self,
        call: SubgraphOperation,
        coordinates: frozenset[str],
        separately: Callable[[], SeparateCalls] | None = None,
    ) -> SubgraphOperation:
        """Refuse calls while a circuit is open, and report the outcomes of the others.

        Args:
            call: Makes the call.
            coordinates: What it asks for.
            separately: Returns what fetches the parts of a refused call one by one; called at most once.
        """
        own, parts = self.of(coordinates), self.parts_of(coordinates)
        separate: SeparateCalls | None = None

        async def guarded(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            nonlocal separate
            permit = self._admitted(own, parts, separable=separately is not None)
            if permit is None:
                separate = separate or cast("Callable[[], SeparateCalls]", separately)()
                return await separate.ask(variables, headers, session)
            begun = own.clock()
            try:
                response = await call(variables, headers, session)
            except BaseException as error:
                self.ended(permit, error, own.clock() - begun)
                raise
            self.answered(permit, response, own.clock() - begun)
            return response

        return guarded

    def _admitted(self, own: Breaker, parts: tuple[Breaker, ...], *, separable: bool) -> Permit | None:
        """Return the permit for a call; None if its parts are to be fetched one by one.

        Raises:
            CircuitOpen: It must not be made.
        """
        if not separable:
            return self._admit(own, parts)
        # A part that is failing would only delay the others; its own calls probe it.
        if any(part.state is not State.CLOSED for part in parts) and self.whole.state is State.CLOSED:
            return None
        try:
            return self._admit(own, parts)
        except CircuitOpen:
            if self.whole.state is not State.CLOSED:
                raise
        return None

    def _admit(self, own: Breaker, parts: tuple[Breaker, ...]) -> Permit:
        """Return the permit for a call.

        Raises:
            CircuitOpen: The call must not be made.
        """
        for part in parts:
            if part.is_resting:
                raise self.refusal(part)
        number = own.admit()
        if number is None:
            raise self.refusal(own)
        whole_number = self.whole.admit()
        if whole_number is None:
            own.released(number)
            raise self.refusal(self.whole)
        return Permit(own, number, whole_number)

    def resting(self, own: Breaker, now: float) -> Breaker | None:
        """Return the breaker that refuses a fetch of one field or type for now, if any."""
        breaker = self.whole if own.state is State.CLOSED else own
        return breaker if breaker.state is State.OPEN and now < breaker.probe_at else None

    def refusal(self, breaker: Breaker) -> CircuitOpen:
        """Return the error for a call that a breaker refuses, and count it."""
        self.refused += 1
        return CircuitOpen(f"the circuit of {breaker.name or 'the subgraph'} is open")

    def answered(self, permit: Permit, response: Mapping[str, Any], seconds: float) -> None:
        """Report a call that ended with a response."""
        codes = _codes(response)
        if DeadlineExceeded.code in codes and seconds < self.seconds / 2:
            # The client shortened the deadline, which says nothing about the subgraph.
            self._released(permit)
        elif isinstance(response, FailedResponse) or not self.codes.isdisjoint(codes):
            self._failed(permit)
        else:
            self._succeeded(permit)

    def ended(self, permit: Permit, error: BaseException, seconds: float) -> None:
        """Report a call that ended without a response."""
        match error:
            case ConnectionFailed():
                permit.own.released(permit.number)
                self.whole.failed(permit.whole_number)
            case CancelledError() if seconds < self.seconds / 2:
                self._released(permit)
            case UnsendableRequest() | ReplyTooLarge():
                # A client can cause this, and must not take the field away from all others.
                self._released(permit)
            case SubgraphUnreachable() | CancelledError():
                # Clients may give up earlier than the gateway.
                self._failed(permit)
            case _:
                self._succeeded(permit)

    def _succeeded(self, permit: Permit) -> None:
        permit.own.succeeded(permit.number)
        self.whole.succeeded(permit.whole_number)
        if self.silent:
            self.silent.clear()

    def _failed(self, permit: Permit) -> None:
        permit.own.failed(permit.number)
        self.silent.add(permit.own.name)
        if len(self.silent) >= FAILING_PARTS or self.whole.state is not State.CLOSED:
            self.whole.failed(permit.whole_number)
        else:
            self.whole.released(permit.whole_number)

    def _released(self, permit: Permit) -> None:
        permit.own.released(permit.number)
        self.whole.released(permit.whole_number)

    def _changed(self, breaker: Breaker) -> None:
        if breaker.state is State.CLOSED:
            self._kept.pop(breaker, None)
        else:
            self._kept[breaker] = None
            if len(self._kept) > MAX_KEPT:
                del self._kept[next(iter(self._kept))]
        log = structlog.get_logger("gateway")
        match breaker.state:
            case State.OPEN:
                log.warning("circuit_opened", service=self.subgraph, of=breaker.name or "the subgraph")
            case State.CLOSED:
                log.info("circuit_closed", service=self.subgraph, of=breaker.name or "the subgraph")


def _codes(response: Mapping[str, Any]) -> set[str]:
    """Return the codes of a response's errors."""
    errors = response.get("errors")
    codes = set()
    for error in errors if isinstance(errors, list) else ():
        extensions = error.get("extensions") if isinstance(error, dict) else None
        code = extensions.get("code") if isinstance(extensions, dict) else None
        if isinstance(code, str):
            codes.add(code)
    return codes


class _OpenedSubscription(dict[str, Any]):
    """Represents an opened subscription to a circuit: a response without errors."""

    def __init__(self, source: EventSource) -> None:
        super().__init__(data=None)
        self.source = source


class SourceCircuits(Struct, frozen=True):
    """Opens no subscription at a subgraph whose circuit is open: a `SourceMiddleware`.

    Attributes:
        by_subgraph: The circuits, shared with queries; subgraphs without a circuit are always called.
    """

    by_subgraph: Mapping[str, Circuits]

    def wrap(self, subscribe: SubgraphSubscription, fetch: Fetch) -> SubgraphSubscription:
        """Return a subscription that raises `CircuitOpen` while its circuit is open."""
        circuits = self.by_subgraph.get(fetch.subgraph)
        if circuits is None:
            return subscribe

        async def opened(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> _OpenedSubscription:
            return _OpenedSubscription(await subscribe(variables, headers, session))

        call = circuits.guarded(opened, coordinates(fetch))

        async def guarded(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> EventSource:
            subscription = await call(variables, headers, session)
            assert isinstance(subscription, _OpenedSubscription)  # noqa: S101 - a circuit returns what it was given
            return subscription.source

        return guarded
