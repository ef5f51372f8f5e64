"""A day at Stripe as localstripe plays it: payments with 3DS, declines, capture, refunds, payouts, webhooks.

It has no pages, and no lists by time or account: payments are made as a page would make them, and where it
knows no filter, it lists all.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from msgspec import structs

from subgraphs.wallet.payments.processor import Notice, PartKind, PartState
from subgraphs.wallet.payments.stripe.adapter import StripeProcessor
from tests.subgraphs.wallet.payments.stripe.scripted_stripe import Answer, ScriptedStripe
from tests.subgraphs.wallet.payments.stripe.stripe_objects import KEY, PAYOUT, REFUND, SECRET, processor
from tools.private_stripe import PlayedStripe

pytestmark = pytest.mark.localstripe

GOOD_CARD: Final = "4242424242424242"
CARD_WITH_3DS: Final = "4000002500003155"
BAD_CARD: Final = "4000000000000341"
BAD_CARD_WITH_3DS: Final = "4000008260003178"
UNKNOWN_FILTERS: Final = ("destination", "created[gte]", "created[lt]")
GENEROUS_SECONDS: Final = 120


class WithoutPages(httpx.AsyncHTTPTransport):
    """Sends what localstripe knows: it has no pages, and its lists have no such filters."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request without the filters; say that there are no pages."""
        if request.url.path == "/v1/checkout/sessions":
            return httpx.Response(200, json={"object": "list", "data": [], "has_more": False})
        if request.method == "GET":
            for name in UNKNOWN_FILTERS:
                request.url = request.url.copy_remove_param(name)
        return await super().handle_async_request(request)


class Customer:
    """Does at localstripe what a customer, and Stripe's page, do."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {KEY}"})

    async def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send what must be accepted."""
        answer = await self._client.post(path, json=body or {})
        answer.raise_for_status()
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told

    async def pay(self, card: str, part: str, **members: Any) -> dict[str, Any]:
        """Begin to pay by a card, as a page does for a charge; return the payment."""
        owner = await self.post("/v1/customers", {"email": "a@example.com"})
        details = {"number": card, "exp_month": 12, "exp_year": 2030, "cvc": "123"}
        method = await self.post("/v1/payment_methods", {"type": "card", "card": details})
        await self.post(f"/v1/payment_methods/{method['id']}/attach", {"customer": owner["id"]})
        return await self.post(
            "/v1/payment_intents",
            {
                "amount": 1_000,
                "currency": "eur",
                "customer": owner["id"],
                "payment_method": method["id"],
                "metadata": {"furlong_part": part},
                **members,
            },
        )

    async def confirm(self, payment: dict[str, Any]) -> bool:
        """Pay; return whether the card was accepted."""
        answer = await self._client.post(f"/v1/payment_intents/{payment['id']}/confirm", json={})
        return answer.is_success

    async def authenticate(self, payment: dict[str, Any], *, success: bool) -> bool:
        """Pass, or fail, the check of 3DS; return whether the card was accepted."""
        answer = await self._client.post(
            f"/v1/payment_intents/{payment['id']}/_authenticate",
            json={"client_secret": payment["client_secret"], "success": success},
        )
        return answer.is_success

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


@pytest.fixture
async def customer(localstripe: PlayedStripe) -> AsyncIterator[Customer]:
    """A customer with cards."""
    somebody = Customer(localstripe.url)
    yield somebody
    await somebody.close()


@pytest.fixture
async def stripe(localstripe: PlayedStripe) -> AsyncIterator[StripeProcessor]:
    """The adapter for localstripe, tomorrow: today has no report yet."""
    account = processor(
        localstripe.url, transport=WithoutPages(), now=lambda: datetime.now(UTC) + timedelta(days=1)
    )
    yield account
    await account.close()


@pytest.fixture
def part() -> str:
    """An id of ours, which no other test has used."""
    return uuid4().hex


async def stands(stripe: StripeProcessor, payment: dict[str, Any]) -> Notice:
    """Return how a charge stands."""
    notice = await stripe.ask(PartKind.CHARGE, "", payment["id"])
    assert notice is not None
    return notice


async def test_a_card_is_charged(stripe: StripeProcessor, customer: Customer, part: str) -> None:
    """The payment is open until the customer pays, and then done."""
    payment = await customer.pay(GOOD_CARD, part)
    assert (await stands(stripe, payment)).state is PartState.OPEN
    assert await customer.confirm(payment)
    notice = await stands(stripe, payment)
    assert (notice.state, notice.part, notice.amount, notice.currency) == (PartState.DONE, part, 1_000, "EUR")
    assert notice.fee == 0


async def test_a_card_with_3ds_is_charged_after_the_check(
    stripe: StripeProcessor, customer: Customer, part: str
) -> None:
    """A failed check leaves the payment open; one that is passed lets it be done."""
    failed = await customer.pay(CARD_WITH_3DS, part)
    assert await customer.confirm(failed)
    assert (await stands(stripe, failed)).state is PartState.OPEN
    await customer.authenticate(failed, success=False)
    notice = await stands(stripe, failed)
    assert (notice.state, notice.reason) == (PartState.OPEN, "payment_intent_authentication_failure")
    passed = await customer.pay(CARD_WITH_3DS, part)
    assert await customer.confirm(passed)
    assert await customer.authenticate(passed, success=True)
    assert (await stands(stripe, passed)).state is PartState.DONE


@pytest.mark.parametrize("card", [BAD_CARD, BAD_CARD_WITH_3DS])
async def test_a_declined_card_leaves_a_charge_open(
    stripe: StripeProcessor, customer: Customer, part: str, card: str
) -> None:
    """The customer may try another one; the reason is there to read."""
    payment = await customer.pay(card, part)
    accepted = await customer.confirm(payment)
    if card == BAD_CARD_WITH_3DS:
        accepted = await customer.authenticate(payment, success=True)
    assert not accepted
    notice = await stands(stripe, payment)
    assert (notice.state, notice.reason) == (PartState.OPEN, "card_declined")


async def test_an_authorised_payment_is_on_its_way_until_it_is_captured(
    stripe: StripeProcessor, customer: Customer, part: str
) -> None:
    """An authorisation has moved no money."""
    payment = await customer.pay(GOOD_CARD, part, capture_method="manual")
    assert await customer.confirm(payment)
    assert (await stands(stripe, payment)).state is PartState.PROCESSING
    await customer.post(f"/v1/payment_intents/{payment['id']}/capture")
    assert (await stands(stripe, payment)).state is PartState.DONE


async def test_a_payment_is_refunded_once_under_an_id(
    stripe: StripeProcessor, customer: Customer, part: str
) -> None:
    """Nothing here knows idempotency keys: the adapter finds the earlier refund by itself."""
    payment = await customer.pay(GOOD_CARD, part)
    assert await customer.confirm(payment)
    wanted = structs.replace(REFUND, id=f"r-{part}", charge=payment["id"])
    first, second = await stripe.refund(wanted), await stripe.refund(wanted)
    assert first == second
    assert (first.state, first.amount, first.of) == (PartState.DONE, 400, payment["id"])
    other = await stripe.refund(structs.replace(wanted, id=f"s-{part}"))
    assert other.reference != first.reference
    asked = await stripe.ask(PartKind.REFUND, "", first.reference)
    assert asked is not None
    assert (asked.state, asked.part) == (PartState.DONE, wanted.id)
    found = await stripe.ask(PartKind.REFUND, wanted.id, "")
    assert found == first


async def test_a_payout_is_made_once_under_an_id(
    stripe: StripeProcessor, customer: Customer, part: str
) -> None:
    """It is on its way until Stripe says more, and can be called back until then."""
    wanted = structs.replace(PAYOUT, id=part)
    first, second = await stripe.pay_out(wanted), await stripe.pay_out(wanted)
    assert first == second
    assert (first.state, first.amount, first.part) == (PartState.PROCESSING, 700, part)
    await customer.post(f"/v1/payouts/{first.reference}/cancel")
    called_back = await stripe.ask(PartKind.PAYOUT, part, "")
    assert called_back is not None
    assert (called_back.state, called_back.reason) == (PartState.FAILED, "canceled")


async def test_the_report_has_each_charge_and_refund(
    stripe: StripeProcessor, customer: Customer, part: str
) -> None:
    """By the ids that the notices have named."""
    payment = await customer.pay(GOOD_CARD, part)
    assert await customer.confirm(payment)
    refunded = await stripe.refund(structs.replace(REFUND, id=part, charge=payment["id"]))
    lines = [line async for line in stripe.report(datetime.now(UTC).date())]
    ours = {line.reference: line for line in lines}
    assert (ours[payment["id"]].kind, ours[payment["id"]].amount) == (PartKind.CHARGE, 1_000)
    line = ours[refunded.reference]
    assert (line.kind, line.amount, line.part) == (PartKind.REFUND, -400, part)


async def test_signed_webhooks_say_what_was_done(
    stripe: StripeProcessor, customer: Customer, scripted: ScriptedStripe, part: str
) -> None:
    """A payment, a declined one, and payouts that arrive, fail and are called back."""
    scripted.answer = lambda _: Answer({})
    await customer.post(f"/_config/webhooks/{part}", {"url": scripted.url, "secret": SECRET})
    assert await customer.confirm(await customer.pay(GOOD_CARD, f"a-{part}"))
    assert not await customer.confirm(await customer.pay(BAD_CARD, f"b-{part}"))
    for name, status in (("c", "paid"), ("d", "failed"), ("e", "pending")):
        named = {"status": status, "metadata": {"furlong_part": f"{name}-{part}"}}
        payout = await customer.post("/v1/payouts", {"amount": 700, "currency": "eur", **named})
    await customer.post(f"/v1/payouts/{payout['id']}/cancel")
    told: dict[str, Notice] = {}
    async with asyncio.timeout(GENEROUS_SECONDS):
        while len(told) < 5:
            await asyncio.sleep(0.05)
            for asked in list(scripted.asked):
                notices = stripe.read(asked.headers, asked.body, datetime.now(UTC))
                told |= {notice.part: notice for notice in notices if notice.part.endswith(part)}
    assert {name: (notice.state, notice.reason) for name, notice in told.items()} == {
        f"a-{part}": (PartState.DONE, ""),
        f"b-{part}": (PartState.OPEN, "card_declined"),
        f"c-{part}": (PartState.DONE, ""),
        f"d-{part}": (PartState.FAILED, "could_not_process"),
        f"e-{part}": (PartState.FAILED, "canceled"),
    }
