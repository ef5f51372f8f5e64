"""A day of bets in a real browser, on a phone: money in, a bet each way, its result, a game, money out.

On the demo's page, at prices that move, while the club's tracker counts and covers nothing.
"""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Locator, expect

from tests.support.bets.demo_bettors import Bettor
from tests.support.bets.demo_races import Racecourse, racecourse
from tests.support.browsers.bet_slip_page import PATIENCE_MS
from tests.support.processes.running_furlong import Demo, eventually, running_demo
from tests.whole.test_payments_day import PHONE, Customer

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.timeout(900)]
CUSTOMER: Final = "c-1001"
GAME: Final = "Acorn Harvest"


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own: what the customer does here is seen nowhere else."""
    with running_demo(tmp_path_factory.mktemp("bets")) as running:
        yield running


@pytest.fixture(scope="module")
def course(demo: Demo) -> Iterator[Racecourse]:
    """A provider of races that is well."""
    with racecourse(demo) as course:
        yield course


@pytest.fixture(scope="module")
def bettor(demo: Demo) -> Bettor:
    """The same customer at the graph."""
    return Bettor(demo, CUSTOMER)


class Visitor(Customer):
    """The customer, who bets and plays on the page."""

    def part(self, testid: str) -> Locator:
        """Return a part of the page."""
        return self.page.get_by_test_id(testid)

    def go(self, page: str) -> None:
        """Go to another page of the site."""
        self.part(f"nav-{page}").click()

    def closes(self) -> None:
        """Close the panel of money."""
        self.part("close-money").click()

    def tracked(self, amount: str) -> None:
        """Wait until the tracker shows so much."""
        expect(self.part("tracker-staked")).to_contain_text(amount)


@pytest.fixture(scope="module")
def visitor(demo: Demo, launched: LaunchedBrowser) -> Iterator[Visitor]:
    """Who plays with the demo's page on a phone."""
    opened = launched.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
    page = opened.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield Visitor(page, demo.site.url)
    opened.close()


def test_a_customer_pays_in_and_joins_the_club(visitor: Visitor) -> None:
    """The money is there when the page is again."""
    visitor.has("£140.00")
    visitor.ask("deposit", "Card", "20")
    visitor.pays("A card that pays")
    visitor.is_back()
    visitor.newest("arrived")
    visitor.has("£160.00")
    visitor.closes()
    visitor.part("join").click()
    visitor.part("opt-in").click()
    expect(visitor.part("tracker-state")).to_have_attribute("data-state", "TRACKING")
    visitor.part("club-details").click()
    expect(visitor.part("club-details")).to_have_attribute("aria-expanded", "false")


def test_a_bet_each_way_is_made_at_a_price_that_moved(
    visitor: Visitor, course: Racecourse, bettor: Bettor
) -> None:
    """The page asks again before it bets at another price; the tracker counts, and the button stays."""
    race = course.race("Aldmere Stakes", dawn=6000, ember=4000, flint=5000)
    visitor.part("event-search").fill("Aldmere Stakes")
    listed = visitor.part("event").filter(has_text="Aldmere Stakes")
    listed.get_by_role("button", name=re.compile(r"^Dawn( at | ?: ?)5\/1$")).click()
    expect(visitor.part("picked")).to_contain_text("Dawn")
    visitor.part("each-way").check()
    expect(visitor.part("terms")).to_contain_text("1/4 odds, 2 places")
    visitor.part("stake").fill("2")
    expect(visitor.part("stake-cost")).to_contain_text("£4.00")
    expect(visitor.part("stake-help")).to_contain_text("£16.50")
    race.moves(dawn=4500)
    expect(visitor.part("place-bet")).to_have_attribute("aria-disabled", "true")
    expect(visitor.part("picked")).to_contain_text("5/1")
    visitor.looks()
    visitor.part("accept-odds").click()
    expect(visitor.part("picked-odds")).to_contain_text("7/2")
    expect(visitor.part("stake-help")).to_contain_text("£12.75")
    _covers_nothing(visitor, "place-bet", "stake", "each-way")
    visitor.part("place-bet").press("Enter")
    receipt = visitor.part("receipt")
    expect(receipt).to_have_attribute("data-state", "placed")
    for text in ("Bet placed", "Dawn", "7/2", "Aldmere Stakes", "£4.00", "£12.75"):
        expect(receipt).to_contain_text(text)
    visitor.has("£156.00")
    visitor.tracked("£4.00")
    (bet,) = bettor.all_bets
    assert (bet["status"], bet["legs"][0]["odds"]["milli"]) == ("OPEN", 4500)
    _covers_nothing(visitor, "stake", "receipts-done", "see-bets")
    visitor.looks()
    is_narrow = visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert is_narrow, "nothing is beside the page"


def _covers_nothing(visitor: Visitor, *pressed: str) -> None:
    """Expect that the tracker is small, and that what one presses can be pressed: nothing is over it."""
    tracker = visitor.part("tracker").bounding_box()
    assert tracker is not None
    assert tracker["height"] < PHONE["height"] / 3, tracker
    for testid in pressed:
        visitor.part(testid).click(trial=True)


def test_its_result_settles_it_on_the_page(visitor: Visitor, course: Racecourse, bettor: Bettor) -> None:
    """It goes from the open bets to the settled ones by itself, with what it returned."""
    visitor.part("see-bets").click()
    is_open, settled = (visitor.part(f"{which}-bets").get_by_test_id("bet") for which in ("open", "settled"))
    expect(is_open).to_have_count(1)
    expect(settled).to_have_count(0)
    expect(is_open).to_contain_text("£12.75")
    race = course.told["Aldmere Stakes"]
    race.results(ember={"status": "winner"}, dawn={"status": "placed"})
    expect(settled).to_have_count(1)
    expect(is_open).to_have_count(0)
    expect(settled.get_by_test_id("bet-leg")).to_have_attribute("data-result", "PLACED")
    for text in ("Each way", "Won", "Placed", "£4.00", "£3.75"):
        expect(settled).to_contain_text(text)
    visitor.has("£159.75")
    visitor.tracked("£4.00")
    visitor.looks()
    (bet,) = bettor.all_bets
    assert bettor.moved_for(bet["id"]) == [("STAKE", "POSTED", -400), ("RETURN", "POSTED", 375)]


def test_a_game_is_played_for_money_over_the_lobby(visitor: Visitor, bettor: Bettor) -> None:
    """The page's head shows what the game has moved, and the focus comes back to the lobby."""
    visitor.go("casino")
    tile = visitor.part("game-tile").filter(has_text=GAME).first
    expect(tile).to_be_visible()
    visitor.looks()
    before = bettor.balance
    tile.get_by_test_id("play").click()
    frame = visitor.page.frame_locator("[data-testid=game-frame]")
    frame.locator("#stake").select_option("0.5")
    go = frame.locator("#go")
    expect(go).to_have_attribute("aria-disabled", "false")
    go.click()
    expect(frame.locator("#said")).not_to_be_empty()
    visitor.looks()
    eventually(lambda: _games_moved(bettor), "the wallet has the game's stake")
    won = sum(minor for kind, minor in _games_moved(bettor) if kind == "GAME_WIN")
    bettor.has(before - 50 + won)
    visitor.part("close-game").click()
    expect(tile.get_by_test_id("play")).to_be_focused()
    visitor.has(f"£{bettor.balance / 100:.2f}")


def _games_moved(bettor: Bettor) -> list[tuple[str, int]]:
    kinds_and_sums = (
        (transaction["kind"], transaction["amount"]["minor"]) for transaction in bettor.transactions
    )
    return [(kind, minor) for kind, minor in kinds_and_sums if kind.startswith("GAME_")]


def test_the_customer_takes_money_out(visitor: Visitor, bettor: Bettor) -> None:
    """Back to the card at once, as far as it has paid in."""
    before = bettor.balance
    visitor.ask("withdrawal", "Card", "10")
    visitor.newest("paid-out")
    visitor.has(f"£{(before - 1000) / 100:.2f}")
    visitor.looks()
    assert bettor.balance == before - 1000
