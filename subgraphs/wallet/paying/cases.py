"""What a person has to know of payments and their parts: pure functions of what is known."""

from collections.abc import Sequence
from datetime import datetime

from subgraphs.wallet.paying.booking import is_owed
from subgraphs.wallet.payments.payment import Part, Payment, is_decided, is_foreign
from subgraphs.wallet.payments.processor import Contradiction, Notice, PartKind, PartState
from subgraphs.wallet.payments.records.cases import Case, CaseKind
from subgraphs.wallet.payments.steps import Step


def case_of(payment: Payment, parts: Sequence[Part], part: Part, at: datetime) -> Case | None:
    """Return what a person has to know of a part whose state was booked."""
    if part.kind is PartKind.DISPUTE:
        kind = CaseKind.DISPUTE
    elif part.kind is PartKind.REFUND and (is_owed(parts, part) or _is_given_up(part)):
        kind = CaseKind.OWED
    elif part.kind is PartKind.REFUND and is_foreign(part):
        kind = CaseKind.FOREIGN
    else:
        return None
    return Case(
        kind=kind,
        processor=part.processor,
        subject=part.part_id,
        brand_id=payment.brand_id,
        payment_id=payment.payment_id,
        currency=part.currency,
        amount_minor=part.amount_minor,
        details={"state": part.state, "reason": part.reason, "reference": part.reference},
        opened_at=at,
    )


def case_of_step(
    payment: Payment, parts: Sequence[Part], step: Step, why: Contradiction, at: datetime
) -> Case:
    """Return that a step contradicts what is at a processor, or in the ledger."""
    return Case(
        kind=CaseKind.DIFFERENT,
        processor=next((part.processor for part in parts), ""),
        subject=f"contradiction {payment.payment_id}",
        brand_id=payment.brand_id,
        payment_id=payment.payment_id,
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        details={"step": type(step).__name__, "why": str(why)},
        opened_at=at,
    )


def case_of_unknown(processor: str, notice: Notice, at: datetime) -> Case | None:
    """Return that a processor speaks of money of which nothing is known here; None if it has moved none."""
    if notice.state not in {PartState.DONE, PartState.OPEN} or (
        notice.kind is PartKind.CHARGE and notice.state is PartState.OPEN
    ):
        return None
    return Case(
        kind=CaseKind.UNKNOWN,
        processor=processor,
        subject=f"{notice.kind} {notice.reference or notice.part}",
        currency=notice.currency,
        amount_minor=notice.amount,
        details={
            "kind": notice.kind,
            "part": notice.part,
            "reference": notice.reference,
            "of": notice.of,
        },
        opened_at=at,
    )


def _is_given_up(part: Part) -> bool:
    """Tell whether a refund that two people decided could not be sent: the customer has the money again."""
    return is_decided(part) and part.state is PartState.FAILED
