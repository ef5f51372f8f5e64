"""What Stripe's objects say about the parts of payments: objects in, notices out.

A charge's reference is the id of its page (`cs_…`) until Stripe has a payment for it, and from then on that
of the payment (`pi_…`), by which refunds and disputes name it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from subgraphs.wallet.payments.processor import MAX_REASON_LENGTH, Notice, PartKind, PartState, Unreadable
from subgraphs.wallet.payments.stripe.amounts import NotPayable, from_stripe
from subgraphs.wallet.payments.stripe.objects import (
    BalanceTransaction,
    Charge,
    Dispute,
    Metadata,
    PaymentError,
    PaymentIntent,
    Payout,
    Refund,
    Session,
)

PART: Final = "furlong_part"
"""The key of our id in Stripe's metadata."""

EXPIRED: Final = "expired"
CANCELED: Final = "canceled"
ASYNC_FAILED: Final = "async_payment_failed"

_PAYMENT_STATES: Final[Mapping[str, PartState]] = {
    "requires_payment_method": PartState.OPEN,
    "requires_confirmation": PartState.OPEN,
    "requires_action": PartState.OPEN,
    "requires_capture": PartState.PROCESSING,
    "processing": PartState.PROCESSING,
    "succeeded": PartState.DONE,
    "canceled": PartState.FAILED,
}
_REFUND_STATES: Final[Mapping[str, PartState]] = {
    "requires_action": PartState.OPEN,
    "pending": PartState.PROCESSING,
    "succeeded": PartState.DONE,
    "failed": PartState.FAILED,
    "canceled": PartState.FAILED,
}
_PAYOUT_STATES: Final[Mapping[str, PartState]] = {
    "pending": PartState.PROCESSING,
    "in_transit": PartState.PROCESSING,
    "paid": PartState.DONE,
    "failed": PartState.FAILED,
    "canceled": PartState.FAILED,
}
_DISPUTE_STATES: Final[Mapping[str, PartState | None]] = {
    "warning_needs_response": None,
    "warning_under_review": None,
    "warning_closed": None,
    "needs_response": PartState.OPEN,
    "under_review": PartState.OPEN,
    "appeal_needs_response": PartState.OPEN,
    "appeal_under_review": PartState.OPEN,
    "lost": PartState.DONE,
    "won": PartState.FAILED,
    "prevented": PartState.FAILED,
}
"""None for an inquiry of the bank's, by which no money has moved."""


def instant(seconds: int) -> datetime:
    """Return Stripe's time as ours."""
    return datetime.fromtimestamp(seconds, UTC)


def minor_units(amount: int, currency: str) -> int:
    """Return an amount in minor units of ISO 4217.

    Args:
        amount: As Stripe writes it.
        currency: As Stripe writes it, in small letters.

    Raises:
        Unreadable: It is no whole number of them.
    """
    try:
        return from_stripe(amount, currency.upper())
    except NotPayable as fault:
        raise Unreadable(f"{amount} {currency} is no amount: {fault}") from None


def part_of(metadata: Metadata) -> str:
    """Return our id of a part; "" if the object is not of ours."""
    return (metadata or {}).get(PART, "")


def session_part(session: Session) -> str:
    """Return our id of the charge that a page is for; "" if the page is not of ours."""
    return part_of(session.metadata)


def session_notice(session: Session, at: datetime) -> Notice:
    """Return how a charge stands, by its page.

    Raises:
        Unreadable: It is no page for a payment, or stands in a way that is not known.
    """
    payment = session.payment_intent if isinstance(session.payment_intent, PaymentIntent) else None
    reason = _decline(payment.last_payment_error) if payment else ""
    match session.status, session.payment_status:
        case "open", "unpaid":
            return _of_session(session, at, PartState.OPEN, reason)
        case "expired", "unpaid":
            return _of_session(session, at, PartState.FAILED, EXPIRED)
        case "complete", "paid":
            return _of_session(session, at, PartState.DONE)
        case "complete", "unpaid" if payment and payment.status in {"requires_payment_method", "canceled"}:
            return _of_session(session, at, PartState.FAILED, reason or ASYNC_FAILED)
        case "complete", "unpaid":
            return _of_session(session, at, PartState.PROCESSING)
    raise Unreadable(f"a page is {session.status!r} and {session.payment_status!r}")


def async_failure(session: Session, at: datetime) -> Notice:
    """Return that a payment which took days was not made after all."""
    return _of_session(session, at, PartState.FAILED, ASYNC_FAILED)


def _of_session(session: Session, at: datetime, state: PartState, reason: str = "") -> Notice:
    if session.amount_total is None or session.currency is None:
        raise Unreadable("a page without an amount")
    paid = session.payment_intent
    whole = paid if isinstance(paid, PaymentIntent) else None
    return Notice(
        kind=PartKind.CHARGE,
        part=session_part(session),
        reference=(whole.id if whole else str(paid or "")) or session.id,
        state=state,
        amount=minor_units(session.amount_total, session.currency),
        currency=session.currency.upper(),
        at=at,
        reason=_short(reason),
        url=(session.url or "") if state is PartState.OPEN else "",
        fee=_charge_fee(whole) if whole else None,
    )


def payment_notice(payment: PaymentIntent, at: datetime) -> Notice:
    """Return how a charge stands, by its payment: a declined one stays OPEN.

    Raises:
        Unreadable: It stands in a way that is not known.
    """
    state = _known(_PAYMENT_STATES, payment.status, "a payment")
    amount = payment.amount
    if state is PartState.DONE and payment.amount_received is not None:
        amount = payment.amount_received
    reason = _decline(payment.last_payment_error) if state is PartState.OPEN else ""
    if state is PartState.FAILED:
        reason = payment.cancellation_reason or CANCELED
    return Notice(
        kind=PartKind.CHARGE,
        part=part_of(payment.metadata),
        reference=payment.id,
        state=state,
        amount=minor_units(amount, payment.currency),
        currency=payment.currency.upper(),
        at=at,
        reason=_short(reason),
        fee=_charge_fee(payment),
    )


def refund_notice(refund: Refund, at: datetime) -> Notice:
    """Return how a refund stands.

    Raises:
        Unreadable: It stands in a way that is not known.
    """
    state = _known(_REFUND_STATES, refund.status or "", "a refund")
    reason = (refund.failure_reason or refund.status or "") if state is PartState.FAILED else ""
    return Notice(
        kind=PartKind.REFUND,
        part=part_of(refund.metadata),
        reference=refund.id,
        of=refund.payment_intent or refund.charge or "",
        state=state,
        amount=minor_units(refund.amount, refund.currency),
        currency=refund.currency.upper(),
        at=at,
        reason=_short(reason),
    )


def payout_notice(payout: Payout, at: datetime) -> Notice:
    """Return how a payout stands.

    Raises:
        Unreadable: It stands in a way that is not known.
    """
    state = _known(_PAYOUT_STATES, payout.status, "a payout")
    reason = (payout.failure_code or payout.status) if state is PartState.FAILED else ""
    return Notice(
        kind=PartKind.PAYOUT,
        part=part_of(payout.metadata),
        reference=payout.id,
        state=state,
        amount=minor_units(payout.amount, payout.currency),
        currency=payout.currency.upper(),
        at=at,
        reason=_short(reason),
    )


def dispute_notice(dispute: Dispute, at: datetime) -> Notice | None:
    """Return how a dispute stands; None for an inquiry, which has moved no money.

    Raises:
        Unreadable: It stands in a way that is not known.
    """
    if dispute.status not in _DISPUTE_STATES:
        raise Unreadable(f"a dispute is {dispute.status!r}")
    movements = dispute.balance_transactions or []
    state = _DISPUTE_STATES[dispute.status]
    if dispute.status == "prevented" and sum(movement.amount for movement in movements) < 0:
        state = PartState.DONE
    if state is None:
        return None
    return Notice(
        kind=PartKind.DISPUTE,
        part="",
        reference=dispute.id,
        of=dispute.payment_intent or dispute.charge or "",
        state=state,
        amount=minor_units(dispute.amount, dispute.currency),
        currency=dispute.currency.upper(),
        at=at,
        reason=_short(dispute.reason or ""),
        fee=_fee(movements, dispute.currency),
    )


def _known(states: Mapping[str, PartState], status: str, what: str) -> PartState:
    state = states.get(status)
    if state is None:
        raise Unreadable(f"{what} is {status!r}")
    return state


def _decline(error: PaymentError | None) -> str:
    """Return why a card was declined: the bank's reason where it gave one."""
    return (error.decline_code or error.code or error.type or "") if error else ""


def _charge_fee(payment: PaymentIntent) -> int | None:
    charge = payment.latest_charge
    if not isinstance(charge, Charge) or not isinstance(charge.balance_transaction, BalanceTransaction):
        return None
    return _fee([charge.balance_transaction], payment.currency)


def _fee(movements: list[BalanceTransaction], currency: str) -> int | None:
    """Return what Stripe keeps; None if that is not known, or is in the other currency of our balance."""
    if not movements or any(movement.currency != currency for movement in movements):
        return None
    return minor_units(sum(movement.fee for movement in movements), currency)


def _short(reason: str) -> str:
    return reason[:MAX_REASON_LENGTH]
