"""Prices on the demo's page come by its subscription, also after a loss, as well as the network lets them."""

from typing import Final

import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Response, Route, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import visit
from tests.support.processes.running_furlong import Demo, eventually
from tests.whole.events_of_the_page import (
    MOVED_DOWN,
    PRICES,
    Network,
    event,
    is_followed,
    keep_waiting,
    price,
    shown,
)
from tests.whole.published_events import PublishedMatch

pytestmark = pytest.mark.usefixtures("web_installed")

MAX_PICKS: Final = 10
"""How many selections the page's slip has room for."""

FULL: Final = '"has3":true'
"""What only requests for further events on a slip have in their bodies, if they ask for the most."""


def block(route: Route) -> None:
    """Let prices come by no stream."""
    route.abort() if PRICES in (route.request.post_data or "") else route.continue_()


def test_prices_come_without_reading(demo: Demo, launched: LaunchedBrowser, match: PublishedMatch) -> None:
    """Odds, suspensions and scores reach an open page while nothing that it reads is answered."""
    with shown(demo, launched, "Aldmere") as page:
        expect(price(page, "Aldmere", "Home", "6/4")).to_be_visible(timeout=PATIENCE_MS)
        is_followed(page)
        page.page.route("**/graphql", keep_waiting)
        page.page.evaluate(MOVED_DOWN)
        match.offer(2250, 3000, 4000)
        page.page.evaluate("() => window.movedDown")
        expect(price(page, "Aldmere", "Home", "5/4")).to_be_visible(timeout=PATIENCE_MS)
        match.offer(2250, 3000, 4000, status="suspended")
        suspended = price(page, "Aldmere", "Home", "Suspended")
        expect(suspended).to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
        match.tell(score="2:1")
        expect(event(page, "Aldmere").get_by_test_id("score")).to_contain_text("2:1", timeout=PATIENCE_MS)
        is_followed(page)
        assert page.faults == []
        page.page.unroute_all(behavior="ignoreErrors")


def test_a_page_continues_behind_its_position(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch
) -> None:
    """Odds that moved while the network was away are there when it is back."""
    network = Network()
    with shown(demo, launched, "Aldmere", network=network) as page:
        expect(price(page, "Aldmere", "Home", "6/4")).to_be_visible(timeout=PATIENCE_MS)
        is_followed(page)
        page.page.route("**/graphql", keep_waiting)
        network.cut()
        is_followed(page, followed=False)
        match.offer(2250, 3000, 4000)
        asked = len(network.positions)
        network.is_cut = False
        expect(price(page, "Aldmere", "Home", "5/4")).to_be_visible(timeout=PATIENCE_MS)
        is_followed(page)
        assert network.positions[asked] is not None
        page.page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("blocked", ["WebSockets", "streams as well"])
def test_prices_come_where_the_network_blocks(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch, blocked: str
) -> None:
    """Without WebSockets as server-sent events, and without these by reading."""
    with visit(launched, width=1280) as page:
        page.page.route_web_socket("**/graphql", lambda socket: socket.close(code=4000))
        if blocked == "streams as well":
            page.page.route("**/graphql", block)
        page.open(f"{demo.site.url}/?lang=en-GB")
        page.page.get_by_test_id("event-search").fill("Aldmere")
        expect(price(page, "Aldmere", "Home", "6/4")).to_be_visible(timeout=PATIENCE_MS)
        is_followed(page, followed=blocked == "WebSockets")
        match.offer(2250, 3000, 4000)
        expect(price(page, "Aldmere", "Home", "5/4")).to_be_visible(timeout=PATIENCE_MS)
        page.page.unroute_all(behavior="ignoreErrors")


@pytest.mark.usefixtures("match")
def test_a_full_slip_is_read_where_the_network_blocks(demo: Demo, launched: LaunchedBrowser) -> None:
    """The site lets a page ask for as many events as the slip has room for: prices are not paused."""
    answers: list[Response] = []

    def note(response: Response) -> None:
        if FULL in (response.request.post_data or ""):
            answers.append(response)

    with visit(launched, width=1280) as page:
        page.page.route_web_socket("**/graphql", lambda socket: socket.close(code=4000))
        page.page.route("**/graphql", block)
        page.page.on("response", note)
        page.open(f"{demo.site.url}/?lang=en-GB")
        events = page.page.get_by_test_id("event")
        expect(events).to_have_count(MAX_PICKS, timeout=PATIENCE_MS)
        for place in range(MAX_PICKS):
            events.nth(place).locator("[data-testid=price][aria-disabled=false]").first.click()
        expect(page.page.get_by_test_id("picked")).to_have_count(MAX_PICKS)
        answers.clear()
        eventually(lambda: page.page.wait_for_timeout(20) or len(answers) >= MAX_PICKS, "the slip is read")
        assert [answer.json().get("errors") for answer in answers] == [None] * len(answers)
        page.shows("events-note", f"{MAX_PICKS} events shown")
        page.page.unroute_all(behavior="ignoreErrors")
