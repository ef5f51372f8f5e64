"""A day of bets in a real browser, on a phone: money in, bets, what the club gives, games, money out.

On the demo's page, at prices that move, while the club's tracker counts and covers nothing. A free bet of the
week before is used on the slip; free spins are won by bets, credited once the week is over, and played.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Locator, expect

from subgraphs.club_kit.domain.weeks import week_at
from tests.support.bets.demo_bettors import Bettor
from tests.support.browsers import PATIENCE_MS
from tests.support.processes.running_furlong import Demo, eventually, running_demo
from tests.whole.demo_races import Racecourse, racecourse
from tests.whole.test_payments_day import PHONE, Customer

pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.timeout(900)]
CUSTOMER: Final = "m-2001"
BRAND: Final = "lagunabet"
ZONE: Final = "Europe/Malta"
GAME: Final = "Acorn Harvest"
SPINS_GAME: Final = "Lucky Bells"
FREE_SPINS: Final = f"{BRAND}:fs-30:1"
FREE_BET: Final = {
    "reward_id": "eur-5",
    "config_version": 1,
    "kind": "free_bet",
    "product": "betting",
    "value_minor": 500,
    "spins": None,
    "currency": "EUR",
    "expiry_days": 7,
    "wagering_multiple": 0,
}
SOON: Final = timedelta(minutes=90)
"""A week that ends so soon is not begun: the choice locks an hour before its end."""

CREDITS: Final = "query ($brand: ID!) { wallet(brand: $brand) { credits { id } } }"
CLUB: Final = "query ($brand: ID!, $week: ID) { club(brand: $brand, week: $week) { state week { isoWeek } } }"


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own, whose clock can be moved: what the customer does here is seen nowhere else."""
    now = datetime.now(UTC)
    ends_at = week_at(now, ZONE).ends_at
    at = now if ends_at - now > SOON else ends_at
    with running_demo(tmp_path_factory.mktemp("bets"), "--at", at.isoformat(timespec="seconds")) as running:
        yield running


@pytest.fixture(scope="module")
def course(demo: Demo) -> Iterator[Racecourse]:
    """A provider of races that is well."""
    with racecourse(demo) as course:
        yield course


@pytest.fixture(scope="module")
def bettor(demo: Demo) -> Bettor:
    """The same customer at the graph."""
    session = httpx.get(f"{demo.site.url}/demo/session").json()
    tokens = {known["id"]: known["token"] for known in session["customers"]}
    return Bettor(replace(demo, site=replace(demo.site, tokens=tokens)), CUSTOMER, BRAND)


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

    def stands(self, state: str) -> None:
        """Wait until the tracker is in a `ClubState`."""
        expect(self.part("tracker-state")).to_have_attribute("data-state", state)

    def picks(self, race: str, runner: str, odds: str) -> None:
        """Find a race, and put a runner on the slip."""
        self.part("event-search").fill(race)
        listed = self.part("event").filter(has_text=race)
        named = rf"^{runner}( at | ?: ?){odds}$".replace("/", r"\/")
        listed.get_by_role("button", name=re.compile(named)).click()
        expect(self.part("picked")).to_contain_text(runner)

    def is_placed(self, *texts: str) -> None:
        """Wait until a bet is placed, and its receipt says so; put the receipt away."""
        receipt = self.part("receipt")
        expect(receipt).to_have_attribute("data-state", "placed")
        for text in ("Bet placed", *texts):
            expect(receipt).to_contain_text(text)


@pytest.fixture(scope="module")
def visitor(demo: Demo, launched: LaunchedBrowser) -> Iterator[Visitor]:
    """Who plays with the demo's page on a phone."""
    opened = launched.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
    page = opened.new_page()
    page.set_default_timeout(PATIENCE_MS)
    visitor = Visitor(page, demo.site.url)
    visitor.part("customer-picker").select_option(CUSTOMER)
    yield visitor
    opened.close()


def test_a_customer_pays_in_joins_the_club_and_chooses_free_spins(visitor: Visitor) -> None:
    """The money is there when the page is again."""
    visitor.has("€140.00")
    visitor.ask("deposit", "Card", "20")
    visitor.pays("A card that pays")
    visitor.is_back()
    visitor.newest("arrived")
    visitor.has("€160.00")
    visitor.closes()
    visitor.part("join").click()
    visitor.part("opt-in").click()
    visitor.stands("TRACKING")
    visitor.part(f"choose-{FREE_SPINS}").click()
    expect(visitor.part("choice-title")).to_contain_text("30 free spins")
    visitor.part("club-details").click()
    expect(visitor.part("club-details")).to_have_attribute("aria-expanded", "false")


def test_a_bet_each_way_is_made_at_a_price_that_moved(
    visitor: Visitor, course: Racecourse, bettor: Bettor
) -> None:
    """The page asks again before it bets at another price; the tracker counts, and the button stays."""
    race = course.race("Aldmere Stakes", dawn=6000, ember=4000, flint=5000)
    visitor.picks("Aldmere Stakes", "Dawn", "5/1")
    visitor.part("each-way").check()
    expect(visitor.part("terms")).to_contain_text("1/4 odds, 2 places")
    visitor.part("stake").fill("2")
    expect(visitor.part("stake-cost")).to_contain_text("€4.00")
    expect(visitor.part("stake-help")).to_contain_text("€16.50")
    race.moves(dawn=4500)
    expect(visitor.part("place-bet")).to_have_attribute("aria-disabled", "true")
    expect(visitor.part("picked")).to_contain_text("5/1")
    visitor.looks()
    visitor.part("accept-odds").click()
    expect(visitor.part("picked-odds")).to_contain_text("7/2")
    expect(visitor.part("stake-help")).to_contain_text("€12.75")
    _covers_nothing(visitor, "place-bet", "stake", "each-way")
    visitor.part("place-bet").press("Enter")
    visitor.is_placed("Dawn", "7/2", "Aldmere Stakes", "€4.00", "€12.75")
    visitor.has("€156.00")
    visitor.tracked("€4.00")
    (bet,) = bettor.all_bets
    assert (bet["status"], bet["legs"][0]["odds"]["milli"]) == ("OPEN", 4500)
    expect(visitor.part("stake")).to_have_count(0)
    _covers_nothing(visitor, "receipts-done", "see-bets")
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
    expect(is_open).to_contain_text("€12.75")
    race = course.told["Aldmere Stakes"]
    race.results(ember={"status": "winner"}, dawn={"status": "placed"})
    expect(settled).to_have_count(1)
    expect(is_open).to_have_count(0)
    expect(settled.get_by_test_id("bet-leg")).to_have_attribute("data-result", "PLACED")
    for text in ("Each way", "Won", "Placed", "€4.00", "€3.75"):
        expect(settled).to_contain_text(text)
    visitor.has("€159.75")
    visitor.tracked("€4.00")
    visitor.looks()
    (bet,) = bettor.all_bets
    assert bettor.moved_for(bet["id"]) == [("STAKE", "POSTED", -400), ("RETURN", "POSTED", 375)]


def test_a_free_bet_of_the_club_pays_a_stake(
    demo: Demo, visitor: Visitor, course: Racecourse, bettor: Bettor
) -> None:
    """It is offered where it can pay; the stake is not returned, and the club does not count it."""
    _earn_a_free_bet(demo)
    race = course.race("Brackwater Cup", gale=3000, haze=2000)
    before = bettor.balance
    [credit] = eventually(lambda: bettor.ask(CREDITS)["wallet"]["credits"], "the free bet is there")
    visitor.part("receipts-done").click()
    visitor.go("sports")
    visitor.picks("Brackwater Cup", "Gale", "2/1")
    visitor.part("each-way").uncheck()
    expect(visitor.part("own-money")).to_be_checked()
    expect(visitor.part("paying")).to_contain_text("Use your €5.00 free bet")
    expect(visitor.part("paying")).to_contain_text("Use it by ")
    visitor.part("free-bet").check()
    expect(visitor.part("stake")).to_have_count(0)
    expect(visitor.part("free-stake")).to_contain_text("€5.00")
    expect(visitor.part("stake-help")).to_contain_text("without the stake")
    expect(visitor.part("stake-help")).to_contain_text("€10.00")
    expect(visitor.part("preview")).to_contain_text("free bet stakes")
    _covers_nothing(visitor, "place-bet")
    visitor.looks()
    visitor.part("place-bet").press("Enter")
    visitor.is_placed("Free bet", "Gale", "without the stake", "€10.00")
    expect(visitor.part("paying")).to_have_count(0)
    visitor.tracked("€4.00")
    visitor.has(f"€{before / 100:.2f}")
    bet = bettor.all_bets[0]
    assert (bet["isFreeBet"], bet["stake"]["minor"]) == (True, 500)
    haze = f"{BRAND}:{race.selection('haze').partition(':')[2]}"
    assert bettor.refused(500, (haze, 2000), currency="EUR", freeBetId=credit["id"]) == "INSUFFICIENT_FUNDS"
    visitor.part("see-bets").click()
    expect(visitor.part("open-bets").get_by_test_id("bet")).to_contain_text("Free bet")
    race.results(gale={"status": "winner"})
    expect(visitor.part("open-bets").get_by_test_id("bet")).to_have_count(0)
    visitor.has(f"€{(before + 1000) / 100:.2f}")
    visitor.looks()


def _earn_a_free_bet(demo: Demo) -> None:
    """Tell what the club tells at the end of a week: that the target of two weeks ago was reached."""
    now = datetime.now(UTC)
    common = {
        "brand_id": BRAND,
        "customer_id": CUSTOMER,
        "iso_week": week_at(now - timedelta(days=14), ZONE).iso,
        "revision": 1_000,
        "occurred_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    sums = {"status": "confirmed", "total_minor": 3000, "target_minor": 3000, "currency": "EUR"}
    told: tuple[tuple[str, dict[str, Any]], ...] = (
        ("club.choice.v1", {"final": True, "source": "default", "reward": FREE_BET}),
        ("club.qualification.v1", sums),
    )
    for topic, facts in told:
        named = {"schema": f"{topic.removesuffix('.v1')}/1", "event_id": str(uuid.uuid4())}
        body = json.dumps(common | named | facts).encode()
        demo.site.produce(body, key=f"{BRAND}:{CUSTOMER}", topic=topic)


def test_bets_reach_the_target_of_the_week(visitor: Visitor, course: Racecourse) -> None:
    """The tracker says what is won, and when it is credited."""
    course.race("Cinder Plate", iris=3000, jade=2000)
    visitor.part("receipts-done").click()
    visitor.go("sports")
    visitor.picks("Cinder Plate", "Iris", "2/1")
    visitor.part("stake").fill("26")
    expect(visitor.part("preview")).to_contain_text("€26.00")
    visitor.part("place-bet").press("Enter")
    visitor.is_placed("Iris", "€26.00", "€78.00")
    visitor.stands("QUALIFIED")
    expect(visitor.part("won")).to_contain_text("30 free spins")
    visitor.part("receipts-done").click()


def test_won_free_spins_are_played_in_the_casino(demo: Demo, visitor: Visitor, bettor: Bettor) -> None:
    """Once the week is over and its results are in, the page leads to the games; what they win is money."""
    week = bettor.ask(CLUB)["club"]["week"]["isoWeek"]
    for turn in ("week-end", "grace-end"):
        demo.programs.run("clock", "advance", "--to", turn, "--brand", BRAND)
    eventually(lambda: bettor.ask(CLUB, week=week)["club"]["state"] == "CREDITED", "the spins are credited")
    visitor.page.reload()
    notice = visitor.part("free-spins-notice")
    expect(notice).to_contain_text("30 free spins")
    notice.scroll_into_view_if_needed()
    visitor.looks()
    visitor.part("play-free-spins").click()
    section = visitor.part("free-spins")
    expect(section.get_by_role("heading", name="Fruit slots")).to_be_focused()
    expect(section.get_by_test_id("game-tile")).to_have_count(2)
    assert f"group={BRAND}" in visitor.page.url
    visitor.looks()
    before = bettor.balance
    section.get_by_test_id("game-tile").filter(has_text=SPINS_GAME).get_by_test_id("play").click()
    frame = visitor.page.frame_locator("[data-testid=game-frame]")
    expect(frame.locator("#free")).to_contain_text("15")
    frame.locator("#go").click()
    expect(frame.locator("#free")).to_contain_text("14")
    expect(frame.locator("#said")).not_to_be_empty()
    visitor.looks()
    moved = (minor for _, minor in _games_moved(bettor))
    assert all(minor >= 0 for minor in moved), "a free spin costs nothing"
    eventually(lambda: bettor.balance == before + _won(bettor), "what it has won is there")
    visitor.part("close-game").click()


def test_a_game_is_played_for_money_over_the_lobby(visitor: Visitor, bettor: Bettor) -> None:
    """The page's head shows what the game has moved, and the focus comes back to the lobby."""
    visitor.go("casino")
    tile = visitor.part("game-tile").filter(has_text=GAME).first
    expect(tile).to_be_visible()
    visitor.looks()
    before, moved = bettor.balance, len(_games_moved(bettor))
    tile.get_by_test_id("play").click()
    frame = visitor.page.frame_locator("[data-testid=game-frame]")
    frame.locator("#stake").select_option("0.5")
    go = frame.locator("#go")
    expect(go).to_have_attribute("aria-disabled", "false")
    go.click()
    expect(frame.locator("#said")).not_to_be_empty()
    visitor.looks()
    eventually(lambda: len(_games_moved(bettor)) > moved, "the wallet has the game's stake")
    won = sum(minor for kind, minor in _games_moved(bettor)[moved:] if kind == "GAME_WIN")
    bettor.has(before - 50 + won)
    visitor.part("close-game").click()
    expect(tile.get_by_test_id("play")).to_be_focused()
    visitor.has(f"€{bettor.balance / 100:.2f}")


def _games_moved(bettor: Bettor) -> list[tuple[str, int]]:
    kinds_and_sums = (
        (transaction["kind"], transaction["amount"]["minor"]) for transaction in bettor.transactions
    )
    return [(kind, minor) for kind, minor in kinds_and_sums if kind.startswith("GAME_")]


def _won(bettor: Bettor) -> int:
    return sum(minor for kind, minor in _games_moved(bettor) if kind == "GAME_WIN")


def test_the_customer_takes_money_out(visitor: Visitor, bettor: Bettor) -> None:
    """Back to the card at once, as far as it has paid in."""
    before = bettor.balance
    visitor.ask("withdrawal", "Card", "10")
    visitor.newest("paid-out")
    visitor.has(f"€{(before - 1000) / 100:.2f}")
    visitor.looks()
    assert bettor.balance == before - 1000
