"""The messages that only the wallet reads: what people of finance decided."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.fields import BrandId, Currency, CustomerId, Instant, require_utc
from consumers.messages.reader import Body, PlatformBody, Reader
from consumers.stream.records import Record
from foundation.same_fields import with_fields_of
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.closing.holds import Lifting
from subgraphs.wallet.corrections import Correction, CorrectionState
from subgraphs.wallet.ledger.limits import AMOUNT_MAX
from subgraphs.wallet.payments.records.refunds import DecidedRefund

_Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[!-~]+\Z")]
_Credit = Annotated[str, Meta(max_length=64)]
_Subject = Annotated[str, Meta(min_length=1, max_length=35, pattern=r"\A[!-~]+\Z")]
_Words = Annotated[str, Meta(min_length=1, max_length=500)]
_Person = Annotated[str, Meta(min_length=1, max_length=200)]
_Days = Annotated[
    tuple[Annotated[str, Meta(pattern=r"\A20\d{2}-\d{2}-\d{2}\Z")], ...], Meta(min_length=1, max_length=1000)
]
_Signed = Annotated[int, Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]


class CorrectionDecided(Body, frozen=True, kw_only=True):
    """Two people of finance decided to move money between a customer and the house."""

    customer_id: CustomerId
    correction_id: _Id
    currency: Currency
    amount_minor: _Signed
    credit: _Credit = ""
    reason: _Words
    proposed_by: _Person
    approved_by: _Person
    decided_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(decided_at=self.decided_at)
        if not self.amount_minor:
            raise ValueError("a correction of nothing corrects nothing")

    def correction(self) -> Correction:
        """Return it in the subgraph's form."""
        state = CorrectionState.WAITING
        return with_fields_of(Correction, self, state=state, refusal=None, settled_at=None)


class CheckClosed(Body, frozen=True, kw_only=True):
    """A person has found something in a customer's financial check."""

    customer_id: CustomerId
    due_at: Instant
    finding: _Words
    closed_by: _Person
    decided_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(due_at=self.due_at, decided_at=self.decided_at)

    @property
    def owner(self) -> Owner:
        """Return the customer."""
        return Owner(self.brand_id, self.customer_id)


class PayoutsReleased(PlatformBody, frozen=True, kw_only=True):
    """Two people of finance decided that a currency pays out again.

    Attributes:
        days: The days whose differences they explained: what another day stopped stays stopped.
    """

    release_id: _Id
    currency: Currency
    days: _Days
    reason: _Words
    proposed_by: _Person
    approved_by: _Person
    decided_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(decided_at=self.decided_at)

    def lifting(self, at: datetime) -> Lifting:
        """Return it in the subgraph's form."""
        by = f"{self.proposed_by}, {self.approved_by}"[:200]
        return Lifting(self.currency, frozenset(self.days), self.release_id, by, self.reason, at)


class PaymentDecided(PlatformBody, frozen=True, kw_only=True):
    """People of finance decided about a withdrawal or a deposit, or one of them about a case.

    Attributes:
        brand_id: None of a case that is of no customer.
        kind: Two people approve or reject a withdrawal, or refund money of a deposit; one closes a case.
        decision_id: The same decision, sent twice, has the same one.
        subject_id: The payment, or the case.
        reason: Why; of a case, what was found.
        proposed_by: Who proposed it, or closed the case.
        approved_by: The other person; "" of a case.
        charge_id: The part of a deposit whose money is refunded; "" unless something is.
        amount_minor: How much is refunded, in minor units of `currency`.
    """

    brand_id: BrandId | None = None
    customer_id: CustomerId | None = None
    kind: Literal["approve", "reject", "refund", "close_case"]
    decision_id: _Id
    subject_id: _Subject
    reason: _Words
    proposed_by: _Person
    approved_by: Annotated[str, Meta(max_length=200)] = ""
    charge_id: Annotated[str, Meta(max_length=35, pattern=r"\A[!-~]*\Z")] = ""
    amount_minor: Annotated[int, Meta(ge=0, le=AMOUNT_MAX)] = 0
    currency: Currency | None = None
    decided_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(decided_at=self.decided_at)
        if (self.brand_id is None) is not (self.customer_id is None):
            raise ValueError("a customer has a brand and an id, or there is none")
        if self.kind != "close_case" and (self.customer_id is None or not self.approved_by):
            raise ValueError("two people decide about the payment of a customer")
        is_amount = self.charge_id and self.amount_minor and self.currency is not None
        if self.kind == "refund" and not is_amount:
            raise ValueError("a refund is of an amount of a charge")

    @property
    def key(self) -> str:
        """Return the key of its record."""
        return self.subject_id if self.customer_id is None else f"{self.brand_id}:{self.customer_id}"

    @property
    def by(self) -> str:
        """Return the two people."""
        return f"{self.proposed_by}, {self.approved_by}"

    def refund(self, at: datetime) -> DecidedRefund:
        """Return a refund in the subgraph's form.

        Args:
            at: Now, by the machine's clock.
        """
        return DecidedRefund(
            decision_id=self.decision_id,
            payment_id=self.subject_id,
            charge_id=self.charge_id,
            amount_minor=self.amount_minor,
            currency=str(self.currency),
            reason=self.reason,
            decided_by=self.by,
            decided_at=at,
        )


def _of_customer(body: Any) -> str:
    return f"{body.brand_id}:{body.customer_id}"


_CORRECTION: Final = Reader("wallet.correction", msgspec.json.Decoder(CorrectionDecided), _of_customer)
_CHECK: Final = Reader("wallet.check", msgspec.json.Decoder(CheckClosed), _of_customer)
_RELEASE: Final = Reader(
    "wallet.release", msgspec.json.Decoder(PayoutsReleased), lambda body: str(body.currency)
)

_PAYMENT: Final = Reader("wallet.payment", msgspec.json.Decoder(PaymentDecided), lambda body: body.key)


def decode_correction(record: Record) -> CorrectionDecided:
    """Return the decided correction in a record.

    Raises:
        Poison: The record is not such a message.
    """
    return _CORRECTION.read(record)


def decode_check(record: Record) -> CheckClosed:
    """Return the closed check in a record.

    Raises:
        Poison: The record is not such a message.
    """
    return _CHECK.read(record)


def decode_release(record: Record) -> PayoutsReleased:
    """Return the release of payouts in a record.

    Raises:
        Poison: The record is not such a message.
    """
    return _RELEASE.read(record)


def decode_payment(record: Record) -> PaymentDecided:
    """Return the decision about a payment or case in a record.

    Raises:
        Poison: The record is not such a message.
    """
    return _PAYMENT.read(record)
