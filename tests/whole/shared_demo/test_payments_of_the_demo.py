"""Customers of the running demo deposit and withdraw, at a played processor, and two people look at it."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from furlong.demo.money.wallets import OPENING_MINOR
from tests.support.processes.running_furlong import BRAND, PATIENCE_SECONDS, Demo, eventually, running_demo
from tests.whole.demo_people import FinanceClient, Payer, payer_of, press, two_of_finance

OTHER_BRAND = "lagunabet"
MOVED = "2026-04-09T18:00+01:00"


@pytest.fixture
def payer(demo: Demo, newcomer: str) -> Iterator[Payer]:
    """A customer who wants no limit of deposits."""
    with payer_of(demo, BRAND, "GBP", newcomer) as payer:
        payer.want_no_limit()
        yield payer


@pytest.fixture(scope="module")
def finance(demo: Demo) -> Iterator[tuple[FinanceClient, FinanceClient]]:
    """Both people of finance, each signed in once: a code of theirs works once."""
    with two_of_finance(demo) as both:
        yield both


def paid(payer: Payer, minor: int) -> dict[str, Any]:
    """Let a customer pay by card; return the payment, whose money has come."""
    asked = payer.deposit(minor)
    assert asked["errors"] == []
    press(asked["redirectUrl"], "pay")
    payer.comes_to("DONE", asked["payment"]["id"])
    return payer.payment(asked["payment"]["id"])


def test_both_brands_offer_ways_to_pay_without_a_fee(demo: Demo, payer: Payer) -> None:
    """By card and back to it; in pounds by a bank as well; above 50.00, people look first."""
    with payer_of(demo, OTHER_BRAND, "EUR") as other:
        for customer, ways in ((payer, ["card", "transfer"]), (other, ["card"])):
            offered = customer.methods("DEPOSIT")
            assert [way["id"] for way in offered] == ways
            assert {(way["fee"], way["feePermille"], way["reviewedAbove"]) for way in offered} == {
                (None, 0, None)
            }
            card = offered[0]
            assert (card["minimum"]["minor"], card["maximum"]["minor"]) == (500, 50_000)
            assert customer.wallet["canAddBankAccount"] is (len(ways) > 1)
    asked = payer.deposit(499)
    assert [error["code"] for error in asked["errors"]] == ["METHOD_UNAVAILABLE"]


def test_a_deposit_is_paid_at_the_processors_page(demo: Demo, payer: Payer) -> None:
    """The page leads back to the demo, and a webhook brings the money."""
    before, asked = payer.balance, payer.deposit(1_000)
    assert (asked["errors"], asked["payment"]["state"]) == ([], "OPEN")
    assert asked["redirectUrl"].startswith(demo.facts["payments"]["processor"])
    assert press(asked["redirectUrl"], "pay") == f"{demo.site.url}/"
    eventually(lambda: payer.balance == before + 1_000, "the money has come")
    assert payer.payment(asked["payment"]["id"])["state"] == "DONE"


def test_a_card_that_is_declined_says_why_and_another_one_pays(payer: Payer) -> None:
    """The payment stays open at its page."""
    before, asked = payer.balance, payer.deposit(1_000)
    name, page = asked["payment"]["id"], asked["redirectUrl"]
    press(page, "pay", "insufficient_funds")
    eventually(lambda: payer.payment(name)["decline"] == "INSUFFICIENT_FUNDS", "the customer reads why")
    assert (payer.payment(name)["state"], payer.balance) == ("OPEN", before)
    press(page, "pay")
    payer.comes_to("DONE", name)
    assert payer.balance == before + 1_000


def test_a_bank_asks_the_customer_first(payer: Payer) -> None:
    """Nothing is paid until it is confirmed; who refuses may still pay."""
    before, asked = payer.balance, payer.deposit(1_000)
    name, page = asked["payment"]["id"], asked["redirectUrl"]
    assert press(page, "pay", "asks") in page
    press(page, "refuse")
    eventually(lambda: payer.payment(name)["decline"] == "NOT_CONFIRMED", "the customer reads why")
    assert payer.balance == before
    press(page, "pay", "asks")
    press(page, "confirm")
    payer.comes_to("DONE", name)
    assert payer.balance == before + 1_000


def test_a_small_withdrawal_goes_back_to_the_card_at_once(payer: Payer) -> None:
    """What was paid in can go back; what the customer began with was paid by no card."""
    paid(payer, 2_000)
    before = payer.balance
    [back] = payer.methods("WITHDRAWAL")
    assert 2_000 <= back["maximum"]["minor"] < before
    assert back["reviewedAbove"]["minor"] == 5_000
    asked = payer.withdraw(500)
    assert (asked["errors"], payer.balance) == ([], before - 500)
    payer.comes_to("DONE", asked["payment"]["id"])
    assert payer.balance == before - 500


@pytest.mark.parametrize(("decision", "state"), [("APPROVE", "DONE"), ("REJECT", "FAILED")])
def test_two_people_decide_about_a_large_withdrawal(
    payer: Payer, newcomer: str, finance: tuple[FinanceClient, FinanceClient], decision: str, state: str
) -> None:
    """One of finance proposes, the other one approves, in the demo's back office; then the money moves."""
    paid(payer, 7_000)
    before, asked = payer.balance, payer.withdraw(6_000)
    name = asked["payment"]["id"]
    assert (asked["errors"], asked["payment"]["state"], payer.balance) == ([], "REVIEW", before - 6_000)
    one, other = finance
    assert {"id": name, "customer": f"{BRAND}:{newcomer}"} in one.waiting(BRAND)
    other.approve(one.propose(name, decision))
    payer.comes_to(state, name)
    assert name not in {payment["id"] for payment in one.waiting(BRAND)}
    assert payer.balance == (before - 6_000 if state == "DONE" else before)


def test_commands_beside_the_demo_know_its_payments(demo: Demo, payer: Payer) -> None:
    """`furlong payments` tells a payment's story, and asks the demo's processor for a report."""
    told = demo.programs.run("payments", "show", paid(payer, 500)["id"])
    assert "deposit of £5.00, by card: DONE" in told
    assert "stripe-demo" in told
    assert demo.programs.run("payments", "compare", "stripe-demo", "2026-01-05").startswith("0 lines")
    assert demo.programs.run("payments", "cases").strip() == "Nothing differs."


@pytest.mark.slow("a demo starts twice")
@pytest.mark.usefixtures("processes")
def test_payments_go_on_after_the_demo_was_killed(tmp_path: Path) -> None:
    """A page that was open is paid at the same address; what waits for a webhook or a refund gets it.

    Payments live by the machine's clock, while that of this demo is months behind.
    """
    with running_demo(tmp_path, "--at", MOVED) as first, payer_of(first, BRAND, "GBP") as payer:
        payer.want_no_limit()
        processor = first.facts["payments"]
        paid(payer, 2_000)
        silent = httpx.post(f"{processor['control']}/faults/silence", params={"amount": "600"})
        assert silent.is_success
        unheard, still_open = payer.deposit(1_000), payer.deposit(1_500)
        press(unheard["redirectUrl"], "pay")
        on_its_way = payer.withdraw(500)
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(PATIENCE_SECONDS)
    (tmp_path / ".furlong" / "demo.json").unlink()
    with running_demo(tmp_path) as second, payer_of(second, BRAND, "GBP") as payer:
        assert second.facts["payments"] == processor
        press(still_open["redirectUrl"], "pay")
        for payment in (unheard, still_open, on_its_way):
            payer.comes_to("DONE", payment["payment"]["id"])
        assert payer.balance == OPENING_MINOR + 2_000 + 1_000 + 1_500 - 500
        believed = httpx.get(f"{processor['control']}/state").json()
        assert [refund["status"] for refund in believed["refunds"]] == ["succeeded"]
        assert len(believed["charges"]) == 3
