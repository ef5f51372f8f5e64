"""Customers of the demo bet and play for money that a betting site keeps itself; its books say the same."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import ViewportSize, expect

from simulator.seamless.books import UNITS
from tests.support.bets.demo_bettors import Bettor
from tests.support.browsers.screen_gallery import faults_of_access
from tests.support.processes.running_furlong import BRAND, PATIENCE_SECONDS, Demo, eventually, running_demo
from tests.whole.demo_player import guest_of, in_minor
from tests.whole.demo_races import Racecourse, racecourse

PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
SCENARIO: Final = ("--scenario", "operator-wallet")
OTHER_BRAND: Final = "lagunabet"
OPENING_MINOR: Final = 140_00
WON: Final = {"status": "winner"}
SLOT: Final = "Acorn Harvest"
MONEY: Final = """query ($brand: ID!) {
  wallet(brand: $brand) { balance { minor } withdrawable { minor } limits { kind } prompts
    canAddBankAccount transactions(first: 5) { nodes { id } } }
  deposits: paymentMethods(brand: $brand, direction: DEPOSIT) { id }
  withdrawals: paymentMethods(brand: $brand, direction: WITHDRAWAL) { id } }"""
CHANGES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "deposit": ("DepositInput", {"methodId": "any", "amountMinor": 1000, "currency": "GBP"}),
    "withdraw": ("WithdrawInput", {"methodId": "any", "amountMinor": 1000, "currency": "GBP"}),
    "setLimit": ("SetLimitInput", {"kind": "DEPOSIT_DAY", "amountMinor": 1000, "currency": "GBP"}),
    "selfExclude": ("SelfExcludeInput", {"months": 6}),
}


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo whose first brand's money is at its operator."""
    with running_demo(tmp_path_factory.mktemp("demo"), *SCENARIO) as running:
        yield running


@pytest.fixture(scope="module")
def course(demo: Demo) -> Iterator[Racecourse]:
    """A provider of races that is well."""
    with racecourse(demo) as course:
        yield course


def control(demo: Demo, path: str, **values: str) -> httpx.Response:
    """Tell the operator's simulator something; return its answer."""
    url = demo.facts["operator"]["books"].removesuffix("/books")
    return httpx.post(f"{url}{path}", params=values).raise_for_status()


def books(demo: Demo) -> dict[str, Any]:
    """Return what the operator's books have."""
    return dict(httpx.get(demo.facts["operator"]["books"]).json())


def at_operator(demo: Demo, customer: str) -> list[tuple[str, float]]:
    """Return a customer's transactions at the operator, the first first: what each is, and its pence."""
    moved = [entry for entry in books(demo)["movements"] if entry["user"] == customer]
    return [(entry["kind"], entry["amount"] * 100 / UNITS) for entry in moved]


def test_a_bet_moves_the_operators_money(demo: Demo, course: Racecourse) -> None:
    """Its stake and what it returns are in the books, and nothing else; the club counts it."""
    bettor = Bettor(demo, "c-1001")
    bettor.joins()
    before, counted = at_operator(demo, bettor.customer), bettor.staked
    race = course.race("Dawn Stakes", dawn=3000, ember=4000)
    has = bettor.balance
    bet_id = bettor.bets(500, (race.selection("dawn"), 3000))
    assert at_operator(demo, bettor.customer) == [*before, ("bet", -500)]
    bettor.has(has - 500)
    bettor.has_staked(counted + 500)
    race.results(dawn=WON)
    bettor.comes_to(bet_id, "WON", 1500)
    bettor.has(has + 1000)
    assert at_operator(demo, bettor.customer) == [*before, ("bet", -500), ("win", 1500)]
    assert bettor.transactions == []


def test_what_the_operator_refuses_says_why(demo: Demo, course: Racecourse) -> None:
    """A stake above what is there, and a limit of the operator's, are no bets and move nothing."""
    bettor = Bettor(demo, "c-1002")
    race = course.race("Ember Stakes", dawn=3000, ember=4000)
    pick = (race.selection("dawn"), 3000)
    assert bettor.refused(OPENING_MINOR + 1, pick) == "INSUFFICIENT_FUNDS"
    control(demo, f"/refusals/{bettor.customer}", status="RS_ERROR_LIMIT_REACHED")
    assert bettor.refused(500, pick) == "LIMIT_REACHED"
    control(demo, f"/refusals/{bettor.customer}", status="")
    assert at_operator(demo, bettor.customer) == []
    assert books(demo)["balances"][bettor.customer] == OPENING_MINOR * UNITS / 100


def test_a_game_moves_the_operators_money(demo: Demo) -> None:
    """The provider asks the operator, not us; a bet whose answer is lost is rolled back there."""
    with guest_of(demo, BRAND) as guest:
        eventually(lambda: len(guest.games()) > 1, "the lobby has games")
        slot, before = guest.open(SLOT), at_operator(demo, "c-1001")
        has = guest.balance
        told = slot.play("0.5")
        assert told["problem"] is None, told
        won = in_minor(told["round"]["win"])
        guest.comes_to(has - 50 + won)
        assert at_operator(demo, "c-1001") == [*before, ("bet", -50), ("win", won)]
        casino = demo.facts["casino"]["control"]
        httpx.post(f"{casino}/faults/acorn/lost_answer", params={"on": "bet"}).raise_for_status()
        assert slot.play("0.5")["problem"] == "unknown"
        eventually(
            lambda: at_operator(demo, "c-1001")[len(before) + 2 :] == [("bet", -50), ("rollback", 50)],
            "the stake goes back",
        )
        guest.comes_to(has - 50 + won)


def test_the_site_says_under_which_session_a_customer_bets(demo: Demo, course: Racecourse) -> None:
    """Its server hands each new session over; until it does, the operator refuses bets."""
    bettor = Bettor(demo, "c-1004")
    race = course.race("Flint Stakes", dawn=3000, ember=4000)
    pick = (race.selection("dawn"), 3000)
    token = control(demo, f"/sessions/{bettor.customer}").json()["token"]
    assert bettor.refused(500, pick) == "DECLINED"
    site = next(site for site in demo.facts["brands"] if site["brand"] == BRAND)
    asked = {"customer": bettor.customer, "origin": site["site"], "walletToken": token}
    signed = {"authorization": f"Bearer {site['key']}"}
    answer = httpx.post(f"{demo.site.url}/embed/sessions", json=asked, headers=signed)
    assert answer.is_success, answer.text
    bettor.bets(500, pick)
    assert at_operator(demo, bettor.customer)[-1] == ("bet", -500)
    assert sum(pence for _, pence in at_operator(demo, bettor.customer)) == -500
    refused = httpx.post(f"{demo.site.url}/embed/sessions", json=asked | {"walletToken": ""}, headers=signed)
    assert refused.json()["error"]["code"] == "INVALID_REQUEST"


def test_money_is_changed_at_the_operator_alone(demo: Demo) -> None:
    """The wallet shows the balance and nothing to change it by; whoever asks for a change is told."""
    bettor = Bettor(demo, "c-1003")
    shown = bettor.ask(MONEY)
    assert shown == {
        "wallet": {
            "balance": {"minor": OPENING_MINOR},
            "withdrawable": None,
            "limits": [],
            "prompts": [],
            "canAddBankAccount": False,
            "transactions": {"nodes": []},
        },
        "deposits": None,
        "withdrawals": None,
    }
    for name, (kind, values) in CHANGES.items():
        asked = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ errors {{ code }} }} }}"
        wanted = {"brand": BRAND, "idempotencyKey": str(uuid4()), **values}
        assert bettor.ask(asked, input=wanted)[name] == {"errors": [{"code": "NOT_ALLOWED_HERE"}]}, name


def test_the_other_brands_money_is_ours(demo: Demo) -> None:
    """Beside it: with deposits and limits, and no account at the operator."""
    with guest_of(demo, OTHER_BRAND) as guest:
        shown = guest.ask(MONEY, brand=OTHER_BRAND)
        assert shown["wallet"]["withdrawable"] == {"minor": OPENING_MINOR}
        assert shown["deposits"]
    assert {name[:2] for name in books(demo)["balances"]} == {"c-"}


@pytest.mark.usefixtures("web_installed")
def test_the_page_shows_the_balance_and_where_the_rest_is(demo: Demo, launched: LaunchedBrowser) -> None:
    """Without buttons to deposit, tabs of limits and breaks, or a history."""
    context = launched.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    page.goto(demo.site.url)
    page.get_by_test_id("balance").click()
    panel = page.get_by_test_id("money-elsewhere")
    has = Bettor(demo, "c-1001").balance
    expect(panel.get_by_test_id("amount-cash")).to_have_text(f"£{has / 100:.2f}")
    expect(panel).to_contain_text("The betting site keeps your money in its own wallet")
    expect(page.get_by_test_id("money").get_by_role("tab")).to_have_count(0)
    expect(page.get_by_test_id("open-deposit")).to_have_count(0)
    expect(page.get_by_test_id("money").get_by_role("button")).to_have_count(1)
    assert faults_of_access(page) == []
    context.close()


@pytest.mark.slow("a demo starts twice")
@pytest.mark.usefixtures("processes")
def test_a_bet_has_one_outcome_after_the_demo_was_killed(tmp_path: Path) -> None:
    """The operator has made one whose answer never came, and has never heard of the other."""
    keys = {customer: str(uuid4()) for customer in ("c-1001", "c-1002")}
    with running_demo(tmp_path, *SCENARIO) as first, ThreadPoolExecutor() as pool:
        with racecourse(first) as course:
            race = course.race("Night Cup", dawn=3000, ember=4000)
            pick = (race.selection("dawn"), 3000)
            bettors = [Bettor(first, customer) for customer in keys]

            def send(bettor: Bettor) -> None:
                with suppress(httpx.HTTPError):  # the demo is killed before it answers
                    bettor.asks(500, pick, key=keys[bettor.customer])

            control(first, "/faults/timeout_after")
            pool.submit(send, bettors[0])
            eventually(lambda: at_operator(first, "c-1001"), "the operator takes the stake")
            control(first, "/faults/timeout_before")
            pool.submit(send, bettors[1])
            eventually(lambda: bettors[1].all_bets, "the other bet is asked for")
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(PATIENCE_SECONDS)
    (tmp_path / ".furlong" / "demo.json").unlink()
    with running_demo(tmp_path, *SCENARIO) as second:
        assert second.facts["operator"] == first.facts["operator"]
        for customer, key in keys.items():
            bettor = Bettor(second, customer)
            asked = bettor.asks(500, pick, key=key)["bet"]["id"]
            (bet,) = eventually(partial(decided, bettor), f"{customer}'s bet is decided")
            assert bettor.asks(500, pick, key=key)["bet"]["id"] == bet["id"] == asked
            left = -500 if bet["status"] == "OPEN" else 0
            bettor.has(OPENING_MINOR + left)
            moved = at_operator(second, customer)
            assert sum(pence for _, pence in moved) == left
            assert [kind for kind, _ in moved].count("bet") <= 1


def decided(bettor: Bettor) -> list[dict[str, Any]]:
    """Return a customer's bets once none of them waits any more."""
    bets = bettor.all_bets
    return bets if all(bet["status"] in {"OPEN", "REFUSED"} for bet in bets) else []
