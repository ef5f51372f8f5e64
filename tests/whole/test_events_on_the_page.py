"""Sports events on the demo's page, in a real browser: listed, found and narrowed."""

import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Locator, expect

from tests.support.browsers.bet_slip_page import PATIENCE_MS, Browser, visit
from tests.support.browsers.screen_gallery import faults_of_access
from tests.support.events.published import PublishedMatch
from tests.support.processes.running_furlong import Demo

pytestmark = pytest.mark.usefixtures("web_installed")


def event(page: Browser, name: str) -> Locator:
    """The events of the list whose names have a text."""
    return page.page.get_by_test_id("event").filter(has_text=name)


@pytest.fixture(scope="module")
def match(demo: Demo) -> PublishedMatch:
    """A match that is on, at odds that nothing but a test moves."""
    told = PublishedMatch(demo, "Aldmere Rovers", "Wickford Town")
    told.tell()
    told.offer(2500, 3000, 4000)
    return told


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
