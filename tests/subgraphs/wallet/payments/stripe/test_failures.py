"""What the adapter makes of a server that refuses, is silent, or says what it should not."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from subgraphs.wallet.payments.processor import Notice, PartKind, PartState, Unanswered, Unavailable
from subgraphs.wallet.payments.stripe.adapter import StripeProcessor
from subgraphs.wallet.payments.stripe.faults import OtherRequest
from tests.subgraphs.wallet.payments.stripe.scripted_stripe import (
    Answer,
    Asked,
    ScriptedStripe,
    error,
    listed,
)
from tests.subgraphs.wallet.payments.stripe.stripe_objects import (
    CHARGE,
    KEY,
    PAYOUT,
    REFUND,
    payment,
    payout,
    processor,
    session,
)

Act = Callable[[StripeProcessor], Awaitable[Notice | None]]
CHANGES: dict[str, Act] = {
    "begin": lambda stripe: stripe.begin(CHARGE),
    "cancel": lambda stripe: stripe.cancel(CHARGE, "cs_1"),
    "cancel what is not known": lambda stripe: stripe.cancel(CHARGE, ""),
    "refund": lambda stripe: stripe.refund(REFUND),
    "pay out": lambda stripe: stripe.pay_out(PAYOUT),
}
QUESTIONS: dict[str, Act] = {
    "a page": lambda stripe: stripe.ask(PartKind.CHARGE, "part-1", "cs_1"),
    "a payment": lambda stripe: stripe.ask(PartKind.CHARGE, "part-1", "pi_1"),
    "a refund": lambda stripe: stripe.ask(PartKind.REFUND, "part-2", "re_1"),
    "a payout": lambda stripe: stripe.ask(PartKind.PAYOUT, "part-3", "po_1"),
    "a dispute": lambda stripe: stripe.ask(PartKind.DISPUTE, "", "dp_1"),
    "our id of a charge": lambda stripe: stripe.ask(PartKind.CHARGE, "part-1", ""),
    "our id of a refund": lambda stripe: stripe.ask(PartKind.REFUND, "part-2", ""),
    "our id of a payout": lambda stripe: stripe.ask(PartKind.PAYOUT, "part-3", ""),
}
DOUBTFUL = {
    "reset": Answer(cut=True),
    "500": error(500),
    "503 of a proxy": Answer(b"<html>away</html>", 503),
    "409, while the same request runs": error(409, code="idempotency_key_in_use"),
    "a page": Answer(b"<html>hello</html>"),
    "a page that is not there": Answer(b"<html>where?</html>", 404),
    "a redirect": Answer(b"", 302, {"Location": "http://127.0.0.1:1/"}),
    "bytes": Answer(b"\xff\xfe"),
    "nothing": Answer(b""),
    "a list": Answer([]),
    "a number": Answer(5),
    "an object of another kind": Answer({"object": "customer", "id": "cus_1"}),
    "an object without members": Answer({}),
    "an error that is a number": Answer({"error": 5}, 400),
    "an error that is a list": Answer({"error": [1]}, 400),
    "deeply nested": Answer(b"[" * 100_000 + b"]" * 100_000),
    "too long": Answer(b" " * (17 * 2**20)),
}


async def outcome(stripe: StripeProcessor, act: Act) -> Notice | None:
    """Return what an act comes to, and close the connections."""
    try:
        return await act(stripe)
    finally:
        await stripe.close()


def after_reading(answer: Answer) -> Callable[[Asked], Answer]:
    """Return a script: questions find pages and payments, but nothing earlier; a change is answered."""
    read = {"/v1/payment_intents/pi_1": Answer(payment()), "/v1/checkout/sessions/cs_1": Answer(session())}
    return lambda asked: answer if asked.method == "POST" else read.get(asked.path, listed())


@pytest.mark.parametrize("act", CHANGES.values(), ids=CHANGES)
async def test_a_refused_connection_has_changed_nothing(act: Act, free_port: Callable[[], int]) -> None:
    """Nothing was sent, so that another processor may be asked."""
    with pytest.raises(Unavailable):
        await outcome(processor(f"http://127.0.0.1:{free_port()}"), act)


@pytest.mark.parametrize("act", QUESTIONS.values(), ids=QUESTIONS)
async def test_a_question_to_nobody_is_unanswered(act: Act, free_port: Callable[[], int]) -> None:
    """That Stripe cannot be asked does not say that it has no such part."""
    with pytest.raises(Unanswered):
        await outcome(processor(f"http://127.0.0.1:{free_port()}"), act)


@pytest.mark.parametrize("answer", DOUBTFUL.values(), ids=DOUBTFUL)
@pytest.mark.parametrize("act", CHANGES.values(), ids=CHANGES)
async def test_an_answer_that_says_nothing_leaves_a_change_in_doubt(
    scripted: ScriptedStripe, act: Act, answer: Answer
) -> None:
    """Stripe may have done it; and what was not answered is not sent again by the SDK."""
    scripted.answer = after_reading(answer)
    with pytest.raises(Unanswered):
        await outcome(processor(scripted.url), act)
    assert len([asked for asked in scripted.asked if asked.method == "POST"]) == 1


@pytest.mark.parametrize("answer", DOUBTFUL.values(), ids=DOUBTFUL)
@pytest.mark.parametrize("act", QUESTIONS.values(), ids=QUESTIONS)
async def test_an_answer_that_says_nothing_leaves_a_question_open(
    scripted: ScriptedStripe, act: Act, answer: Answer
) -> None:
    """It does not say that Stripe has no such part."""
    scripted.answer = lambda _: answer
    with pytest.raises(Unanswered):
        await outcome(processor(scripted.url), act)
    assert len(scripted.asked) == 1


async def test_silence_leaves_a_change_in_doubt(scripted: ScriptedStripe) -> None:
    """A request that was sent may have been carried out when its time is over."""
    scripted.answer = lambda _: Answer(late=True)
    with pytest.raises(Unanswered):
        await outcome(processor(scripted.url, timeout_seconds=3), CHANGES["begin"])
    assert len(scripted.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        error(429, code="rate_limit"),
        error(429, code="lock_timeout"),
        error(400, code="rate_limit"),
        error(400, code="balance_insufficient"),
    ],
    ids=["429", "locked", "400", "no balance"],
)
@pytest.mark.parametrize("act", CHANGES.values(), ids=CHANGES)
async def test_what_stripe_cannot_do_now_is_unavailable(
    scripted: ScriptedStripe, act: Act, answer: Answer
) -> None:
    """It was not done, and may be asked for elsewhere, or later; the SDK does not repeat it by itself."""
    scripted.answer = lambda _: answer
    with pytest.raises(Unavailable):
        await outcome(processor(scripted.url), act)
    assert len(scripted.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_named_in_the_log(scripted: ScriptedStripe, status: int) -> None:
    """Whoever is on duty reads which secret it is, and not what it is."""
    scripted.answer = lambda _: error(status, message="Invalid API Key")
    with capture_logs() as logs, pytest.raises(Unavailable):
        await outcome(processor(scripted.url, key="keys/acme", secrets={"keys/acme": KEY}), CHANGES["begin"])
    assert [(entry["event"], entry["secret"]) for entry in logs] == [("stripe_key_refused", "keys/acme")]
    assert KEY not in str(logs)


@pytest.mark.parametrize("secrets", [{}, {"stripe-key": ""}, {"stripe-key": "a\nb"}, {"stripe-key": "ключ"}])
async def test_without_a_usable_key_nothing_is_sent(
    scripted: ScriptedStripe, secrets: dict[str, str]
) -> None:
    """A key that is missing, or could not stand in a header, is a fault of ours that has changed nothing."""
    with pytest.raises(Unavailable):
        await outcome(processor(scripted.url, secrets=secrets), CHANGES["begin"])
    assert scripted.asked == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (error(402, type="card_error", code="card_declined", decline_code="stolen_card"), "stolen_card"),
        (error(400, code="amount_too_small", param="line_items"), "amount_too_small"),
        (error(400, param="destination"), "invalid_request_error"),
        (error(404, code="resource_missing"), "resource_missing"),
    ],
    ids=["card", "amount", "no code", "missing"],
)
@pytest.mark.parametrize("name", ["begin", "refund", "pay out", "cancel what is not known"])
async def test_what_stripe_refuses_for_good_has_failed(
    scripted: ScriptedStripe, name: str, answer: Answer, reason: str
) -> None:
    """The reason is Stripe's code, for support to look up."""
    scripted.answer = after_reading(answer)
    notice = await outcome(processor(scripted.url), CHANGES[name])
    assert notice is not None
    assert (notice.state, notice.reason, notice.reference) == (PartState.FAILED, reason, "")
    assert notice.part.startswith("part-")


@pytest.mark.parametrize("act", CHANGES.values(), ids=CHANGES)
async def test_another_request_under_the_same_id_is_a_fault(scripted: ScriptedStripe, act: Act) -> None:
    """It is no refusal of the first request, which may have been carried out."""
    scripted.answer = after_reading(error(400, type="idempotency_error"))
    with pytest.raises(OtherRequest, match="part-"):
        await outcome(processor(scripted.url), act)


async def test_requests_do_not_wait_for_one_another(scripted: ScriptedStripe) -> None:
    """The event loop goes on while Stripe thinks: here it answers nobody before both have asked."""
    both = asyncio.Barrier(2)
    stripe = processor(scripted.url)
    scripted.before_answer = both.wait
    scripted.answer = lambda asked: Answer(payout(id=asked.path.rpartition("/")[2]))
    try:
        async with asyncio.timeout(60):
            first, second = await asyncio.gather(
                stripe.ask(PartKind.PAYOUT, "", "po_1"), stripe.ask(PartKind.PAYOUT, "", "po_2")
            )
    finally:
        await stripe.close()
    assert first is not None
    assert second is not None
    assert (first.reference, second.reference) == ("po_1", "po_2")


async def test_nothing_is_told_about_this_machine(scripted: ScriptedStripe) -> None:
    """The SDK sends no timings of earlier requests, no id of its own and no name of the system."""
    scripted.answer = lambda _: Answer(payout(), headers={"Request-Id": "req_1"})
    stripe = processor(scripted.url)
    await stripe.ask(PartKind.PAYOUT, "", "po_1")
    await outcome(stripe, QUESTIONS["a payout"])
    for asked in scripted.asked:
        assert "x-stripe-client-telemetry" not in asked.headers
        assert (
            not {"platform", "telemetry_id"} & json.loads(asked.headers["x-stripe-client-user-agent"]).keys()
        )


async def test_the_environments_proxies_are_ignored(
    scripted: ScriptedStripe, monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int]
) -> None:
    """The key goes to the configured address alone."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    scripted.answer = lambda _: Answer(payout())
    assert await outcome(processor(scripted.url), QUESTIONS["a payout"])
    assert scripted.asked[0].headers["authorization"] == f"Bearer {KEY}"
