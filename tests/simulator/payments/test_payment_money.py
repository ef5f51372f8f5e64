"""Refunds, payouts, disputes and the report of a simulated processor, by Stripe's own SDK."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe

from foundation.storage.clock import ManualClock
from simulator.payments.books import Books
from simulator.payments.serve import PaymentSettings, serving_payments
from tests.support.payments.merchant import Merchant, trading

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
"""What the SDK's own client does with httpx."""


async def lines(merchant: Merchant, **query: str) -> list[tuple[str, int]]:
    """Return the types and net amounts of the report, the oldest first."""
    listed = await merchant.get("balance_transactions", limit="100", **query)
    return [(line["type"], line["net"]) for line in listed["data"]][::-1]


async def balance(merchant: Merchant) -> int:
    """Return what the processor believes to owe us."""
    state = (await merchant.control("state", "GET")).json()
    return int(state["balance"]["gbp"])


async def test_a_refund_is_never_above_what_is_left(merchant: Merchant) -> None:
    """Refunds add up to the charge at most; what has failed is left again."""
    charge = await merchant.paid(amount=1000)
    first = await merchant.sdk.v1.refunds.create_async({"charge": charge["id"], "amount": 600})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        await merchant.sdk.v1.refunds.create_async({"charge": charge["id"], "amount": 401})
    await merchant.sdk.v1.refunds.create_async({"charge": charge["id"]})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await merchant.sdk.v1.refunds.create_async({"charge": charge["id"], "amount": 1})
    assert refusal.value.code == "charge_already_refunded"
    await merchant.control(f"refunds/{first.id}/failed")
    again = await merchant.sdk.v1.refunds.create_async({"charge": charge["id"]})
    assert (again.amount, again.status) == (600, "pending")


@pytest.mark.parametrize("before", [(), ("succeeded",)])
async def test_a_refund_fails_also_later(merchant: Merchant, before: tuple[str, ...]) -> None:
    """Its money is back in the report, and the reason is told."""
    charge = await merchant.paid(amount=1000)
    refund = await merchant.sdk.v1.refunds.create_async({"charge": charge["id"]})
    for deed in before:
        await merchant.control(f"refunds/{refund.id}/{deed}")
    await merchant.control(f"refunds/{refund.id}/failed", params={"reason": "lost_or_stolen_card"})
    failed = await merchant.sdk.v1.refunds.retrieve_async(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    assert await lines(merchant) == [("charge", 965), ("refund", -1000), ("refund_failure", 1000)]
    assert await balance(merchant) == 965


@pytest.mark.parametrize("before", [(), ("paid",)])
async def test_a_payout_fails_also_after_it_was_paid(merchant: Merchant, before: tuple[str, ...]) -> None:
    """Its money is back in the report, and the reason is told."""
    payout = await merchant.sdk.v1.payouts.create_async(
        {"amount": 700, "currency": "gbp", "destination": "ba_1", "metadata": {"part": "part-9"}}
    )
    for deed in before:
        await merchant.control(f"payouts/{payout.id}/{deed}")
    await merchant.control(f"payouts/{payout.id}/failed", params={"reason": "no_account"})
    failed = await merchant.sdk.v1.payouts.retrieve_async(payout.id)
    assert (failed.status, failed.failure_code) == ("failed", "no_account")
    assert await lines(merchant) == [("payout", -700), ("payout_failure", 700)]


@pytest.mark.parametrize(("result", "expected"), [("won", 965), ("lost", -1535)])
async def test_a_dispute_takes_the_money_until_it_is_won(
    merchant: Merchant, result: str, expected: int
) -> None:
    """With its fee; meanwhile the charge cannot be refunded, and it is decided once."""
    charge = await merchant.paid(amount=1000)
    dispute = (await merchant.control("disputes", params={"charge": charge["id"]})).json()
    assert await balance(merchant) == -1535
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await merchant.sdk.v1.refunds.create_async({"charge": charge["id"]})
    assert refusal.value.code == "charge_disputed"
    await merchant.control(f"disputes/{dispute['id']}/{result}")
    assert (await merchant.sdk.v1.disputes.retrieve_async(dispute["id"])).status == result
    assert await balance(merchant) == expected
    again = await merchant.http.post(f"{merchant.served.control_url}/disputes/{dispute['id']}/won")
    assert again.status_code == 400


async def test_a_report_comes_in_pages_with_its_sources(merchant: Merchant) -> None:
    """No line is missing or twice, and each has what it is of."""
    for number in range(3):
        await merchant.paid(f"part-{number}", 1000 + number)
    page = await merchant.sdk.v1.balance_transactions.list_async({"limit": 2, "expand": ["data.source"]})
    read: list[Any] = [line async for line in page.auto_paging_iter()]
    assert page.has_more
    assert [(line.source.object, line.source.amount) for line in read] == [
        ("charge", 1002),
        ("charge", 1001),
        ("charge", 1000),
    ]
    created = read[0].created
    assert await lines(merchant, **{"created[gte]": str(created + 1)}) == []
    assert len(await lines(merchant, **{"created[gte]": str(created), "created[lt]": str(created + 1)})) == 3


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("report_misses", []),
        ("report_differs", [("charge", 966)]),
        ("report_unknown", [("charge", 965), ("charge", 1000)]),
    ],
)
async def test_a_report_is_wrong(merchant: Merchant, fault: str, expected: list[tuple[str, int]]) -> None:
    """However often it is read; what the processor believes stays true."""
    await merchant.control(f"faults/{fault}")
    await merchant.paid(amount=1000)
    assert await lines(merchant) == await lines(merchant) == expected
    assert await balance(merchant) == 965


@pytest.mark.parametrize(
    ("fault", "path", "states"),
    [
        ("refund_fails", "refunds", ["failed"]),
        ("refund_returns", "refunds", ["succeeded", "failed"]),
        ("payout_fails", "payouts", ["failed"]),
        ("payout_returns", "payouts", ["paid", "failed"]),
    ],
)
async def test_what_is_pending_settles_by_the_clock(
    tmp_path: Path, clock: ManualClock, fault: str, path: str, states: list[str]
) -> None:
    """As the armed fault says, and not before its time."""
    settings = PaymentSettings(settle_seconds=60, clock=clock)
    async with serving_payments(tmp_path, settings) as served, trading(served) as merchant:
        charge = await merchant.paid()
        await merchant.control(f"faults/{fault}")
        asked = {"charge": charge["id"]} if path == "refunds" else {"amount": "100", "currency": "gbp"}
        made = (await merchant.post(path, **asked)).json()
        seen = []
        for _ in states:
            clock.advance(timedelta(seconds=60))
            await settled(served.books)
            seen.append((await merchant.get(f"{path}/{made['id']}"))["status"])
    assert (made["status"], seen) == ("pending", states)


async def settled(books: Books) -> None:
    """Wait until nothing is due."""
    async with asyncio.timeout(30):
        while books.store.due(books.now()):  # noqa: ASYNC110 - nothing says that it begins to hold
            await asyncio.sleep(0.01)
