"""What customers ask of payments: which methods they have, to deposit, to withdraw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.records import Standing
from subgraphs.wallet.payments.allocation import Allocation
from subgraphs.wallet.payments.destinations import Destination, Destinations
from subgraphs.wallet.payments.methods.configuration import MethodConfig, PaymentsFile
from subgraphs.wallet.payments.methods.routing import Chosen, choose
from subgraphs.wallet.payments.payment import (
    UNAVAILABLE,
    Decision,
    Direction,
    Part,
    Payment,
    PaymentState,
    charges,
    new_id,
)
from subgraphs.wallet.payments.processor import PartState
from subgraphs.wallet.payments.work import PaymentWork

_C: Final = PlatformErrorCode
FIRST_LOOK: Final = timedelta(seconds=15)
"""After which somebody else goes on with a payment whose own request was interrupted."""

WORDS: Final = {
    _C.LIMIT_REACHED: "This is more than your deposit limit allows now.",
    _C.SELF_EXCLUDED: "You have excluded yourself, so you can't deposit.",
    _C.COOLING_OFF: "You are taking a break, so you can't deposit.",
    _C.SUSPENDED: "Your account can't take deposits now. Please contact support.",
    _C.WRONG_CURRENCY: "Your account is in another currency.",
    _C.INSUFFICIENT_FUNDS: "You don't have as much to withdraw.",
    _C.METHOD_UNAVAILABLE: "This way to pay isn't available now. Please choose another one, or try later.",
    _C.DECLINED: "Your bank or card declined this payment. No money was taken.",
    _C.IDEMPOTENCY_REUSED: "This key was used for another payment: take a new one.",
    _C.PENDING: "We don't know yet whether this went through. Please don't pay again: we'll tell you.",
}


class OfferedMethod(Struct, frozen=True, kw_only=True):
    """A way to pay that a customer has.

    Attributes:
        id: As `deposit` and `withdraw` take it.
        minimum: In minor units.
        maximum: In minor units; of a withdrawal to the source no more than can go back there.
        fee: Of the smallest amount, in minor units; 0 if there is none.
        fee_permille: What is added to it, in thousandths of the amount.
        days: Working days until the money is there.
    """

    id: str
    name: str
    direction: Direction
    currency: str
    minimum: int
    maximum: int
    fee: int
    fee_permille: int
    days: int
    is_reviewed: bool


class Customer(Struct, frozen=True):
    """Who asks, and where they are."""

    owner: Owner
    standing: Standing
    language: str


class Asked(Struct, frozen=True, kw_only=True):
    """What a customer asks for."""

    direction: Direction
    method_id: str
    amount_minor: int
    currency: str
    key: str


class Answer(Struct, frozen=True):
    """What became of it: the payment as it stands, if there is one, and why not, if something is wrong."""

    payment: Payment | None
    parts: Sequence[Part] = ()
    refusal: Refusal | None = None

    @property
    def url(self) -> str:
        """Return where the customer has to pay; "" if nowhere."""
        if self.payment is None or self.payment.state is not PaymentState.OPEN:
            return ""
        open_ = [part for part in charges(self.parts) if part.state is PartState.OPEN]
        return open_[-1].url if open_ else ""


@dataclass(frozen=True, slots=True)
class PaymentDesk:
    """Takes what customers ask for, and brings it as far as it goes at once.

    Attributes:
        file: The processors and methods.
    """

    file: PaymentsFile
    work: PaymentWork
    destinations: Destinations
    allocation: Allocation

    async def methods(self, customer: Customer, direction: Direction) -> list[OfferedMethod]:
        """Return the ways to pay that a customer has, in the order of the file."""
        standing, owner = customer.standing, customer.owner
        offered = list(self.file.offered(direction, owner.brand, standing.jurisdiction, standing.currency))
        if direction is Direction.DEPOSIT:
            return [self._offered(customer, method) for method in offered]
        known = await self.destinations.of(owner)
        back = sum(minor for _, minor in await self.allocation.refundable(owner, standing.currency))
        return [shown for method in offered for shown in self._ways_out(customer, method, known, back)]

    def _ways_out(
        self, customer: Customer, method: MethodConfig, known: Sequence[Destination], back: int
    ) -> Iterator[OfferedMethod]:
        """Yield the ways in which a customer can withdraw by a method."""
        if not method.is_to_source:
            for destination in known:
                yield self._offered(customer, method, destination)
            return
        shown = self._offered(customer, method)
        if back >= shown.minimum:
            yield replace(shown, maximum=min(shown.maximum, back))

    async def deposit(self, customer: Customer, asked: Asked) -> Answer:
        """Ask for money; the same key again returns the same deposit as it stands then.

        Raises:
            OSError: The database is away.
        """
        return await self._ask(customer, asked, self.file.method(asked.method_id), None)

    async def withdraw(self, customer: Customer, asked: Asked) -> Answer:
        """Keep money to be sent; nothing takes that back but a person's decision, or a failure to send it.

        Raises:
            OSError: The database is away.
        """
        name, _, destination_id = asked.method_id.partition(":")
        known = await self.destinations.of(customer.owner)
        destination = next((one for one in known if one.destination_id == destination_id), None)
        method = self.file.method(name)
        if (
            method is None
            or method.is_to_source is not (destination is None)
            or (destination_id and destination is None)
        ):
            method = None
        return await self._ask(customer, asked, method, destination)

    async def _ask(
        self, customer: Customer, asked: Asked, method: MethodConfig | None, to: Destination | None
    ) -> Answer:
        store = self.work.store
        stored = await store.by_key(customer.owner, asked.key)
        if stored is None:
            refusal = self._refusal(customer, asked, method)
            if refusal is not None or method is None:
                return Answer(None, (), refusal or _refused(_C.METHOD_UNAVAILABLE))
            payment = await self._payment(customer, asked, method, to)
            parts = [] if payment.is_deposit else await self.allocation.parts(payment, method)
            if not payment.is_deposit and not parts:
                return Answer(None, (), _refused(_C.METHOD_UNAVAILABLE))
            stored = await store.add(payment, parts)
        if not _is_same(stored, asked):
            return Answer(None, (), _refused(_C.IDEMPOTENCY_REUSED))
        return _answer(*(await self.work.advance(stored.payment_id) or (stored, [])))

    def _refusal(self, customer: Customer, asked: Asked, method: MethodConfig | None) -> Refusal | None:
        """Return why something cannot be asked for at all."""
        standing = customer.standing
        if asked.currency != standing.currency:
            return _refused(_C.WRONG_CURRENCY)
        is_offered = method is not None and method.direction is asked.direction
        if (
            method is None
            or not is_offered
            or not method.serves(customer.owner.brand, standing.jurisdiction, asked.currency)
        ):
            return _refused(_C.METHOD_UNAVAILABLE)
        amounts = method.amounts[asked.currency]
        if not amounts.minimum <= asked.amount_minor <= amounts.maximum:
            return Refusal(
                _C.METHOD_UNAVAILABLE, "The amount is not within what this way to pay takes: choose another."
            )
        return None

    async def _payment(
        self, customer: Customer, asked: Asked, method: MethodConfig, to: Destination | None
    ) -> Payment:
        at = self.work.wallet.clock.machine.now()
        chosen = self._chosen(customer, asked, method)
        review = ""
        if asked.direction is Direction.WITHDRAWAL:
            review = await self._review(asked, to)
        return Payment(
            payment_id=new_id(),
            brand_id=customer.owner.brand,
            customer_id=customer.owner.customer,
            idempotency_key=asked.key,
            direction=asked.direction,
            method_id=asked.method_id,
            amount_minor=asked.amount_minor,
            fee_minor=method.amounts[asked.currency].fee_of(asked.amount_minor),
            currency=asked.currency,
            language=customer.language,
            destination_id=to.destination_id if to else "",
            routes=chosen.routes,
            choices=chosen.choices,
            asked_at=at,
            review=review,
            due_at=at + FIRST_LOOK,
        )

    def _chosen(self, customer: Customer, asked: Asked, method: MethodConfig) -> Chosen:
        if method.is_to_source:
            return Chosen((), ("back to what the customer has paid with, the newest payment first",))
        opened = self.work.asking.processors
        down = {name: "it has not answered lately" for name, one in opened.items() if one.breaker.is_open}
        enabled = [name for name, one in opened.items() if one.enabled]
        country = customer.standing.jurisdiction
        return choose(method, country, asked.amount_minor, enabled=enabled, down=down)

    async def _review(self, asked: Asked, to: Destination | None) -> str:
        """Return why a person has to look at a withdrawal; "" if nobody has to."""
        rules = self.file.review
        above = rules.above.get(asked.currency)
        if above is None or asked.amount_minor > above:
            return "above the amount that is paid without a look"
        if to is not None and rules.new_account and not await self.destinations.was_paid(to):
            return "the first withdrawal to this bank account"
        return ""

    def _offered(
        self, customer: Customer, method: MethodConfig, to: Destination | None = None
    ) -> OfferedMethod:
        currency = customer.standing.currency
        amounts = method.amounts[currency]
        name = method.name_in(customer.language)
        return OfferedMethod(
            id=f"{method.id}:{to.destination_id}" if to else method.id,
            name=f"{name} ({to.hint})" if to else name,
            direction=method.direction,
            currency=currency,
            minimum=amounts.minimum,
            maximum=amounts.maximum,
            fee=amounts.fee_of(amounts.minimum),
            fee_permille=amounts.fee_permille,
            days=method.days,
            is_reviewed=False,
        )


def _is_same(stored: Payment, asked: Asked) -> bool:
    body = (stored.direction, stored.method_id, stored.amount_minor, stored.currency)
    return body == (asked.direction, asked.method_id, asked.amount_minor, asked.currency)


def _answer(payment: Payment, parts: Sequence[Part]) -> Answer:
    """Return a payment as it stands, with what a customer has to know of it."""
    code: PlatformErrorCode | None = None
    match payment.state:
        case PaymentState.REFUSED:
            code = _C(payment.refusal)
        case PaymentState.ASKED:
            code = _C.PENDING
        case PaymentState.FAILED if payment.decision != Decision.REJECTED:
            tried = charges(parts)
            is_away = not tried or all(part.reason == UNAVAILABLE for part in tried)
            code = _C.METHOD_UNAVAILABLE if payment.is_deposit and is_away else _C.DECLINED
        case PaymentState.OPEN if any(part.state is PartState.ASKED for part in charges(parts)):
            code = _C.PENDING
        case _:
            pass
    return Answer(payment, parts, None if code is None else _refused(code))


def _refused(code: PlatformErrorCode) -> Refusal:
    return Refusal(code, WORDS[code])
