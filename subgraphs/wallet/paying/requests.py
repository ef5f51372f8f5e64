"""What customers ask of payments: which methods they have, to deposit, to withdraw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from subgraphs.kit.domain.bounds import MAX_AMOUNT
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.records import Standing
from subgraphs.wallet.paying.admitting.allocation import Allocation
from subgraphs.wallet.paying.admitting.destinations import Destination, Destinations, HouseAccount
from subgraphs.wallet.paying.admitting.scrutiny import ABOVE
from subgraphs.wallet.paying.answers import Answer, Instructions, refusal_of, refused
from subgraphs.wallet.paying.routing import Chosen, choose
from subgraphs.wallet.paying.work import PaymentWork
from subgraphs.wallet.payments.configuration import MethodConfig, PaymentsFile
from subgraphs.wallet.payments.payment import (
    Direction,
    Part,
    Payment,
    PaymentState,
    charges,
    new_id,
)
from subgraphs.wallet.payments.processor import PartState

_C: Final = PlatformErrorCode
OTHER_METHODS_FIRST: Final = (
    "Money you've deposited goes back first to where it came from. Choose that way, or a lower amount."
)
FIRST_LOOK: Final = timedelta(seconds=15)
"""After which somebody else goes on with a payment whose own request was interrupted."""


class MaximumReason(StrEnum):
    """Why a method takes no more than its maximum.

    METHOD: It never takes more. PAID_IN: No more has come by it than can go back. OTHER_METHODS: The rest has
    come by other methods, and goes back by them first.
    """

    METHOD = "METHOD"
    PAID_IN = "PAID_IN"
    OTHER_METHODS = "OTHER_METHODS"


class OfferedMethod(Struct, frozen=True, kw_only=True):
    """A way to pay that a customer has.

    Attributes:
        id: As `deposit` and `withdraw` take it.
        minimum: In minor units.
        maximum: In minor units; of a withdrawal to the source no more than can go back there.
        fee: What is kept of each payment, in minor units; 0 if nothing is.
        fee_permille: What is kept beside it, in thousandths of the amount.
        days: Working days until the money is there.
        maximum_reason: Why there is no more.
        reviewed_above: Above which amount a person looks at it first; None if nobody does.
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
    reviewed_above: int | None
    maximum_reason: MaximumReason = MaximumReason.METHOD


class Customer(Struct, frozen=True):
    """Who asks, and where they are.

    Attributes:
        is_verified: Whether the operator knows who they are: without that, nobody deposits
            (GB: LCCP, social responsibility code 17.1.1), and withdrawing needs nothing more.
        is_to_answer: Whether they have to say first whether they want a deposit limit (GB: RTS 12).
    """

    owner: Owner
    standing: Standing
    language: str
    is_verified: bool = True
    is_to_answer: bool = False


class Asked(Struct, frozen=True, kw_only=True):
    """What a customer asks for."""

    direction: Direction
    method_id: str
    amount_minor: int
    currency: str
    key: str


@dataclass(frozen=True, slots=True)
class PaymentRequests:
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
        room = await self._room(customer)
        return [shown for method in offered for shown in self._ways_out(customer, method, known, back, room)]

    async def _room(self, customer: Customer) -> int:
        """Return how much of a customer's cash has not to go back by the methods it came from."""
        owner, standing = customer.owner, customer.standing
        ways = self.file.offered(Direction.WITHDRAWAL, owner.brand, standing.jurisdiction, standing.currency)
        least = min(
            (way.amounts[standing.currency].minimum for way in ways if way.is_to_source), default=None
        )
        back = await self.allocation.way_back(owner, standing.currency)
        owed = back.open_minor if least is not None and back.open_minor >= least else 0
        return max(0, await self.work.cash(owner, standing.currency) - owed) if owed else MAX_AMOUNT

    def takes_accounts(self, customer: Customer) -> bool:
        """Tell whether a customer can withdraw to a bank account, so that it makes sense to add one."""
        standing, brand = customer.standing, customer.owner.brand
        offered = self.file.offered(Direction.WITHDRAWAL, brand, standing.jurisdiction, standing.currency)
        return any(not method.is_to_source for method in offered)

    def _ways_out(
        self, customer: Customer, method: MethodConfig, known: Sequence[Destination], back: int, room: int
    ) -> Iterator[OfferedMethod]:
        """Yield the ways in which a customer can withdraw by a method."""
        if not method.is_to_source:
            for destination in known:
                yield _up_to(self._offered(customer, method, destination), room, MaximumReason.OTHER_METHODS)
            return
        shown = self._offered(customer, method)
        if back >= shown.minimum:
            yield _up_to(shown, back, MaximumReason.PAID_IN)

    async def deposit(self, customer: Customer, asked: Asked) -> Answer:
        """Ask for money; the same key again returns the same deposit as it stands then.

        Raises:
            OSError: The database is unavailable.
        """
        return await self._ask(customer, asked, self.file.method(asked.method_id), None)

    async def withdraw(self, customer: Customer, asked: Asked) -> Answer:
        """Keep money to be sent; nothing takes that back but a person's decision, or a failure to send it.

        Raises:
            OSError: The database is unavailable.
        """
        name, _, destination_id = asked.method_id.partition(":")
        known = await self.destinations.of(customer.owner)
        destination = next((held for held in known if held.destination_id == destination_id), None)
        method = self.file.method(name)
        if (
            method is None
            or method.is_to_source is not (destination is None)
            or (destination_id and destination is None)
        ):
            method = None
        return await self._ask(customer, asked, method, destination)

    async def add_bank_account(self, owner: Owner, holder: str, account: str) -> Refusal | None:
        """Add a bank account to which withdrawals can be sent; return why not.

        Raises:
            BadInput: No name, or no IBAN.
        """
        at = await self.work.wallet.now()
        try:
            added = await self.destinations.add(owner, holder, account, at)
        except HouseAccount:
            return Refusal(_C.METHOD_UNAVAILABLE, "This account is ours. Give one of your own.")
        if added is None:
            return Refusal(
                _C.NOT_ALLOWED_HERE, "You've saved as many bank accounts as possible. Remove one first."
            )
        return None

    async def remove_bank_account(self, owner: Owner, method_id: str) -> None:
        """Remove the bank account of a way to withdraw; withdrawals that were asked for go on."""
        _, _, destination_id = method_id.partition(":")
        await self.destinations.remove(owner, destination_id, await self.work.wallet.now())

    async def _ask(
        self, customer: Customer, asked: Asked, method: MethodConfig | None, to: Destination | None
    ) -> Answer:
        store = self.work.store
        stored = await store.by_key(customer.owner, asked.key)
        if stored is None:
            refusal = self._refusal(customer, asked, method)
            if refusal is not None or method is None:
                return Answer(None, (), refusal or refused(_C.METHOD_UNAVAILABLE))
            if to is not None and (to.account in self.destinations.house):
                return Answer(None, (), refused(_C.METHOD_UNAVAILABLE))
            if to is not None and asked.amount_minor > await self._room(customer):
                return Answer(None, (), Refusal(_C.METHOD_UNAVAILABLE, OTHER_METHODS_FIRST))
            payment = await self._payment(customer, asked, method, to)
            parts = [] if payment.is_deposit else await self.allocation.parts(payment, method)
            if not payment.is_deposit and not parts:
                return Answer(None, (), refused(_C.METHOD_UNAVAILABLE))
            stored = await store.add(payment, parts)
        if not _is_same(stored, asked):
            return Answer(None, (), refused(_C.IDEMPOTENCY_REUSED))
        payment, parts = await self.work.advance(stored.payment_id) or (stored, [])
        return self.answered(payment, parts)

    async def payments(self, owner: Owner, first: int) -> list[Answer]:
        """Return what a customer has asked for, the newest first."""
        store = self.work.store
        payments = await store.of_customer(owner, first)
        parts = await store.parts_of([payment.payment_id for payment in payments])
        return [self.answered(payment, parts.get(payment.payment_id, [])) for payment in payments]

    def answered(self, payment: Payment, parts: Sequence[Part]) -> Answer:
        """Return a payment as its customer is told of it."""
        return Answer(payment, parts, refusal_of(payment, parts), self._instructions(payment, parts))

    def _instructions(self, payment: Payment, parts: Sequence[Part]) -> Instructions | None:
        """Return where to send a bank transfer to; None if there is nothing to send."""
        if not payment.is_deposit or payment.state is not PaymentState.OPEN:
            return None
        for charge in charges(parts):
            opened = self.work.asking.processors.get(charge.processor)
            if opened is not None and opened.account is not None and charge.state is PartState.OPEN:
                return Instructions(*opened.account, charge.part_id)
        return None

    def _reviewed_above(self, method: MethodConfig, currency: str) -> int | None:
        if method.direction is Direction.DEPOSIT:
            return None
        return self.file.review.above.get(currency, 0)

    def _refusal(self, customer: Customer, asked: Asked, method: MethodConfig | None) -> Refusal | None:
        """Return why something cannot be asked for at all."""
        standing = customer.standing
        if asked.currency != standing.currency:
            return refused(_C.WRONG_CURRENCY)
        if asked.direction is Direction.DEPOSIT and not customer.is_verified:
            return refused(_C.UNVERIFIED)
        if asked.direction is Direction.DEPOSIT and customer.is_to_answer:
            return refused(_C.CONFIRMATION_NEEDED)
        is_offered = method is not None and method.direction is asked.direction
        if (
            method is None
            or not is_offered
            or not method.serves(customer.owner.brand, standing.jurisdiction, asked.currency)
        ):
            return refused(_C.METHOD_UNAVAILABLE)
        amounts = method.amounts[asked.currency]
        if not amounts.minimum <= asked.amount_minor <= amounts.maximum:
            return Refusal(
                _C.METHOD_UNAVAILABLE,
                "This way to pay doesn't take that amount. Change the amount or choose another way.",
            )
        return None

    async def _payment(
        self, customer: Customer, asked: Asked, method: MethodConfig, to: Destination | None
    ) -> Payment:
        at = await self.work.wallet.now()
        chosen = self._chosen(customer, asked, method)
        payment = Payment(
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
            due_at=at + FIRST_LOOK,
        )
        return replace(payment, review=await self._review(payment, to))

    def _chosen(self, customer: Customer, asked: Asked, method: MethodConfig) -> Chosen:
        if method.is_to_source:
            return Chosen((), ("back to what the customer has paid with, the newest payment first",))
        opened = self.work.asking.processors
        down = {
            name: "it has not answered lately"
            for name, processor in opened.items()
            if processor.breaker.is_open
        }
        enabled = [name for name, processor in opened.items() if processor.enabled]
        country = customer.standing.jurisdiction
        return choose(method, country, asked.amount_minor, enabled=enabled, down=down)

    async def _review(self, payment: Payment, to: Destination | None) -> str:
        """Return why a person has to look at a withdrawal, as far as it is known by itself; "" if not."""
        above = self.file.review.above.get(payment.currency)
        if payment.is_deposit:
            return ""
        if above is None or payment.amount_minor > above:
            return ABOVE
        return "" if to is None else await self.work.scrutiny.of_payee(payment, to)

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
            fee=amounts.fee,
            fee_permille=amounts.fee_permille,
            days=method.days,
            reviewed_above=self._reviewed_above(method, currency),
        )


def _up_to(shown: OfferedMethod, most: int, reason: MaximumReason) -> OfferedMethod:
    """Return a method that takes no more than an amount, and why."""
    return shown if most >= shown.maximum else replace(shown, maximum=most, maximum_reason=reason)


def _is_same(stored: Payment, asked: Asked) -> bool:
    body = (stored.direction, stored.method_id, stored.amount_minor, stored.currency)
    return body == (asked.direction, asked.method_id, asked.amount_minor, asked.currency)
