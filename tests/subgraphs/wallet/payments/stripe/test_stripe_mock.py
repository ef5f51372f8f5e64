"""Each request of the adapter fits Stripe's own schema, by Stripe's own stripe-mock."""

import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from subgraphs.wallet.payments.processor import PartKind, Unanswered, Unreadable
from subgraphs.wallet.payments.stripe.adapter import StripeProcessor
from tests.subgraphs.wallet.payments.stripe.stripe_objects import (
    CHARGE,
    PAYOUT,
    REFUND,
    movement,
    payment,
    processor,
    session,
)
from tools.private_stripe import PlayedStripe

pytestmark = pytest.mark.stripe_mock


class Checked(httpx.AsyncHTTPTransport):
    """Sends requests, and notes what was answered to each.

    stripe-mock answers with examples, which are the same for all parts and not all consistent: where a test
    needs another object to go on, it is given instead, after the request was checked.
    """

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, int] = {}
        self.instead: dict[str, Any] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return its answer."""
        answer = await super().handle_async_request(request)
        body = await answer.aread()
        name = f"{request.method} {request.url.path}"
        self.statuses[name] = answer.status_code
        if answer.status_code == httpx.codes.OK and name in self.instead:
            body = json.dumps(self.instead[name]).encode()
        return httpx.Response(answer.status_code, content=body)


@pytest.fixture
def checked() -> Checked:
    """What sends the requests."""
    return Checked()


@pytest.fixture
async def stripe(stripe_mock: PlayedStripe, checked: Checked) -> AsyncIterator[StripeProcessor]:
    """The adapter for stripe-mock."""
    account = processor(stripe_mock.url, transport=checked)
    yield account
    await account.close()


async def test_the_schema_refuses_what_does_not_fit_it(stripe_mock: PlayedStripe) -> None:
    """Otherwise the tests below would hold nothing."""
    async with httpx.AsyncClient(headers={"Authorization": "Bearer sk_test_123"}) as client:
        answer = await client.post(f"{stripe_mock.url}/v1/refunds", data={"amount": "much", "part": "1"})
    assert answer.status_code == httpx.codes.BAD_REQUEST


async def test_charges_fit(stripe: StripeProcessor, checked: Checked) -> None:
    """A page is made, closed and read, by either of its ids."""
    checked.instead = {
        "POST /v1/checkout/sessions": session(),
        "GET /v1/checkout/sessions/cs_1": session(),
        "POST /v1/checkout/sessions/cs_1/expire": session(status="expired"),
        "GET /v1/payment_intents/pi_1": payment(status="requires_payment_method"),
        "GET /v1/checkout/sessions": {"object": "list", "data": [session()], "has_more": False},
    }
    await stripe.begin(CHARGE)
    await stripe.cancel(CHARGE, "cs_1")
    await stripe.ask(PartKind.CHARGE, "part-1", "cs_1")
    await stripe.ask(PartKind.CHARGE, "part-1", "pi_1")
    await stripe.ask(PartKind.CHARGE, "part-1", "")
    assert checked.statuses == dict.fromkeys(checked.instead, 200)


async def test_refunds_and_payouts_fit(stripe: StripeProcessor, checked: Checked) -> None:
    """They are looked for, made and read."""
    checked.instead = {"GET /v1/payment_intents/pi_1": payment()}
    assert (await stripe.refund(REFUND)).reference.startswith("re_")
    assert (await stripe.pay_out(PAYOUT)).reference.startswith("po_")
    for kind, reference in ((PartKind.REFUND, "re_1"), (PartKind.PAYOUT, "po_1")):
        await stripe.ask(kind, "part-2", reference)
        await stripe.ask(kind, "part-2", "")
    assert checked.statuses == dict.fromkeys(
        (
            "GET /v1/payment_intents/pi_1",
            "GET /v1/refunds",
            "POST /v1/refunds",
            "GET /v1/payouts",
            "POST /v1/payouts",
            "GET /v1/refunds/re_1",
            "GET /v1/payouts/po_1",
        ),
        200,
    )


async def test_disputes_and_reports_fit(stripe: StripeProcessor, checked: Checked) -> None:
    """They are only read."""
    await stripe.ask(PartKind.DISPUTE, "", "dp_1")
    checked.instead = {
        "GET /v1/balance_transactions": {"object": "list", "data": [movement()], "has_more": False}
    }
    assert [line.id async for line in stripe.report(date(2026, 11, 28))] == ["txn_1"]
    assert checked.statuses == {"GET /v1/disputes/dp_1": 200, "GET /v1/balance_transactions": 200}


async def test_stripes_own_examples_are_read(stripe: StripeProcessor) -> None:
    """The forms that the adapter expects are those of the schema, as far as the examples are consistent."""
    assert await stripe.ask(PartKind.REFUND, "", "re_1")
    assert await stripe.ask(PartKind.PAYOUT, "", "po_1")
    assert [line async for line in stripe.report(date(2026, 11, 28))]
    with pytest.raises(Unanswered) as unanswered:
        await stripe.ask(PartKind.CHARGE, "part-1", "cs_1")
    assert isinstance(unanswered.value.__cause__, Unreadable), "the example of a page has no amount"
