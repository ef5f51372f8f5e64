"""The club on the demo's page, as somebody who bets sees it: on a phone, on a desk, and without a network."""

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.screens.club_pages import Club, club_page, hidden_points
from tests.support.browsers.screen_gallery import Look, faults_of_access, faults_of_layout
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.usefixtures("web_installed")

TALL: Final = 12_000
"""A window in which nothing has to be scrolled."""

FIRST_SCREEN: Final = 740
"""How much of a page a common phone shows at once."""

SIZES: Final = ((360, 640), (360, 740), (1280, 800))
LOOKS: Final = (
    Look(768),
    Look(360, "de", text="200%"),
    Look(768, text="200%"),
    Look(1280, text="200%"),
    Look(360, "ar"),
    Look(360, forced_colours=True),
    Look(1280, forced_colours=True),
)
OPENERS: Final = {
    "new": ("join", "past-weeks", "more-markets"),
    "tracking": ("club-details", "opt-out", "recent-bets", "past-weeks"),
}
"""What opens something, in the order in which a person comes to it."""


def opened_by(page: Page, testid: str) -> tuple[str, str]:
    """Return what is to be seen at once after a press, and what can be reached in it last."""
    parts = {
        "join": (".club-joining", "[data-testid=opt-in]"),
        "club-details": (".club-week", ".club-foot button, .club-foot a"),
        "opt-out": (".club-leaving h4", "[data-testid=opt-out-confirm]"),
        "recent-bets": (
            "[data-testid=recent-bets] summary",
            "[data-testid=recent-bets] li:last-child button",
        ),
        "past-weeks": ("[data-testid=past-weeks] summary", "[data-testid=past-weeks] summary"),
        "more-markets": ("[data-testid=more-markets]", "[data-testid=more-markets]"),
    }
    return parts[testid]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("scenario", OPENERS)
def test_nothing_that_is_opened_is_under_a_bar(
    chromium: LocalChromium, scenario: str, size: tuple[int, int]
) -> None:
    """WCAG 2.4.11: what a press opens is seen at once, and its last button when the keyboard comes to it."""
    width, height = size
    with club_page(chromium, Club(scenario=scenario), Look(width), height) as page:
        for testid in OPENERS[scenario]:
            if testid == "join":
                page.get_by_test_id(testid).click()
                expect(page.locator(".club-joining")).to_be_focused()
            elif testid in {"recent-bets", "past-weeks"}:
                page.get_by_test_id(testid).locator("summary").click()
                expect(page.get_by_test_id(testid).locator("li").first).to_be_visible()
            elif testid != "club-details" or page.locator(".club-details").count() == 0:
                page.get_by_test_id(testid).first.click()
            first, last = opened_by(page, testid)
            assert hidden_points(page.locator(first).first) == [], (testid, "first")
            page.locator(last).last.focus()
            assert hidden_points(page.locator(last).last) == [], (testid, "last")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_deal_is_in_the_closed_tracker_of_a_visitor(chromium: LocalChromium, width: int) -> None:
    """What joining brings stands there without a press; members read what theirs is."""
    with club_page(chromium, Club(scenario="new"), Look(width)) as page:
        expect(page.get_by_test_id("deal")).to_have_text(re.compile("^Bet £25 this week, get: £5 free bet"))
        expect(page.get_by_test_id("preview")).to_contain_text("adds £5.00")
    with club_page(chromium, Club(), Look(width)) as page:
        page.get_by_test_id("remove").click()
        expect(page.get_by_test_id("preview")).to_have_text("Reward at £25: £5 free bet.")
        expect(page.get_by_test_id("deal")).to_have_count(0)


@pytest.mark.parametrize("scenario", ["new", "tracking"])
def test_the_kill_switch_shows_in_the_closed_tracker(chromium: LocalChromium, scenario: str) -> None:
    """Nobody has to open the details to learn that nothing can be changed."""
    with club_page(chromium, Club(scenario=scenario, paused=True), Look(360)) as page:
        expect(page.get_by_test_id("paused")).to_be_visible()
        expect(page.get_by_test_id("club-details")).to_have_attribute("aria-expanded", "false")
        expect(page.get_by_test_id("join")).to_have_count(0)


def test_the_first_event_is_on_the_first_screen_of_a_phone(chromium: LocalChromium) -> None:
    """The search stands beside the heading, sport and day in one row; nothing is scrolled."""
    with club_page(chromium, Club(), Look(360), FIRST_SCREEN) as page:
        boxes = [
            page.get_by_test_id(part).first.bounding_box()
            for part in ("event-search", "event-sport", "event-day", "event")
        ]
        search, sport, day, event = (box for box in boxes if box is not None)
        heading = page.get_by_test_id("events").get_by_role("heading").first.bounding_box()
        assert heading
        assert heading["y"] < search["y"] + search["height"] / 2 < heading["y"] + heading["height"]
        assert sport["y"] == day["y"] > search["y"]
        assert 0 <= event["y"] < event["y"] + event["height"] <= FIRST_SCREEN


def test_the_slip_says_that_the_page_picked_until_somebody_chooses(chromium: LocalChromium) -> None:
    """Another selection, the same one and an emptied slip are the customer's own; a stake leaves it."""
    with club_page(chromium, Club(), Look(360)) as page:
        suggested, picked = page.get_by_test_id("suggested"), page.get_by_test_id("picked")
        for choose in ("Plain Speaking", "Ashdown Lad", None):
            expect(suggested).to_have_text(re.compile("picked one so you can see how it works"))
            expect(picked).to_contain_text("Ashdown Lad")
            if choose is None:
                page.get_by_test_id("remove").click()
                expect(picked).to_have_count(0)
            else:
                page.get_by_role("button", name=choose).first.click()
                expect(picked).to_contain_text(choose)
            expect(suggested).to_have_count(0)
            page.evaluate("sessionStorage.clear()")
            page.reload()
        page.get_by_test_id("stake").fill("7")
        expect(page.get_by_test_id("place-bet")).to_contain_text("£7.00")
        expect(suggested).to_be_visible()


def test_whom_nothing_is_shown_gets_no_blank_band(chromium: LocalChromium) -> None:
    """The room is kept until it is known that there is nothing, and then goes."""
    with club_page(chromium, Club(scenario="self-excluded"), Look(360)) as page:
        expect(page.locator(".club:not(.club-strip)")).to_be_hidden()
        expect(page.locator(".club-strip")).to_have_count(0)


@pytest.mark.parametrize("size", [(360, 640), (360, 740), (1280, 800)], ids=str)
def test_what_a_bet_did_is_on_the_screen(chromium: LocalChromium, size: tuple[int, int]) -> None:
    """After the press, the receipt says what was added, the meter moves, and nothing offers the bet again."""
    width, height = size
    club = Club(lands=False)
    with club_page(chromium, club, Look(width), height) as page:
        expect(page.get_by_test_id("preview")).to_contain_text("£17.00")
        page.get_by_test_id("place-bet").click()
        told = page.get_by_test_id("receipt-club")
        expect(told).to_have_attribute("data-landed", "false")
        expect(page.get_by_test_id("picked")).to_have_count(0)
        expect(page.get_by_test_id("place-bet")).to_have_text("Place bet")
        expect(page.get_by_test_id("preview")).not_to_contain_text("adds")
        club.lands = True
        expect(told).to_have_text("Added £5.00 to your rewards club: £17.00 of £25.00.")
        assert hidden_points(told) == []
        # Those who listen hear of it once, and those who look read it on the receipt alone.
        expect(page.get_by_test_id("slip-said")).to_contain_text("Bet placed: £5.00 on Ashdown Lad")
        expect(page.get_by_text("Bet placed")).to_have_count(2)
        expect(page.locator(".slip-note")).to_have_text("Choose a selection to place a bet.")
        staked = page.get_by_test_id("tracker-staked")
        expect(staked).to_have_text("£17.00")
        if width < 900:
            assert hidden_points(staked) == []
        expect(page.get_by_test_id("preview")).not_to_contain_text("adds")


@pytest.mark.parametrize(
    ("language", "left"), [("en-GB", "Placing your bet… 4s"), ("de", "Ihre Wette wird platziert … 4 Sek.")]
)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_bet_that_waits_says_how_long(
    chromium: LocalChromium, width: int, language: str, left: str
) -> None:
    """By the server's answer, second by second where it is seen; those who listen are told once."""
    club = Club(delay_left_ms=4_000)
    with club_page(chromium, club, Look(width, language), 740) as page:
        page.clock.pause_at(page.evaluate("Date.now() + 1000"))
        page.get_by_test_id("place-bet").click()
        waits, state = page.get_by_test_id("bet-delay"), page.get_by_test_id("receipt-state")
        expect(state).to_have_text(left)
        assert hidden_points(state) == []
        expect(waits).to_have_attribute("aria-hidden", "true")
        said = page.get_by_test_id("receipt").get_by_role("status")
        expect(said).to_have_count(1)
        first = said.inner_text()
        club.delay_left_ms = 3_000
        page.clock.run_for(1_000)
        expect(waits).to_have_attribute("data-left", "3")
        assert said.inner_text() == first
        assert "4" in first
        club.delay_left_ms = 2_000
        page.clock.run_for(1_000)
        expect(waits).to_have_attribute("data-left", "2")
        club.delay_left_ms = None
        page.clock.run_for(15_000)
        expect(waits).to_have_count(0)
        expect(page.get_by_test_id("receipt")).to_have_attribute("data-state", "placed")


def test_a_bet_that_waits_longer_than_was_said_is_being_confirmed(chromium: LocalChromium) -> None:
    """Nothing is counted below nothing; whoever wants motion reduced sees no bar that moves."""
    club = Club(delay_left_ms=900)
    with club_page(chromium, club, Look(360), 740) as page:
        page.emulate_media(reduced_motion="reduce")
        page.clock.pause_at(page.evaluate("Date.now() + 1000"))
        page.get_by_test_id("place-bet").click()
        state = page.get_by_test_id("receipt-state")
        expect(state).to_have_text("Placing your bet… 1s")
        moving = page.locator(".countdown-bar span").evaluate(
            "(bar) => getComputedStyle(bar).transitionDuration"
        )
        assert moving == "0s"
        club.delay_left_ms = 0
        page.clock.run_for(1_000)
        expect(state).to_have_text("Placing your bet…")
        page.clock.run_for(2_000)
        club.delay_left_ms = None
        page.clock.run_for(10_000)
        expect(page.get_by_test_id("receipt")).to_have_attribute("data-state", "placed")


def test_a_bet_that_is_refused_late_is_back_on_the_slip(chromium: LocalChromium) -> None:
    """With its stake, and with the odds that have to be accepted; the next one takes the refusal away."""
    club = Club(delay_left_ms=900)
    with club_page(chromium, club, Look(360), 740) as page:
        page.get_by_test_id("stake").fill("7")
        page.get_by_test_id("place-bet").click()
        expect(page.get_by_test_id("receipt")).to_have_attribute("data-state", "pending")
        expect(page.get_by_test_id("picked")).to_have_count(0)
        club.moved_to = 2_250
        expect(page.get_by_test_id("receipt")).to_have_attribute("data-state", "refused", timeout=20_000)
        expect(page.get_by_test_id("picked")).to_contain_text("Ashdown Lad")
        expect(page.get_by_test_id("place-bet")).to_contain_text("£7.00")
        page.get_by_role("button", name="Accept 2.25").click()
        club.moved_to = club.delay_left_ms = None
        page.get_by_test_id("place-bet").click()
        expect(page.get_by_test_id("receipt")).to_have_attribute("data-state", "placed")


def test_headings_have_room_and_the_way_to_the_slip_ends_behind_it(chromium: LocalChromium) -> None:
    """On each page of the site, in large text too; on a phone, no second head stands above the slip's own."""
    with club_page(chromium, Club(), Look(360, text="200%"), 740) as page:
        search, card = (
            page.get_by_test_id("event-search").bounding_box(),
            page.locator(".events").bounding_box(),
        )
        assert search
        assert card
        assert search["x"] + search["width"] <= card["x"] + card["width"] - 16
    with club_page(chromium, Club(), Look(360), 740) as page:
        page.locator(".to-slip").click()
        expect(page.locator(".slip-head")).to_be_in_viewport()
        expect(page.locator(".to-slip")).to_have_count(1)
        assert len(hidden_points(page.locator(".to-slip"))) == 3, "as many as are asked for"
        address = page.url.partition("?")[0]
        for part in ("sports", "bets", "casino"):
            page.goto(f"{address}?page={part}")
            heading = page.locator(".events-head")
            expect(heading).to_have_count(1)
            inset = heading.evaluate(
                "(head) => head.querySelector('h2').getBoundingClientRect().left"
                " - head.closest('.card').getBoundingClientRect().left"
            )
            assert inset >= 16


def test_a_bet_that_does_not_count_says_why_on_its_receipt(chromium: LocalChromium) -> None:
    """With the numbers that decided; the meter stays."""
    with club_page(chromium, Club(reason="BELOW_MIN_ODDS"), Look(360), 640) as page:
        page.get_by_test_id("remove").click()
        page.get_by_role("button", name="Plain Speaking").first.click()
        page.get_by_test_id("place-bet").click()
        told = page.get_by_test_id("receipt-club")
        expect(told).to_have_attribute("data-landed", "true")
        expect(told).to_contain_text("1.20")
        expect(told).to_contain_text("1.50")
        expect(page.get_by_test_id("tracker-staked")).to_have_text("£12.00")


def test_without_a_network_the_page_says_so_and_all_comes_back(chromium: LocalChromium) -> None:
    """How old the figures are is said at the top and in the club; no bet is taken meanwhile."""
    club = Club()
    with club_page(chromium, club, Look(360)) as page:
        expect(page.get_by_test_id("preview")).to_contain_text("£17.00")
        club.is_away = True
        page.context.set_offline(offline=True)
        expect(page.get_by_test_id("page-offline")).to_contain_text(re.compile(r"offline.* 20:0\d"))
        expect(page.get_by_test_id("offline")).to_have_text(re.compile(r"offline.* 20:0\d"))
        expect(page.get_by_test_id("place-bet")).to_have_attribute("aria-disabled", "true")
        expect(page.get_by_test_id("tracker-staked")).to_have_text("£12.00")
        page.clock.fast_forward(120_000)  # so many failures that the next try is far
        club.is_away = False
        page.context.set_offline(offline=False)
        expect(page.get_by_test_id("page-offline")).to_be_empty()
        expect(page.get_by_test_id("preview")).to_contain_text("£17.00")
        expect(page.get_by_test_id("place-bet")).to_have_attribute("aria-disabled", "false")
        expect(page.get_by_test_id("tracker")).to_have_attribute("data-stale", "false")


@pytest.mark.slow("axe looks at the page in seven looks")
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_slip_with_the_club_holds_in_other_looks(chromium: LocalChromium, look: Look) -> None:
    """Nothing is cut off or covered, nothing scrolls sideways, and axe finds nothing, closed and open."""
    forced = (
        ["aria-required-children", "button-name", "label", "target-size"] if look.forced_colours else None
    )
    with club_page(chromium, Club(scenario="new"), look, TALL) as page:
        expect(page.get_by_test_id("deal")).to_be_visible()
        found = [*faults_of_layout(page, ".slip"), *faults_of_access(page, ".slip", rules=forced)]
        page.get_by_test_id("join").click()
        expect(page.get_by_test_id("opt-in")).to_be_visible()
        found += [*faults_of_layout(page, ".slip"), *faults_of_access(page, ".slip", rules=forced)]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert found == []


def test_in_a_low_window_no_bar_covers_what_one_fills_in(chromium: LocalChromium) -> None:
    """On a phone that lies, as with text that is very large, the bar stays where the slip ends."""
    with club_page(chromium, Club(), Look(740), 360) as page:
        page.get_by_test_id("stake").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('.slip').scrollIntoView({ block: 'start' })")
        assert hidden_points(page.get_by_test_id("picked")) == []
        bar, slip = page.locator(".place-bar").bounding_box(), page.locator(".slip").bounding_box()
        assert bar
        assert slip
        assert abs(bar["y"] + bar["height"] - slip["y"] - slip["height"]) <= 1
