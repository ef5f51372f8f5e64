"""Webhooks of a simulated processor, checked by Stripe's own SDK, and their faults."""

import time
from collections import Counter

import pytest
import stripe

from foundation.storage.clock import ManualClock
from simulator.payments.webhooks import SECRET
from tests.support.payments.listener import Listener
from tests.support.payments.merchant import Merchant

PAID = (
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
)
"""The events of a payment, in their order."""


def signed_by(listener: Listener, number: int, secret: str, tolerance: int | None = None) -> bool:
    """Return whether a webhook was signed with a secret, as the SDK judges."""
    headers, body = listener.got[number]
    try:
        stripe.WebhookSignature.verify_header(body.decode(), headers["stripe-signature"], secret, tolerance)
    except stripe.SignatureVerificationError:
        return False
    return True


async def test_events_come_signed_and_in_order(merchant: Merchant, listener: Listener) -> None:
    """Each with the object as it was then."""
    await merchant.paid()
    await listener.until(4)
    assert tuple(listener.types()) == PAID
    assert all(signed_by(listener, number, SECRET) for number in range(4))
    assert not signed_by(listener, 0, "whsec_other")
    assert listener.events()[0]["data"]["object"]["status"] == "requires_payment_method"
    assert listener.events()[2]["data"]["object"]["status"] == "succeeded"


async def test_webhooks_are_sent_until_they_are_taken(merchant: Merchant, listener: Listener) -> None:
    """A failure is no end; the same event comes again, under the same id."""
    listener.statuses[:] = [500, 404]
    await merchant.paid()
    await listener.until(6)
    times = Counter(event["id"] for event in listener.events())
    assert sorted(times.values()) == [1, 1, 2, 2]


async def test_two_secrets_sign_while_one_is_replaced(merchant: Merchant, listener: Listener) -> None:
    """Either opens the webhook."""
    await merchant.control("secrets", "PUT", json=["whsec_new", SECRET])
    await merchant.paid()
    await listener.until(4)
    assert [signed_by(listener, 0, secret) for secret in ("whsec_new", SECRET, "no")] == [True, True, False]


async def test_lost_webhooks_never_come_but_can_be_replayed(merchant: Merchant, listener: Listener) -> None:
    """The replay sends all events in their order."""
    await merchant.control("faults/lost", params={"amount": 3})
    await merchant.paid()
    await listener.until(1)
    assert listener.types() == ["checkout.session.completed"]
    assert (await merchant.control("replay")).json() == {"events": 4}
    await listener.until(5)
    assert tuple(listener.types()[1:]) == PAID


async def test_silence_ends(merchant: Merchant, listener: Listener) -> None:
    """What happened meanwhile is told afterwards."""
    await merchant.control("faults/silence", params={"amount": 3600})
    await merchant.paid()
    state = (await merchant.control("state", "GET")).json()
    assert (state["webhooks"]["waiting"], listener.got) == (4, [])


async def test_late_webhooks_come(merchant: Merchant, listener: Listener) -> None:
    """After the delay."""
    await merchant.control("faults/delay", params={"amount": 0.2})
    before = time.monotonic()
    await merchant.paid()
    await listener.until(4)
    assert time.monotonic() - before >= 0.2


async def test_duplicates_and_wrong_order(merchant: Merchant, listener: Listener) -> None:
    """One comes after the next, and one twice."""
    await merchant.control("faults/wrong_order")
    await merchant.control("faults/duplicates")
    await merchant.paid()
    await listener.until(5)
    assert listener.types() == [PAID[1], PAID[1], PAID[0], PAID[2], PAID[3]]


async def test_a_wrong_signature_is_followed_by_a_right_one(merchant: Merchant, listener: Listener) -> None:
    """If the webhook is refused, as it should be."""
    await merchant.control("faults/wrong_signature")
    listener.statuses[:] = [400]
    await merchant.paid()
    await listener.until(5)
    signed = [signed_by(listener, number, SECRET) for number in range(5)]
    assert (signed[0], all(signed[1:])) == (False, True)


@pytest.mark.parametrize("skew", [-400, 400])
async def test_clocks_differ(merchant: Merchant, listener: Listener, clock: ManualClock, skew: int) -> None:
    """The times of signatures are ahead or behind, and the signatures fit them."""
    await merchant.control("faults/clock_skew", params={"amount": skew})
    await merchant.paid()
    await listener.until(4)
    assert listener.got[0][0]["stripe-signature"].startswith(f"t={int(clock.now().timestamp()) + skew},")
    assert signed_by(listener, 0, SECRET)


async def test_the_schema_changes(merchant: Merchant, listener: Listener) -> None:
    """One event has a member that nobody knows, and lacks one that everybody expects."""
    await merchant.control("faults/unknown_members")
    await merchant.control("faults/missing_member")
    await merchant.paid()
    await listener.until(4)
    first, second = (event["data"]["object"] for event in listener.events()[:2])
    assert ("unknown_member" in first, "status" in first) == (True, False)
    assert ("unknown_member" in second, "status" in second) == (False, True)


async def test_what_is_never_taken_is_given_up(merchant: Merchant, listener: Listener) -> None:
    """After a bounded number of attempts, which the state counts."""
    merchant.served.sender.first_pause_seconds = 0
    listener.statuses[:] = [500] * 16 * 4
    await merchant.paid()
    await listener.until(64)
    await merchant.paid("part-2")
    await listener.until(68)
    assert merchant.served.sender.given_up == 4
