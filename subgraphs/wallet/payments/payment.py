"""A payment: what a customer asked for, its parts, and how it stands; all of it follows from facts."""

from base64 import b32encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from secrets import token_bytes
from typing import Final

from msgspec import Struct

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.payments.processor import PartKind, PartState

UNAVAILABLE: Final = "unavailable"
"""Why a part failed that a processor was never asked for: another one may be asked."""


class Direction(StrEnum):
    """Which way the money goes."""

    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"


class PaymentState(StrEnum):
    """How a payment stands.

    ASKED: It is not known yet whether it may be: nothing has moved.
    REFUSED: It never was.
    OPEN: The customer has to pay, or the processor to say what became of it.
    REVIEW: A person has to decide.
    SENDING: A withdrawal is on its way.
    DONE: The money has arrived.
    RETURNED: The money of a deposit had to go back to its source.
    FAILED: Nothing was paid, or what was sent has come back.
    """

    ASKED = "ASKED"
    REFUSED = "REFUSED"
    OPEN = "OPEN"
    REVIEW = "REVIEW"
    SENDING = "SENDING"
    DONE = "DONE"
    RETURNED = "RETURNED"
    FAILED = "FAILED"


class Decision(StrEnum):
    """What two people decided about a withdrawal."""

    APPROVED = "approved"
    REJECTED = "rejected"


FOREIGN: Final = "x"
"""How the ids of parts begin that somebody else has made: no id of ours does."""

LACKED: Final = "INSUFFICIENT_FUNDS"
"""Why a refund that people decided failed before it was asked for: the customer has less."""

RECEIVED: Final = "received"
"""The admission of a charge whose money became the customer's; any other one is why it goes back."""


class Payment(Struct, frozen=True, kw_only=True):
    """What a customer asked for.

    Attributes:
        idempotency_key: The customer's: the same key is the same payment.
        amount_minor: With the fee, in minor units.
        fee_minor: What the house keeps of it.
        destination_id: The account to which a withdrawal is sent; "" if back to the source, or of a deposit.
        routes: The processors that may be asked, in order.
        choices: Why each of them was chosen, or not, as sentences for support.
        account_id: Of the ledger, the customer's cash; "" until it is accepted.
        accepted_at: When limits permitted a deposit, or money was kept for a withdrawal.
        refusal: Why it never was: a code of `PlatformErrorCode`; "" if it is not refused.
        review: Why a person has to look at a withdrawal; "" if nobody has to.
        decision: See `Decision`; "" while there is none.
        decided_by: The two people, or "" if nobody had to.
        given_back_at: When a deposit stopped counting against limits.
        due_at: When somebody has to look at it again; None if nobody has to.
        tries: How many looks in a row have changed nothing.
    """

    payment_id: str
    brand_id: str
    customer_id: str
    idempotency_key: str
    direction: Direction
    method_id: str
    amount_minor: int
    fee_minor: int
    currency: str
    language: str
    destination_id: str
    routes: tuple[str, ...]
    choices: tuple[str, ...]
    asked_at: datetime
    state: PaymentState = PaymentState.ASKED
    account_id: str = ""
    accepted_at: datetime | None = None
    refusal: str = ""
    review: str = ""
    decision: str = ""
    decision_id: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""
    given_back_at: datetime | None = None
    due_at: datetime | None = None
    tries: int = 0

    @property
    def owner(self) -> Owner:
        """Return the customer."""
        return Owner(self.brand_id, self.customer_id)

    @property
    def is_deposit(self) -> bool:
        """Tell whether money comes in."""
        return self.direction is Direction.DEPOSIT


class Part(Struct, frozen=True, kw_only=True):
    """What a processor was asked for, and the most advanced that it has said.

    Attributes:
        part_id: Ours; of what somebody did at the processor, made from its reference.
        reference: The processor's id; "" if it was never told.
        source: The part whose money a refund or dispute is of.
        reason: Why it failed, or why the customer's last attempt was declined.
        url: Where the customer pays.
        fee_minor: What the processor keeps.
        expires_at: After which a charge is to be paid no more.
        moved_at: When the money moved, by the processor's clock.
        admission: What became of the money of a charge: `RECEIVED`, or why it goes back; "" while undecided.
        booked: The state that the ledger knows; "" if none, `asked` once it keeps the money of a refund that
            people decided.
    """

    part_id: str
    payment_id: str
    kind: PartKind
    processor: str
    amount_minor: int
    currency: str
    asked_at: datetime
    reference: str = ""
    source: str = ""
    state: PartState = PartState.ASKED
    reason: str = ""
    url: str = ""
    fee_minor: int | None = None
    expires_at: datetime | None = None
    moved_at: datetime | None = None
    admission: str = ""
    booked: str = ""

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more is expected; a bank may still send back what had arrived."""
        return self.state in {PartState.DONE, PartState.FAILED}


def new_id() -> str:
    """Return a new id of a payment: opaque, and short enough for a bank's files with its parts' endings."""
    return f"p{b32encode(token_bytes(16)).decode().rstrip('=').lower()}"


def is_foreign(part: Part) -> bool:
    """Tell whether somebody made a refund at the processor, so that no money was kept for it."""
    return part.part_id.startswith(FOREIGN)


def is_decided(part: Part) -> bool:
    """Tell whether two people decided to send this money back; its own money is kept before it is sent."""
    return part.kind is PartKind.REFUND and part.part_id.startswith(decided_refund(part.payment_id, ""))


def decided_refund(payment_id: str, number: int | str) -> str:
    """Return the id of a refund that people decided: the first of a payment has the number 1."""
    return f"{payment_id}-f{number}"


def charges(parts: Iterable[Part]) -> list[Part]:
    """Return the charges among parts, in the order in which they were asked for."""
    return sorted((part for part in parts if part.kind is PartKind.CHARGE), key=lambda part: part.part_id)


def owed_charge(parts: Iterable[Part], part_id: str) -> Part | None:
    """Return a charge if its money never became the customer's, so that it has to go back; else None."""
    charge = next((part for part in parts if part.part_id == part_id), None)
    return None if charge is None or charge.admission in {"", RECEIVED} else charge


def state_of(payment: Payment, parts: Sequence[Part]) -> PaymentState:
    """Return how a payment stands, from all that is known of it."""
    if payment.refusal:
        return PaymentState.REFUSED
    if payment.accepted_at is None:
        return PaymentState.ASKED
    return _deposit_state(payment, parts) if payment.is_deposit else _withdrawal_state(payment, parts)


def _deposit_state(payment: Payment, parts: Sequence[Part]) -> PaymentState:
    admissions = {part.admission for part in parts if part.kind is PartKind.CHARGE} - {""}
    if admissions:
        return PaymentState.DONE if RECEIVED in admissions else PaymentState.RETURNED
    return PaymentState.OPEN if payment.given_back_at is None else PaymentState.FAILED


def _withdrawal_state(payment: Payment, parts: Sequence[Part]) -> PaymentState:
    if payment.review and not payment.decision:
        return PaymentState.REVIEW
    if payment.decision == Decision.REJECTED:
        return PaymentState.FAILED
    sent = [part for part in parts if part.kind in {PartKind.REFUND, PartKind.PAYOUT}]
    if not all(part.is_over for part in sent):
        return PaymentState.SENDING
    return PaymentState.DONE if any(part.state is PartState.DONE for part in sent) else PaymentState.FAILED
