"""Changes that something comes between: other pages, reloads, an upstream or a gateway that says nothing."""

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Request, Route, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import Browser, visit
from tests.support.processes.running_furlong import Demo, eventually
from tests.support.product.newcomers import offer
from tests.whole.events_of_the_page import EVENTS, PLACING, price
from tests.whole.published_events import PublishedMatch

pytestmark = pytest.mark.usefixtures("web_installed")


def arm(demo: Demo, customer: str, name: str, **more: Any) -> None:
    """Let each change of the customer have this fault upstream from now on."""
    order = {"fault": name, "times": 1000, "customer": customer, **more}
    httpx.post(f"{demo.facts['upstream']}/simulator/faults", json=order).raise_for_status()


def applied(demo: Demo, customer: str) -> int:
    """How many changes of the customer have had an effect upstream."""
    url = f"{demo.facts['upstream']}/simulator/journal"
    entries = httpx.get(url, params={"customer": customer}).json()["entries"]
    return sum(entry["outcome"] == "applied" for entry in entries)


def second_page(first: Browser, demo: Demo, customer: str) -> Browser:
    """Another window of the same browser."""
    assert first.page.context.browser is not None
    other = Browser(first.page.context.browser.new_page())
    other.page.set_default_timeout(PATIENCE_MS)
    offer(other.page, demo, customer)
    other.open(demo.site.url)
    return other


def open_details(page: Browser, customer: str) -> None:
    """Be a customer, with the details open."""
    page.be(customer)
    page.press("club-details")


def hold_change(route: Route, held: list[Route]) -> None:
    """Keep the first change on its way."""
    if "idempotencyKey" in (route.request.post_data or "") and not held:
        held.append(route)
    else:
        route.continue_()


def answer_nothing_of_the_club(route: Route) -> None:
    """Let nothing but what can be bet on, and a bet, be answered."""
    body = route.request.post_data or ""
    if EVENTS in body or PLACING in body:
        route.continue_()


def test_two_pages_that_choose_at_once_agree_in_the_end(
    demo: Demo, launched: LaunchedBrowser, member: str
) -> None:
    """One choice wins, once; the other page says why its own did not, and shows the winner."""
    customer, before = member, applied(demo, member)
    with visit(launched) as one:
        offer(one.page, demo, customer)
        one.open(demo.site.url)
        two = second_page(one, demo, customer)
        for page in (one, two):
            open_details(page, customer)
        arm(demo, customer, "slow", late_seconds=1)
        held: list[Route] = []
        one.page.route("**/graphql", lambda route: hold_change(route, held))
        one.press("choose-northbet:cash-2:1")
        one.says("Sending…")
        eventually(lambda: one.page.wait_for_timeout(20) or held, "the first page has sent its choice")
        two.press("choose-northbet:bb-25:1")
        two.says("Sending…")
        held[0].continue_()
        for page in (one, two):
            expect(page.page.get_by_test_id("errors")).not_to_contain_text("Sending", timeout=PATIENCE_MS)
            expect(page.page.get_by_test_id("errors")).to_contain_text(".", timeout=PATIENCE_MS)
        titles = {"northbet:cash-2:1": "£2 cash", "northbet:bb-25:1": "25% bet boost"}
        eventually(lambda: not demo.site.club(customer)["choice"]["pending"], "no choice is pending")
        won = demo.site.club(customer)["choice"]["option"]["id"]
        for page in (one, two):
            page.shows("choice-title", titles[won])
        assert applied(demo, customer) == before + 1
        assert one.faults + two.faults == []


def test_a_page_that_was_closed_during_a_change_is_opened_again(
    demo: Demo, launched: LaunchedBrowser, newcomer: str
) -> None:
    """The change continues without it, once, and the next page shows it."""
    customer, before = newcomer, applied(demo, newcomer)
    with visit(launched) as one:
        offer(one.page, demo, customer)
        one.open(demo.site.url)
        open_details(one, customer)
        arm(demo, customer, "slow", late_seconds=3)
        one.press("opt-in")
        expect(one.page.get_by_test_id("errors").get_by_role("status")).to_contain_text("Sending…")
        eventually(lambda: demo.site.club(customer)["membership"]["pending"], "the request has arrived")
        two = second_page(one, demo, customer)
        one.page.close()
        open_details(two, customer)
        two.is_in_state("TRACKING")
        assert applied(demo, customer) == before + 1
        assert two.faults == []


def test_an_answer_that_came_to_no_page_is_told_after_a_reload(
    demo: Demo, launched: LaunchedBrowser, newcomer: str
) -> None:
    """The upstream did what was asked, and the page was gone: the next sends it again, and tells."""
    customer, before = newcomer, applied(demo, newcomer)
    keys: set[str] = set()

    def note(request: Request) -> None:
        body = request.post_data or ""
        if "idempotencyKey" in body:
            keys.add(json.loads(body)["variables"]["input"]["idempotencyKey"])

    with visit(launched) as one:
        one.page.on("request", note)
        offer(one.page, demo, customer)
        one.open(demo.site.url)
        open_details(one, customer)
        arm(demo, customer, "timeout_after")
        one.press("opt-in")
        outcome = one.page.get_by_test_id("errors").get_by_role("status")
        expect(outcome).to_contain_text("Sending…")
        eventually(lambda: applied(demo, customer) > before, "the upstream has done it")
        one.page.reload()
        one.is_in_state("TRACKING")
        expect(outcome).to_contain_text("You\u2019ve joined the club.", timeout=PATIENCE_MS)
    assert (applied(demo, customer), len(keys)) == (before + 1, 1)


def test_a_bet_does_not_wait_for_the_club(
    demo: Demo, launched: LaunchedBrowser, tomorrow: PublishedMatch, achiever: str
) -> None:
    """The gateway says nothing of the club and the clock stands still, so that no time limit ends.

    The bet is placed.
    """
    with visit(launched) as one:
        one.page.clock.install()
        offer(one.page, demo, achiever)
        one.page.route_web_socket("**/graphql", lambda socket: socket.close())
        one.page.route("**/graphql", answer_nothing_of_the_club)
        one.open(f"{demo.site.url}/?lang=en-GB")
        one.be(achiever)
        one.page.get_by_test_id("event-search").fill(tomorrow.home)
        price(one, tomorrow.home, "Home", "6/4").click(timeout=PATIENCE_MS)
        expect(one.page.get_by_test_id("place-bet")).to_have_attribute(
            "aria-disabled", "false", timeout=PATIENCE_MS
        )
        one.page.clock.pause_at(one.page.evaluate("Date.now() + 1000"))
        one.press("place-bet")
        one.shows("receipt-state", "Bet placed")
        expect(one.page.get_by_test_id("tracker")).to_be_hidden()
        one.page.unroute_all(behavior="ignoreErrors")
