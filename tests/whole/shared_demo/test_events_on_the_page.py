"""Sports events on the demo's page, in a real browser: found, moved, suspended, bet on, and out of reach."""

from typing import Final

import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Route, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import visit
from tests.support.browsers.screen_gallery import faults_of_access
from tests.support.processes.running_furlong import Demo
from tests.whole.events_of_the_page import (
    EVENTS,
    MOVED_DOWN,
    PLACING,
    PRICES,
    Network,
    event,
    is_followed,
    keep_waiting,
    price,
    says,
    shown,
)
from tests.whole.published_events import PublishedMatch

pytestmark = pytest.mark.usefixtures("web_installed")

LEGS: Final = '"legs":[{"oddsMilli":3000'
"""What a preview of a draw has in its body: the page may pick the home side by itself."""

REMEMBERED: Final = "Object.keys(sessionStorage).some((name) => name.startsWith('furlong:demo-picked:'))"
"""Tells whether the page remembers what a customer picked."""


def test_events_are_listed_found_and_narrowed(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch
) -> None:
    """Live ones first with their score; a search, a sport and a day narrow the list, and more are shown."""
    with visit(launched, width=1280) as page:
        page.open(f"{demo.site.url}/?lang=en-GB")
        expect(event(page, "Aldmere Rovers v Wickford Town")).to_contain_text("1:0", timeout=PATIENCE_MS)
        events = page.page.get_by_test_id("event")
        expect(events).to_have_count(10)
        expect(events.first).to_have_attribute("data-status", "LIVE")
        page.press("more-events")
        expect(events).to_have_count(20)
        page.page.get_by_test_id("event-sport").select_option(label="Tennis")
        expect(event(page, "Aldmere")).to_have_count(0)
        expect(events.first).to_contain_text("Harbour Open")
        page.page.get_by_test_id("event-sport").select_option(label="All sports")
        page.page.get_by_test_id("event-search").fill("wickford")
        expect(events).to_have_count(1)
        page.page.get_by_test_id("event-day").select_option(index=5)
        page.shows("events-note", "No events match.")
        assert faults_of_access(page.page) == []
        assert page.faults == []


def test_odds_move_by_themselves_and_new_ones_are_accepted(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch, newcomer: str
) -> None:
    """Odds that moved say in which direction; a bet is placed at them only once they are accepted."""
    with shown(demo, launched, "Aldmere", newcomer) as page:
        price(page, "Aldmere", "Home", "6/4").click(timeout=PATIENCE_MS)
        page.shows("picked-odds", "6/4")
        page.page.evaluate(MOVED_DOWN)
        match.offer(2250, 3250, 4000)
        page.page.evaluate("() => window.movedDown")
        page.shows("picked-odds", "5/4")
        says(page, "Accept the new odds")
        page.is_disabled("place-bet", "Accept the new odds")
        page.page.get_by_test_id("place-bet").press("Enter")
        page.shows("accept-odds", "Accept 5/4")
        page.press("accept-odds")
        expect(page.page.get_by_test_id("place-bet")).to_be_focused()
        page.press("place-bet")
        page.shows("receipt-state", "Bet placed")  # after the bet delay of a match that runs
        page.shows("receipt", "Home at 5/4")
        page.shows("tracker-staked", "£5.00")
        assert page.faults == []


def test_the_club_is_asked_about_the_selection_of_the_slip(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch, newcomer: str
) -> None:
    """So that it knows the event, the sport and the odds of the bet without being told."""
    with shown(demo, launched, "Aldmere", newcomer) as page:
        draw = price(page, "Aldmere", "Draw", "2/1")
        with page.page.expect_request(lambda request: LEGS in (request.post_data or "")):
            draw.click(timeout=PATIENCE_MS)
        page.shows("preview", "£5.00")
        assert page.faults == []


def test_what_is_suspended_or_over_is_shown_and_cannot_be_bet_on(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch
) -> None:
    """Neither picked nor, if it was picked before, placed; further markets are opened by the keyboard."""
    ended = PublishedMatch(demo, "Brackwater United", "Saltmarsh City")
    ended.tell()
    ended.offer(2500, 3000, 4000)
    match.offer(1500, 3000, 4000, kind="HALF_TIME_RESULT", status="suspended")
    with shown(demo, launched, "Brackwater", width=360) as page:
        price(page, "Brackwater", "Home", "6/4").click()
        ended.offer(2500, 3000, 4000, status="suspended")
        says(page, "Betting on this is suspended.")
        expect(price(page, "Brackwater", "Draw", "Suspended")).to_have_attribute("aria-disabled", "true")
        price(page, "Brackwater", "Draw", "Suspended").click(force=True)
        page.shows("picked", "Home")
        page.page.get_by_test_id("place-bet").press("Enter")
        says(page, "Betting on this is suspended.")
        ended.tell(status="finished", score="2:1")
        says(page, "Betting on this has ended.")

        page.page.get_by_test_id("event-search").fill("Aldmere")
        more = event(page, "Aldmere").get_by_test_id("more-markets")
        more.focus()
        more.press("Enter")
        further = page.page.get_by_test_id("further-markets")
        expect(further).to_contain_text("Suspended", timeout=PATIENCE_MS)
        bar = page.page.locator(".to-slip").bounding_box()
        part = further.bounding_box()
        assert bar
        assert part
        assert part["y"] + part["height"] <= bar["y"] + 1  # in view, above the bar
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert faults_of_access(page.page) == []
        assert page.faults == []


def test_odds_that_changed_at_the_last_moment_refuse_the_bet_in_words(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch, newcomer: str
) -> None:
    """The page does not know the new odds yet; the betting site does, and says them."""
    network = Network()
    with shown(demo, launched, "Aldmere", newcomer, network=network) as page:
        price(page, "Aldmere", "Away", "3/1").click(timeout=PATIENCE_MS)
        is_followed(page)
        network.is_silent = True
        page.page.route("**/graphql", keep_waiting)
        match.offer(2500, 3000, 3500)
        page.page.wait_for_timeout(2_000)  # a moment for the block; the page itself learns nothing in it
        page.press("place-bet")
        says(page, "Your bet was not placed")


@pytest.mark.parametrize("begin", ["stake", "quick", "button"])
def test_what_the_page_picked_is_the_customers_once_they_begin_to_bet(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch, begin: str
) -> None:
    """Only what is the customer's own is remembered: a stake that is edited, or the button, makes it so."""
    with shown(demo, launched, "Aldmere") as page:
        expect(page.page.get_by_test_id("picked")).to_be_visible(timeout=PATIENCE_MS)
        assert not page.page.evaluate(REMEMBERED)
        if begin == "stake":
            page.page.get_by_test_id("stake").fill("7")
        elif begin == "quick":
            page.page.locator(".quick button").first.click()
        else:
            page.page.get_by_test_id("place-bet").focus()
        page.page.wait_for_function(REMEMBERED, timeout=PATIENCE_MS)


def test_a_bet_whose_answer_is_lost_is_placed_once(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch, newcomer: str
) -> None:
    """The page says that it does not know, asks by itself, and is told of the bet that was placed."""

    def lose(route: Route) -> None:
        if PLACING not in (route.request.post_data or ""):
            route.fallback()
            return
        assert route.fetch().ok
        route.abort()

    with shown(demo, launched, "Aldmere", newcomer) as page:
        price(page, "Aldmere", "Home", "6/4").click(timeout=PATIENCE_MS)
        page.page.route("**/graphql", lose)
        page.press("place-bet")
        page.shows("receipt-state", "Not known yet")
        page.page.unroute("**/graphql", lose)
        page.shows("receipt-state", "Bet placed")
        page.press("receipts-done")
        price(page, "Aldmere", "Home", "6/4").click(timeout=PATIENCE_MS)
        page.press("place-bet")  # another bet, which is counted after the first one
        page.shows("receipt-state", "Bet placed")
        page.shows("tracker-staked", "£10.00")


def test_the_slip_is_usable_without_events(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch, member: str
) -> None:
    """Prices that cannot be read are paused, and come back; a page that never had any says so."""

    def away(route: Route) -> None:
        body = route.request.post_data or ""
        refused = EVENTS in body or PRICES in body
        answer = {"data": {"sports": None, "events": None}, "errors": [{"message": "not reached"}]}
        route.fulfill(json=answer) if refused else route.continue_()

    network = Network()
    with shown(demo, launched, "Aldmere", member, network=network) as page:
        price(page, "Aldmere", "Home", "6/4").click(timeout=PATIENCE_MS)
        page.page.route("**/graphql", away)
        network.cut()
        page.shows("events-note", "Prices paused since")
        says(page, "Prices are paused.")
        expect(price(page, "Aldmere", "Home", "6/4")).to_have_attribute("aria-disabled", "true")
        network.is_cut = False
        page.page.unroute("**/graphql", away)
        page.shows("events-note", "1 event shown")
        expect(price(page, "Aldmere", "Home", "6/4")).to_have_attribute("aria-disabled", "false")
        network.cut()
        page.page.route("**/graphql", away)
        page.page.evaluate("sessionStorage.clear()")
        page.page.reload()
        page.shows("events-note", "available right now. Your bets")
        page.is_disabled("place-bet", "Choose a selection")
        network.is_cut = False
        page.be(member)
        page.is_in_state("TRACKING")
