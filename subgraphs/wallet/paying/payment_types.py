"""Payments in the graph: the ways to pay that a customer has, and what became of deposits and withdrawals."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import strawberry
from strawberry import ID, Private

from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.kit.graphql.money import MinorUnits, Money, money
from subgraphs.kit.graphql.platform_errors import PlatformError, PlatformErrorCode
from subgraphs.kit.graphql.schema_building import assumed_size
from subgraphs.wallet.history.transaction_types import Transaction
from subgraphs.wallet.history.transactions import StoredTransaction
from subgraphs.wallet.limit_types import SEVERAL
from subgraphs.wallet.paying.answers import Answer, Decline, words_of
from subgraphs.wallet.paying.requests import MaximumReason, OfferedMethod
from subgraphs.wallet.payments.payment import Direction, Payment

MAX_PAYMENTS: Final = 50
"""How many payments a customer is shown at once."""

strawberry.enum(Direction, name="PaymentDirection", description="Which way money goes.")
described(strawberry.enum(Decline, name="PaymentDecline"))
described(strawberry.enum(MaximumReason, name="PaymentMaximumReason"))


@described
@strawberry.enum(name="PaymentState")
class ShownPaymentState(StrEnum):
    """How a payment stands.

    ASKED: It is not known yet whether it may be: nothing has moved. REFUSED: It never was. OPEN: The customer
    has to pay, or the processor to say what became of it. REVIEW: A person has to decide. SENDING: The
    money is on its way. DONE: It has arrived. RETURNED: It had to go back to its source. FAILED: Nothing was
    paid, or what was sent has come back.
    """

    ASKED = "ASKED"
    REFUSED = "REFUSED"
    OPEN = "OPEN"
    REVIEW = "REVIEW"
    SENDING = "SENDING"
    DONE = "DONE"
    RETURNED = "RETURNED"
    FAILED = "FAILED"


@described
@strawberry.type
class PaymentMethod:
    """A way to pay that the customer has.

    Attributes:
        offered: The way.
        locale: The language in which amounts are written.
    """

    offered: Private[OfferedMethod]
    locale: Private[str]

    @strawberry.field
    def id(self) -> ID:
        """Return the id, as `deposit` and `withdraw` take it."""
        return ID(self.offered.id)

    @strawberry.field
    def name(self) -> str:
        """Return the name in the customer's language."""
        return self.offered.name

    @strawberry.field
    def direction(self) -> Direction:
        """Return which way money goes."""
        return self.offered.direction

    @strawberry.field
    def minimum(self) -> Money:
        """Return the least amount."""
        return self._money(self.offered.minimum)

    @strawberry.field
    def maximum(self) -> Money:
        """The greatest amount that can be paid in this way now; `maximumReason` says why no more."""
        return self._money(self.offered.maximum)

    @strawberry.field
    def maximum_reason(self) -> MaximumReason:
        """Return why there is no more than `maximum`."""
        return self.offered.maximum_reason

    @strawberry.field
    def fee(self) -> Money | None:
        """What is kept of each payment, whatever its amount; null if nothing is."""
        return self._money(self.offered.fee) if self.offered.fee else None

    @strawberry.field
    def fee_permille(self) -> int:
        """What is kept beside `fee`, in thousandths of the amount."""
        return self.offered.fee_permille

    @strawberry.field
    def working_days(self) -> int:
        """How many working days it takes until the money is there; 0 means at once."""
        return self.offered.days

    @strawberry.field
    def reviewed_above(self) -> Money | None:
        """Above which amount a person looks at a withdrawal first; null if nobody ever does."""
        above = self.offered.reviewed_above
        return None if above is None else self._money(above)

    def _money(self, minor: int) -> Money:
        return money(minor, self.offered.currency, self.locale)


@fields_described
@strawberry.type
class TransferInstructions:
    """Where a customer has to send a bank transfer to.

    Attributes:
        reference: What has to be written into it, so that it is found.
    """

    holder: str
    account: str
    reference: str


@described
@strawberry.type(name="Payment")
class ShownPayment:
    """A deposit or a withdrawal that the customer has asked for.

    Attributes:
        answer: What became of it.
        locale: The language in which amounts are written.
    """

    answer: Private[Answer]
    locale: Private[str]

    @strawberry.field
    def id(self) -> ID:
        """Return the id; its transactions have it as their `reference`."""
        return ID(self._payment.payment_id)

    @strawberry.field
    def at(self) -> datetime:
        """Return when it was asked for."""
        return self._payment.asked_at

    @strawberry.field
    def direction(self) -> Direction:
        """Return which way the money goes."""
        return self._payment.direction

    @strawberry.field
    def amount(self) -> Money:
        """The whole amount: with the fee."""
        return money(self._payment.amount_minor, self._payment.currency, self.locale)

    @strawberry.field
    def fee(self) -> Money | None:
        """What is kept of the amount; null if nothing is."""
        fee = self._payment.fee_minor
        return money(fee, self._payment.currency, self.locale) if fee else None

    @strawberry.field
    def state(self) -> ShownPaymentState:
        """Return how it stands."""
        return ShownPaymentState(self._payment.state)

    @strawberry.field
    def message(self) -> str:
        """How it stands, in words for the customer."""
        return words_of(self.answer)

    @strawberry.field
    def code(self) -> PlatformErrorCode | None:
        """Why it is not going its way, as a code: PENDING means that nobody knows yet; null if it is."""
        return PlatformErrorCode(self.answer.refusal.code) if self.answer.refusal else None

    @strawberry.field
    def decline(self) -> Decline | None:
        """Why the last attempt to pay was declined; null if it was not, or nobody says why."""
        return self.answer.decline

    @strawberry.field
    def url(self) -> str | None:
        """Where the customer can still pay; null if nowhere."""
        return self.answer.url or None

    @strawberry.field
    def instructions(self) -> TransferInstructions | None:
        """What the customer still has to do for a bank transfer; null if nothing."""
        return _instructions(self.answer)

    @property
    def _payment(self) -> Payment:
        assert self.answer.payment is not None  # noqa: S101 - what is shown is there
        return self.answer.payment


@described
@strawberry.type
class PaymentPayload:
    """What became of a deposit or withdrawal; `errors` is empty if it goes its way.

    Attributes:
        transaction: How it stands among the transactions; null if it never was.
        payment: The same as a payment.
        redirect_url: Where the customer pays now: a page of the processor's.
        instructions: For a bank transfer, what the customer has to do.
    """

    transaction: Transaction | None
    payment: ShownPayment | None
    redirect_url: str | None
    instructions: TransferInstructions | None
    errors: list[PlatformError] = strawberry.field(directives=[assumed_size(1)])

    @classmethod
    def of(cls, answer: Answer, locale: str) -> "PaymentPayload":
        """Return an answer as the graph shows it."""
        payment = answer.payment
        return cls(
            transaction=None if payment is None else _transaction(answer, locale),
            payment=None if payment is None else ShownPayment(answer=answer, locale=locale),
            redirect_url=answer.url or None,
            instructions=_instructions(answer),
            errors=PlatformError.of(answer.refusal),
        )


@described
@strawberry.type
class BankAccountPayload:
    """The ways to withdraw after a bank account was added or removed; `errors` is empty if it was.

    Attributes:
        methods: As `paymentMethods`.
    """

    methods: list[PaymentMethod] = strawberry.field(directives=[SEVERAL])
    errors: list[PlatformError] = strawberry.field(directives=[assumed_size(1)])


@strawberry.input
class DepositInput:
    """Asks for a deposit."""

    brand: ID
    method_id: ID
    amount_minor: MinorUnits
    currency: str
    idempotency_key: ID


@strawberry.input
class WithdrawInput:
    """Asks for a withdrawal."""

    brand: ID
    method_id: ID
    amount_minor: MinorUnits
    currency: str
    idempotency_key: ID


@fields_described
@strawberry.input
class AddBankAccountInput:
    """Adds a bank account to which withdrawals can be sent.

    Attributes:
        holder: Whose account it is, as the bank has the name.
        iban: With or without spaces.
    """

    brand: ID
    holder: str
    iban: str
    idempotency_key: ID


@fields_described
@strawberry.input
class RemoveBankAccountInput:
    """Removes a bank account to which withdrawals could be sent.

    Attributes:
        method_id: The way to withdraw to it, as `paymentMethods` says it.
    """

    brand: ID
    method_id: ID
    idempotency_key: ID


def _instructions(answer: Answer) -> TransferInstructions | None:
    told = answer.instructions
    return None if told is None else TransferInstructions(**told._asdict())


def _transaction(answer: Answer, locale: str) -> Transaction | None:
    stored: StoredTransaction | None = answer.transaction
    return None if stored is None else Transaction(stored=stored, locale=locale)
