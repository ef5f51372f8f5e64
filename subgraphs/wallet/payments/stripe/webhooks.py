"""What an event of Stripe's says about parts: nothing if it is about something else."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Raw, Struct

from subgraphs.wallet.payments.processor import Notice, Unreadable
from subgraphs.wallet.payments.stripe.notices import (
    async_failure,
    dispute_notice,
    instant,
    part_of,
    payment_notice,
    payout_notice,
    refund_notice,
    session_notice,
    session_part,
)
from subgraphs.wallet.payments.stripe.objects import (
    Charge,
    Dispute,
    PaymentIntent,
    Payout,
    Refund,
    Seconds,
    Session,
)

T = TypeVar("T")
Reader: TypeAlias = Callable[[bytes, datetime], Sequence[Notice]]


class _EventType(Struct, frozen=True):
    type: str


class _EventData(Struct, frozen=True):
    object: Raw


class _Event(Struct, frozen=True):
    object: Literal["event"]
    created: Seconds
    data: _EventData


def read_event(body: bytes) -> Sequence[Notice]:
    """Return what the body of a webhook says.

    Raises:
        Unreadable: It is no event, or an event that concerns us in an unknown form.
    """
    reader = _READERS.get(_decoded(body, _EventType).type)
    if reader is None:
        return ()
    event = _decoded(body, _Event)
    return reader(bytes(event.data.object), instant(event.created))


def _decoded(body: bytes, form: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(f"the webhook has an unknown form: {fault}") from None
    except RecursionError:
        raise Unreadable("the webhook is nested too deeply") from None


def _session(body: bytes, at: datetime) -> Sequence[Notice]:
    session = _decoded(body, Session)
    return (session_notice(session, at),) if session_part(session) else ()


def _failed_session(body: bytes, at: datetime) -> Sequence[Notice]:
    session = _decoded(body, Session)
    return (async_failure(session, at),) if session_part(session) else ()


def _payment(body: bytes, at: datetime) -> Sequence[Notice]:
    payment = _decoded(body, PaymentIntent)
    return (payment_notice(payment, at),) if part_of(payment.metadata) else ()


def _refund(body: bytes, at: datetime) -> Sequence[Notice]:
    return (refund_notice(_decoded(body, Refund), at),)


def _charge(body: bytes, at: datetime) -> Sequence[Notice]:
    """Return the refunds of a charge if it lists them, which depends on the version of the API."""
    refunds = _decoded(body, Charge).refunds
    return tuple(refund_notice(refund, at) for refund in refunds.data) if refunds else ()


def _dispute(body: bytes, at: datetime) -> Sequence[Notice]:
    notice = dispute_notice(_decoded(body, Dispute), at)
    return (notice,) if notice else ()


def _payout(body: bytes, at: datetime) -> Sequence[Notice]:
    payout = _decoded(body, Payout)
    return (payout_notice(payout, at),) if part_of(payout.metadata) else ()


_READERS: Final[Mapping[str, Reader]] = {
    "checkout.session.completed": _session,
    "checkout.session.expired": _session,
    "checkout.session.async_payment_succeeded": _session,
    "checkout.session.async_payment_failed": _failed_session,
    "payment_intent.payment_failed": _payment,
    "payment_intent.succeeded": _payment,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.refunded": _charge,
    "charge.dispute.created": _dispute,
    "charge.dispute.closed": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "payout.paid": _payout,
    "payout.failed": _payout,
    "payout.canceled": _payout,
}
"""Payments, payouts and pages that are not of ours are left out: our account may serve others too. A refund
or dispute concerns us whoever made it.
"""
