"""What the events of Stripe's webhooks say about parts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest

from subgraphs.wallet.payments.processor import Notice, PartKind, PartState, Unreadable
from tests.subgraphs.wallet.payments.stripe.stripe_objects import (
    NOW,
    SECONDS,
    dispute,
    event,
    movement,
    payment,
    payout,
    processor,
    refund,
    session,
    signed,
)

Expected: TypeAlias = tuple[PartKind, PartState, str, str]
"""Kind, state, reference and reason."""

COMPLETE = {"status": "complete", "payment_intent": "pi_1", "url": None}


def read(kind: str, about: Mapping[str, Any], created: int = SECONDS) -> list[Notice]:
    """Return what a webhook says."""
    body = event(kind, about, created)
    return list(processor().read(signed(body), body, NOW))


def declined(**error: str) -> dict[str, Any]:
    """Return a payment that the customer's bank has declined."""
    return payment(status="requires_payment_method", last_payment_error=error)


_K, _S = PartKind, PartState
CASES: list[tuple[str, dict[str, Any], Expected]] = [
    (
        "checkout.session.completed",
        session(payment_status="paid", **COMPLETE),
        (_K.CHARGE, _S.DONE, "pi_1", ""),
    ),
    ("checkout.session.completed", session(**COMPLETE), (_K.CHARGE, _S.PROCESSING, "pi_1", "")),
    ("checkout.session.expired", session(status="expired"), (_K.CHARGE, _S.FAILED, "cs_1", "expired")),
    (
        "checkout.session.async_payment_succeeded",
        session(payment_status="paid", **COMPLETE),
        (_K.CHARGE, _S.DONE, "pi_1", ""),
    ),
    (
        "checkout.session.async_payment_failed",
        session(**COMPLETE),
        (_K.CHARGE, _S.FAILED, "pi_1", "async_payment_failed"),
    ),
    (
        "payment_intent.payment_failed",
        declined(code="card_declined", decline_code="insufficient_funds"),
        (_K.CHARGE, _S.OPEN, "pi_1", "insufficient_funds"),
    ),
    (
        "payment_intent.payment_failed",
        declined(code="expired_card"),
        (_K.CHARGE, _S.OPEN, "pi_1", "expired_card"),
    ),
    ("payment_intent.succeeded", payment(), (_K.CHARGE, _S.DONE, "pi_1", "")),
    ("refund.created", refund(status="pending"), (_K.REFUND, _S.PROCESSING, "re_1", "")),
    ("refund.updated", refund(), (_K.REFUND, _S.DONE, "re_1", "")),
    ("refund.updated", refund(status="requires_action"), (_K.REFUND, _S.OPEN, "re_1", "")),
    ("refund.updated", refund(status="canceled"), (_K.REFUND, _S.FAILED, "re_1", "canceled")),
    (
        "refund.failed",
        refund(status="failed", failure_reason="expired_or_canceled_card"),
        (_K.REFUND, _S.FAILED, "re_1", "expired_or_canceled_card"),
    ),
    ("charge.dispute.created", dispute(), (_K.DISPUTE, _S.OPEN, "dp_1", "fraudulent")),
    (
        "charge.dispute.funds_withdrawn",
        dispute(status="under_review"),
        (_K.DISPUTE, _S.OPEN, "dp_1", "fraudulent"),
    ),
    ("charge.dispute.funds_reinstated", dispute(status="won"), (_K.DISPUTE, _S.FAILED, "dp_1", "fraudulent")),
    ("charge.dispute.closed", dispute(status="lost"), (_K.DISPUTE, _S.DONE, "dp_1", "fraudulent")),
    ("charge.dispute.closed", dispute(status="prevented"), (_K.DISPUTE, _S.DONE, "dp_1", "fraudulent")),
    (
        "charge.dispute.closed",
        dispute(status="prevented", balance_transactions=[]),
        (_K.DISPUTE, _S.FAILED, "dp_1", "fraudulent"),
    ),
    ("payout.paid", payout(status="paid"), (_K.PAYOUT, _S.DONE, "po_1", "")),
    (
        "payout.failed",
        payout(status="failed", failure_code="account_closed"),
        (_K.PAYOUT, _S.FAILED, "po_1", "account_closed"),
    ),
    ("payout.canceled", payout(status="canceled"), (_K.PAYOUT, _S.FAILED, "po_1", "canceled")),
]
PARTS = {
    PartKind.CHARGE: ("part-1", "", 1_000),
    PartKind.REFUND: ("part-2", "pi_1", 400),
    PartKind.PAYOUT: ("part-3", "", 700),
    PartKind.DISPUTE: ("", "pi_1", 1_000),
}


@pytest.mark.parametrize(
    ("name", "about", "expected"), CASES, ids=[f"{name}: {expected[1]}" for name, _, expected in CASES]
)
def test_an_event_says_how_a_part_stands(name: str, about: dict[str, Any], expected: Expected) -> None:
    """Each event has one meaning, in minor units, and at the time of the event."""
    (notice,) = read(name, about, SECONDS - 60)
    assert (notice.kind, notice.state, notice.reference, notice.reason) == expected
    assert (notice.part, notice.of, notice.amount) == PARTS[notice.kind]
    assert (notice.currency, notice.at) == ("EUR", datetime.fromtimestamp(SECONDS - 60, UTC))


def test_a_partly_captured_payment_is_what_was_received() -> None:
    """What was paid is what we got, not what was asked for."""
    (notice,) = read("payment_intent.succeeded", payment(amount_received=600))
    assert notice.amount == 600


def test_a_dispute_says_what_stripe_keeps_for_it() -> None:
    """The fee is in the dispute's movements, if these are in its own currency."""
    (notice,) = read("charge.dispute.created", dispute())
    assert notice.fee == 1_500
    elsewhere = dispute(balance_transactions=[movement(currency="usd", amount=-1_100, fee=1_600)])
    (notice,) = read("charge.dispute.created", elsewhere)
    assert notice.fee is None


def test_a_refund_of_somebody_at_stripe_has_no_part() -> None:
    """Its charge is named all the same: the money is gone."""
    (notice,) = read("refund.created", refund(metadata={}, payment_intent=None))
    assert (notice.part, notice.of) == ("", "ch_1")


def test_a_refunded_charge_lists_its_refunds() -> None:
    """Where the version of the API lists them; elsewhere the refunds' own events say it."""
    charge = {"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}
    refunds = {"data": [refund(), refund(id="re_2", status="pending")]}
    notices = read("charge.refunded", {**charge, "refunds": refunds})
    assert [(notice.reference, notice.state) for notice in notices] == [
        ("re_1", PartState.DONE),
        ("re_2", PartState.PROCESSING),
    ]
    assert read("charge.refunded", charge) == []


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("customer.created", {"object": "customer"}),
        ("payment_intent.created", payment(status="requires_payment_method")),
        ("checkout.session.completed", session(metadata={}, payment_status="paid", **COMPLETE)),
        ("payment_intent.succeeded", payment(metadata={"order": "7"})),
        ("payout.paid", payout(status="paid", metadata=None)),
        ("charge.dispute.created", dispute(status="warning_needs_response", balance_transactions=[])),
        ("charge.dispute.closed", dispute(status="warning_closed", balance_transactions=[])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_of_no_part_of_ours_says_nothing(name: str, about: dict[str, Any]) -> None:
    """Other events, others' payments on the same account, and inquiries by which no money has moved."""
    assert read(name, about) == []


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("checkout.session.completed", session(status="complete", payment_status="half_paid")),
        ("checkout.session.completed", session(status="complete", payment_status="no_payment_required")),
        ("checkout.session.completed", session(amount_total=None)),
        ("checkout.session.completed", payment()),
        ("payment_intent.succeeded", payment(status="succeeded_twice")),
        ("payment_intent.succeeded", payment(amount="1000")),
        ("refund.updated", refund(status=None)),
        ("refund.updated", refund(currency="EURO")),
        ("refund.updated", refund(currency="xau")),
        ("refund.updated", refund(currency="isk", amount=401)),
        ("payout.paid", payout(status="lost")),
        ("payout.paid", {member: value for member, value in payout().items() if member != "amount"}),
        ("charge.dispute.closed", dispute(status="half_won")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_known_event_in_an_unknown_form_is_kept_for_a_person(name: str, about: dict[str, Any]) -> None:
    """It concerns us, and guessing what it says could pay twice."""
    with pytest.raises(Unreadable):
        read(name, about)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"type":5}', b"\xff", b'{"type":"payout.paid"}'])
def test_a_signed_body_that_is_no_event_is_kept_for_a_person(body: bytes) -> None:
    """Stripe signs nothing but events."""
    with pytest.raises(Unreadable):
        processor().read(signed(body), body, NOW)
