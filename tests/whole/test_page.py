"""The page and GraphiQL in a real browser, against the demo."""

import pytest
from bet_slip_page import browser
from local_chromium import LocalChromium
from playwright.sync_api import expect
from running_furlong import Demo, eventually

pytestmark = [pytest.mark.chromium, pytest.mark.web]


def test_a_customer_bets_joins_chooses_and_leaves(demo: Demo, chromium: LocalChromium) -> None:
    """On the bet-slip, a placed bet moves the tracker, and joining, choosing and leaving work and show."""
    with browser(chromium) as slip:
        slip.open(demo.site.url)
        slip.be("c-1002")
        slip.is_in_state("NOT_OPTED_IN")
        slip.shows("tracker-staked", "£0.00")
        slip.shows("preview", "£5.00")
        slip.press("place-bet")
        slip.shows("tracker-staked", "£5.00")
        slip.press("opt-in")
        slip.is_in_state("TRACKING")
        slip.press("choose-northbet:fb-2x3:1")
        slip.shows("choice-title", "Two £3 free bets")
        slip.press("opt-out")
        slip.is_in_state("NOT_OPTED_IN")
        assert slip.faults == []
    assert demo.site.club("c-1002")["choice"]["option"]["id"] == "northbet:fb-2x3:1"


def test_graphiql_answers_the_bet_slip_query_from_local_files(demo: Demo, chromium: LocalChromium) -> None:
    """`GET /graphql` in a browser shows GraphiQL from our own files, and its first query works."""
    with browser(chromium, width=1280) as explorer:
        requested: list[str] = []
        explorer.page.on("request", lambda request: requested.append(request.url))
        explorer.open(f"{demo.site.url}/graphql")
        answer = explorer.page.get_by_label("Result Window").locator(".view-lines")

        def answered() -> bool:
            # The button is there before the editors are: a person presses it again, and so does the test.
            explorer.page.get_by_role("button", name="Execute query").click()
            explorer.page.wait_for_timeout(500)
            return '"club"' in (answer.inner_text() if answer.count() else "")

        eventually(answered, "GraphiQL shows the bet-slip")
        explorer.page.get_by_role("button", name="Plan and timing").click()
        for told in ("Query plan", "fetch club", "from the cache of plans"):
            expect(explorer.page.get_by_text(told).first).to_be_visible()
        foreign = [url for url in requested if not url.startswith((demo.site.url, "data:", "blob:"))]
        assert foreign == []
        assert explorer.faults == []
