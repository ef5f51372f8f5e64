"""Webhooks: only what Stripe has signed lately is read."""

from datetime import timedelta

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.wallet.payments.processor import Unreadable, WrongSignature
from subgraphs.wallet.payments.stripe.adapter import StripeProcessor
from tests.subgraphs.wallet.payments.stripe.stripe_objects import (
    FORMER,
    NOW,
    SECONDS,
    SECRET,
    event,
    payout,
    processor,
    refund,
    signature,
    signed,
)

BODY = event("refund.created", refund())


@pytest.fixture(scope="module")
def stripe_processor() -> StripeProcessor:
    """The adapter, which asks nobody to read a webhook."""
    return processor()


GOOD = signature(BODY)
ACCEPTED = {
    "signed now": f"t={SECONDS},v1={GOOD}",
    "signed just in time": signed(BODY, at=SECONDS - 300)["stripe-signature"],
    "signed by a clock that is a bit ahead": signed(BODY, at=SECONDS + 300)["stripe-signature"],
    "the second signature is ours": f"t={SECONDS},v1={'0' * 64},v1={GOOD}",
    "the first signature is ours": f"t={SECONDS},v1={GOOD},v1={'0' * 64}",
    "another scheme stands beside it": f"t={SECONDS},v1={GOOD},v0=abc",
    "spaces": f"t={SECONDS}, v1={GOOD}",
    "by our former secret": signed(BODY, FORMER)["stripe-signature"],
    "by the SDK": stripe.WebhookSignature.generate_signature_header(BODY.decode(), SECRET, SECONDS),
}
REFUSED = {
    "nothing": "",
    "no time": f"v1={GOOD}",
    "two times": f"t={SECONDS},t={SECONDS},v1={GOOD}",
    "no number": f"t=now,v1={GOOD}",
    "digits of another script": f"t=١٧٩٥,v1={GOOD}",
    "a time of many digits": f"t={'9' * 400},v1={GOOD}",
    "no signature": f"t={SECONDS}",
    "another scheme alone": f"t={SECONDS},v0={GOOD}",
    "another secret": signed(BODY, "whsec_other")["stripe-signature"],
    "of another body": signed(BODY + b" ")["stripe-signature"],
    "of another time": f"t={SECONDS + 1},v1={GOOD}",
    "too old": signed(BODY, at=SECONDS - 301)["stripe-signature"],
    "from the future": signed(BODY, at=SECONDS + 301)["stripe-signature"],
    "letters outside ASCII": f"t={SECONDS},v1=é{GOOD}",
    "half a surrogate": f"t={SECONDS},v1=\udc80",
    "too long": f"t={SECONDS},v1={GOOD}" + ",v1=0" * 1_000,
}


@pytest.mark.parametrize("header", ACCEPTED.values(), ids=ACCEPTED)
def test_what_one_of_our_secrets_has_signed_lately_is_read(
    stripe_processor: StripeProcessor, header: str
) -> None:
    """One fitting signature is enough, beside any others, by the new secret or the former one."""
    (notice,) = stripe_processor.read({"stripe-signature": header}, BODY, NOW)
    assert notice.part == "part-2"


@pytest.mark.parametrize("header", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused(stripe_processor: StripeProcessor, header: str) -> None:
    """A signature that is wrong, old, from the future or of another body proves nothing."""
    with pytest.raises(WrongSignature):
        stripe_processor.read({"stripe-signature": header}, BODY, NOW)


def test_a_webhook_without_the_header_is_refused(stripe_processor: StripeProcessor) -> None:
    """There is nothing to check."""
    with pytest.raises(WrongSignature):
        stripe_processor.read({}, BODY, NOW)


def test_without_any_secret_nothing_is_believed() -> None:
    """A secret that was not set is not an empty one, with which anybody could sign."""
    for secrets in ({}, {"stripe-webhook": ""}):
        with pytest.raises(WrongSignature):
            processor(secrets=secrets).read(signed(BODY, ""), BODY, NOW)


def test_a_secret_is_read_anew_for_each_webhook() -> None:
    """After a rotation, the former secret signs no more as soon as it is taken away."""
    secrets = {"stripe-webhook": SECRET, "stripe-webhook-former": FORMER}
    rotated = processor(secrets=secrets)
    assert rotated.read(signed(BODY, FORMER), BODY, NOW)
    del secrets["stripe-webhook-former"]
    with pytest.raises(WrongSignature):
        rotated.read(signed(BODY, FORMER), BODY, NOW)


def test_a_replay_says_the_same_again(stripe_processor: StripeProcessor) -> None:
    """Reading remembers nothing; a replay outside the tolerance is refused."""
    first = stripe_processor.read(signed(BODY), BODY, NOW)
    assert stripe_processor.read(signed(BODY), BODY, NOW + timedelta(minutes=5)) == first
    with pytest.raises(WrongSignature):
        stripe_processor.read(signed(BODY), BODY, NOW + timedelta(minutes=5, seconds=1))


@given(header=st.text(), body=st.binary())
def test_any_header_without_our_secret_is_refused(header: str, body: bytes) -> None:
    """Whatever comes in, nothing but the two documented errors comes out."""
    with pytest.raises(WrongSignature):
        processor().read({"stripe-signature": header}, body, NOW)


@given(
    at=st.integers(0, 10**11),
    positions=st.lists(st.sampled_from(["t", "v1", "v0", ""]), max_size=6),
    value=st.text(max_size=80),
)
def test_any_arrangement_of_the_header_is_refused(at: int, positions: list[str], value: str) -> None:
    """Without our secret, no arrangement of times and signatures fits."""
    header = ",".join(f"{name}={at if name == 't' else value}" for name in positions)
    with pytest.raises(WrongSignature):
        processor().read({"stripe-signature": header}, BODY, NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
KINDS = ("refund.updated", "payout.paid", "charge.dispute.created", "checkout.session.completed", "x")


@given(body=st.binary(max_size=200))
def test_any_signed_bytes_are_read_or_unreadable(body: bytes) -> None:
    """What is signed may still be anything: it is read, or kept for a person."""
    try:
        processor().read(signed(body), body, NOW)
    except Unreadable:
        return


@given(kind=st.sampled_from(KINDS), about=st.dictionaries(st.text(max_size=10), JSON, max_size=6))
def test_any_object_in_a_known_event_is_read_or_unreadable(kind: str, about: dict[str, object]) -> None:
    """An event of a known name may have any object."""
    body = event(kind, about)
    try:
        processor().read(signed(body), body, NOW)
    except Unreadable:
        return


@given(member=st.sampled_from(sorted(payout())), value=JSON)
def test_a_known_object_with_any_one_member_changed_is_read_or_unreadable(member: str, value: object) -> None:
    """One member of another type or size neither ends the process nor passes for something else."""
    body = event("payout.paid", payout(**{member: value}))
    try:
        processor().read(signed(body), body, NOW)
    except Unreadable:
        return


def test_a_body_that_is_nested_without_end_is_unreadable(stripe_processor: StripeProcessor) -> None:
    """Python's limit of nesting is no fault of the process."""
    body = b'{"type":"payout.paid","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(Unreadable):
        stripe_processor.read(signed(body), body, NOW)
