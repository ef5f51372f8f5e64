"""The report of a day: all that moved on our balance at Stripe."""

from datetime import date, timedelta
from typing import Any

import pytest

from subgraphs.wallet.payments.processor import PartKind, ReportLine, Unanswered, Unreadable
from tests.subgraphs.wallet.payments.stripe.scripted_stripe import ScriptedStripe, error, listed
from tests.subgraphs.wallet.payments.stripe.stripe_objects import (
    NOW,
    dispute,
    movement,
    payout,
    processor,
    refund,
)

YESTERDAY = date(2026, 11, 28)
CHARGE = {"object": "charge", "id": "ch_1", "payment_intent": "pi_1", "metadata": {"furlong_part": "part-1"}}
MOVEMENTS = [
    movement(id="t1", source=CHARGE),
    movement(id="t2", type="refund", amount=-400, fee=0, source=refund()),
    movement(id="t3", type="refund_failure", amount=400, fee=0, source=refund()),
    movement(id="t4", type="payout", amount=-700, fee=25, source=payout()),
    movement(id="t5", type="adjustment", amount=-1_000, fee=1_500, source=dispute()),
    movement(id="t6", type="stripe_fee", amount=-90, fee=0, source="sub_1"),
    movement(id="t7", type="topup", amount=5_000, fee=0, source={"object": "topup", "id": "tu_1"}),
    movement(id="t8", type="reserve_transaction", amount=-50, fee=0, source=None),
    movement(id="t9", type="payout", amount=-10, fee=0, source=payout(id="po_9", metadata={})),
]


async def lines(server: ScriptedStripe, day: date = YESTERDAY, **options: Any) -> list[ReportLine]:
    """Return the lines of a day's report."""
    account = processor(server.url, **options)
    try:
        return [line async for line in account.report(day)]
    finally:
        await account.close()


async def test_each_movement_is_a_line(scripted: ScriptedStripe) -> None:
    """Parts are found by what moved the money; what is of no part is a line, too."""
    scripted.answer = lambda _: listed(*MOVEMENTS)
    told = await lines(scripted)
    assert [(line.id, line.kind, line.part, line.reference, line.amount, line.fee) for line in told] == [
        ("t1", PartKind.CHARGE, "part-1", "pi_1", 1_000, 39),
        ("t2", PartKind.REFUND, "part-2", "re_1", -400, 0),
        ("t3", PartKind.REFUND, "part-2", "re_1", 400, 0),
        ("t4", PartKind.PAYOUT, "part-3", "po_1", -700, 25),
        ("t5", PartKind.DISPUTE, "", "dp_1", -1_000, 1_500),
        ("t6", PartKind.CHARGE, "", "sub_1", 0, 90),
        ("t7", PartKind.CHARGE, "", "tu_1", 5_000, 0),
        ("t8", PartKind.PAYOUT, "", "", -50, 0),
        ("t9", PartKind.PAYOUT, "", "po_9", -10, 0),
    ]


async def test_amounts_less_fees_are_the_change_of_the_balance(scripted: ScriptedStripe) -> None:
    """A fee of its own is no payment, and is not counted twice."""
    scripted.answer = lambda _: listed(*MOVEMENTS)
    told = await lines(scripted)
    net = sum(moved["amount"] - moved["fee"] for moved in MOVEMENTS)
    assert sum(line.amount - line.fee for line in told) == net


async def test_all_pages_are_read(scripted: ScriptedStripe) -> None:
    """Each page begins after the last movement of the one before."""
    pages = {
        "": listed(movement(id="t1"), movement(id="t2"), more=True),
        "t2": listed(movement(id="t3"), more=True),
        "t3": listed(),
    }
    scripted.answer = lambda asked: pages[asked.params.get("starting_after", "")]
    assert [line.id for line in await lines(scripted)] == ["t1", "t2", "t3"]


async def test_a_day_is_a_utc_day(scripted: ScriptedStripe) -> None:
    """Stripe is asked for what was made from midnight to midnight, with what it was made for."""
    scripted.answer = lambda _: listed()
    assert await lines(scripted) == []
    (asked,) = scripted.asked
    assert asked.params["created[gte]"] == "1795824000"
    assert asked.params["created[lt]"] == "1795910400"
    assert asked.params["expand[0]"] == "data.source"


async def test_a_day_that_is_not_over_has_no_report(scripted: ScriptedStripe) -> None:
    """Not even just after midnight, since Stripe's clock may be behind ours."""
    with pytest.raises(Unanswered):
        await lines(scripted, NOW.date())
    midnight = NOW.replace(hour=0)
    with pytest.raises(Unanswered):
        await lines(scripted, now=lambda: midnight + timedelta(minutes=4))
    assert scripted.asked == []


async def test_a_page_that_does_not_come_ends_the_report(scripted: ScriptedStripe) -> None:
    """A report of half a day must not pass for a whole one."""
    for answer in (error(429), error(500), error(400), error(401), listed(more=True)):
        pages = iter([listed(movement(), more=True), answer])
        scripted.answer = lambda _, pages=pages: next(pages)  # type: ignore[misc]
        with pytest.raises(Unanswered):
            await lines(scripted)


async def test_a_movement_in_an_unknown_form_is_for_a_person(scripted: ScriptedStripe) -> None:
    """An amount that is no whole number of minor units cannot be compared with our books."""
    scripted.answer = lambda _: listed(movement(currency="isk", amount=4_010))
    with pytest.raises(Unreadable):
        await lines(scripted)
