"""The page and GraphiQL in a real browser, against the demo."""

import re
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.http.served import served
from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import Browser, visit
from tests.support.browsers.screen_gallery import faults_of_access
from tests.support.consumers.sample_messages import account
from tests.support.processes.running_furlong import BRAND, Demo, eventually
from tests.support.product.newcomers import Newcomers, offer
from tests.whole.events_of_the_page import price
from tests.whole.fresh_vite_app import fresh_vite_app
from tests.whole.page_journal import PageJournal
from tests.whole.published_events import PublishedMatch

pytestmark = pytest.mark.usefixtures("web_installed")

POLL_MS = 2_000
"""The interval at which the widget polls without live updates."""


def test_a_customer_bets_joins_chooses_and_leaves(
    demo: Demo, launched: LaunchedBrowser, tomorrow: PublishedMatch, newcomer: str
) -> None:
    """On the bet-slip, a placed bet moves the tracker, and joining, choosing and leaving work and show."""
    with visit(launched) as slip:
        offer(slip.page, demo, newcomer)
        slip.open(f"{demo.site.url}/?lang=en-GB")
        slip.is_in_state("NOT_OPTED_IN")
        slip.shows("tracker-staked", "£0.00")
        slip.page.get_by_test_id("event-search").fill(tomorrow.home)
        price(slip, tomorrow.home, "Home", "6/4").click(timeout=PATIENCE_MS)
        slip.shows("picked", "Home")
        slip.shows("preview", "£5.00")
        slip.press("place-bet")
        slip.shows("receipt-state", "Bet placed")
        slip.shows("tracker-staked", "£5.00")
        told = slip.page.get_by_test_id("slip-said")
        expect(told).to_have_text(re.compile(r"^Bet placed: .* Reference \S{6}…\S{6}\.$"))
        expect(slip.page.get_by_test_id("stake")).to_have_count(0)  # there is nothing to bet on
        slip.press("join")
        joining = slip.page.locator(".club-joining")
        expect(joining).to_be_focused()
        terms, bar = joining.bounding_box(), slip.page.locator(".place-bar").bounding_box()
        assert terms
        assert bar
        assert terms["y"] + terms["height"] <= bar["y"]  # in view, above the bar
        slip.press("opt-in")
        slip.is_in_state("TRACKING")
        slip.press("choose-northbet:fb-2x3:1")
        slip.shows("choice-title", "Two £3 free bets")
        slip.press("opt-out")
        slip.press("opt-out-confirm")
        slip.is_in_state("NOT_OPTED_IN")
        assert slip.faults == []
    assert demo.site.club(newcomer)["choice"]["option"]["id"] == "northbet:fb-2x3:1"


def test_the_lines_of_a_brands_site_work_in_a_page_of_ones_own(demo: Demo, launched: LaunchedBrowser) -> None:
    """Copied into a page at another port of this machine: the demo allows it, and gives it sessions."""
    brand = next(site["site"] for site in demo.facts["brands"] if site["brand"] == BRAND)

    async def own_page(_request: Request) -> HTMLResponse:
        return HTMLResponse(f"<!doctype html><title>Mine</title><h1>Mine</h1>{lines}")

    with visit(launched) as visitor, served(Starlette(routes=[Route("/", own_page)])) as url:
        visitor.page.goto(f"{brand}/?customer=c-1001")
        lines = visitor.page.locator("pre code").inner_text()
        asked: list[str] = []
        visitor.page.on("websocket", lambda socket: asked.append(socket.url))
        visitor.open(url.replace("127.0.0.1", "localhost"))
        visitor.is_in_state(demo.site.club("c-1001")["state"])
        assert [fault for fault in visitor.faults if "favicon" not in fault] == []
        if "live" in demo.facts:
            eventually(lambda: visitor.page.evaluate("1") and asked, "the page gets updates")


@pytest.mark.parametrize("opening", ["connected", "streamed"])
def test_a_bet_on_kafka_moves_the_tracker_without_polling(
    demo: Demo, launched: LaunchedBrowser, newcomer: str, opening: str
) -> None:
    """The open page sends nothing: the bet comes over the stream, and the tracker shows it.

    Where the network blocks WebSockets, server-sent events take their place.
    """
    with visit(launched) as slip:
        journal = PageJournal.of(slip.page)
        offer(slip.page, demo, newcomer)
        if opening == "streamed":
            slip.page.route_web_socket(re.compile(".*"), lambda socket: socket.close(code=4000))
        slip.open(demo.site.url)
        journal.until_live(2 * POLL_MS, opening)
        slip.shows("tracker-staked", "£0.00")
        journal.watch("tracker-staked")
        journal.clear()
        began = time.time()
        demo.site.produce(demo.site.bet(newcomer, f"live-{began}"), key=f"{BRAND}:{newcomer}")
        entries = journal.wait_for("showed", "£5.00")
        # The server may ping, and other news of the customer may come, but the page asks for nothing.
        assert {entry["kind"] for entry in entries} == {"message", "showed"}, entries
        assert any(entry["kind"] == "message" for entry in entries[:-1])
        print(f"{entries[-1]['at'] - began * 1000:.0f} ms from Kafka to the screen")  # noqa: T201 - the figure, with -rP
        # graphql-ws answers a ping that comes while it closes the stream of the customer before.
        assert set(slip.faults) <= {"WebSocket is already in CLOSING or CLOSED state."}


def test_an_exclusion_on_kafka_hides_the_tracker_without_polling(
    demo: Demo, launched: LaunchedBrowser, newcomers: Newcomers
) -> None:
    """Nothing of the club is left on the open page, which asks for nothing and is not reloaded."""
    brand = "lagunabet"
    customer = newcomers.one(brand)
    with visit(launched) as slip:
        journal = PageJournal.of(slip.page)
        offer(slip.page, demo, customer, brand=brand)
        slip.open(demo.site.url)
        slip.be(customer)
        slip.is_in_state("NOT_OPTED_IN")
        slip.press("club-details")
        journal.until_live(2 * POLL_MS)
        journal.watch("tracker-staked")
        journal.clear()
        excluded = account(
            brand_id=brand,
            customer_id=customer,
            revision=1000,
            jurisdiction="MT",
            currency="EUR",
            rg_state="self_excluded",
            occurred_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        demo.site.produce(excluded.value or b"", key=f"{brand}:{customer}", topic=excluded.topic)
        expect(slip.page.get_by_test_id("tracker")).to_have_count(0, timeout=PATIENCE_MS)
        expect(slip.page.locator(".club")).to_be_empty()
        kinds = {entry["kind"] for entry in journal.entries()}
        assert kinds == {"message", "showed"}
        assert set(slip.faults) <= {"WebSocket is already in CLOSING or CLOSED state."}


def fault(demo: Demo, customer: str, name: str, **more: Any) -> None:
    """Let the customer's changes have this fault upstream from now on, and no other."""
    upstream = demo.facts["upstream"]
    httpx.delete(f"{upstream}/simulator/faults").raise_for_status()
    order = {"fault": name, "times": 1000, "customer": customer, **more}
    httpx.post(f"{upstream}/simulator/faults", json=order).raise_for_status()


@pytest.fixture
def _well_again(demo: Demo) -> Iterator[None]:
    yield
    httpx.delete(f"{demo.facts['upstream']}/simulator/faults").raise_for_status()


@pytest.mark.usefixtures("_well_again")
def test_each_change_tells_what_became_of_it_upstream(
    demo: Demo, launched: LaunchedBrowser, newcomer: str, member: str
) -> None:
    """Joining, choosing, leaving: refused, slow, unanswered. Nothing is a success before it is one."""
    with visit(launched) as slip:
        offer(slip.page, demo, newcomer, member)
        slip.open(demo.site.url)
        slip.be(newcomer)
        slip.press("club-details")
        fault(demo, newcomer, "refuse")
        slip.press("opt-in")
        slip.says("This wasn\u2019t accepted. Nothing was changed.")
        fault(demo, newcomer, "slow", late_seconds=1)
        slip.press("opt-in")
        slip.says("Sending…")
        slip.says("You\u2019ve joined the club.")

        fault(demo, newcomer, "refuse")
        slip.press("choose-northbet:cash-2:1")
        slip.says("This wasn\u2019t accepted. Nothing was changed.")
        fault(demo, newcomer, "slow", late_seconds=1)
        slip.press("choose-northbet:fb-2x3:1")
        slip.says("Your reward is now Two £3 free bets.")
        fault(demo, newcomer, "timeout_before")
        slip.press("choose-northbet:bb-25:1")
        slip.says("Your choice of 25% bet boost is being confirmed.")
        slip.shows("choice-title", "Two £3 free bets")
        slip.is_disabled("opt-out", "A change is being confirmed")

        slip.be(member)
        slip.press("club-details")
        fault(demo, member, "refuse")
        slip.press("opt-out")
        slip.press("opt-out-confirm")
        slip.says("This wasn\u2019t accepted. Nothing was changed.")
        fault(demo, member, "timeout_before")
        slip.press("opt-out")
        slip.press("opt-out-confirm")
        slip.says("Your request to leave is being confirmed.")
        slip.is_in_state("TRACKING")
        slip.is_disabled("opt-out", "A change is being confirmed")
        assert slip.faults == []


def test_leaving_says_what_follows_and_can_be_declined(
    demo: Demo, launched: LaunchedBrowser, achiever: str
) -> None:
    """The first press only asks; staying changes nothing."""
    with visit(launched) as slip:
        offer(slip.page, demo, achiever)
        slip.open(demo.site.url)
        slip.press("club-details")
        slip.press("opt-out")
        question = slip.page.get_by_role("group", name="Leave the rewards club?")
        expect(question).to_contain_text("From next week your bets won\u2019t earn a reward until")
        expect(question.get_by_role("heading")).to_be_focused()
        slip.press("stay")
        expect(question).to_be_hidden()
        expect(slip.page.get_by_test_id("opt-out")).to_be_focused()
        slip.is_in_state("QUALIFIED")
    assert demo.site.club(achiever)["membership"]["optedIn"]


AMOUNTS = {
    "it": ("7,50", "Scommetti · 7,50", "7.50", "Scrivilo come 5,00."),
    "en-GB": ("7.50", "Place bet · £7.50", "7,50", "Write it like 5.00."),
}


@pytest.mark.parametrize("language", AMOUNTS)
def test_an_amount_is_read_by_the_language_of_the_page(
    demo: Demo, launched: LaunchedBrowser, language: str
) -> None:
    """What the other language means by a comma is refused in words, and no bet can be placed."""
    typed, placed, refused, words = AMOUNTS[language]
    with visit(launched) as slip:
        slip.open(f"{demo.site.url}/?lang={language}")
        slip.be("c-1004")
        slip.shows("tracker-staked", "25")
        stake = slip.page.get_by_test_id("stake")
        stake.fill(typed)
        slip.shows("place-bet", placed)
        stake.fill(refused)
        slip.shows("stake-help", words)
        expect(stake).to_have_attribute("aria-invalid", "true")
        expect(slip.page.get_by_test_id("place-bet")).to_have_attribute("aria-disabled", "true")
        stake.press("Enter")
    assert demo.site.staked("c-1004") == 2750


def run_until(explorer: Browser, text: str) -> None:
    """Run the operation of GraphiQL's tab until its answer has a text."""
    answer = explorer.page.get_by_label("Result Window").locator(".view-lines")

    def shown() -> bool:
        # The button is there before the editors are, and before they have read the tab's operation: a person
        # presses it again, and so does the test.
        execute = explorer.page.get_by_role("button", name="Execute query")
        if execute.count():
            execute.click()
        explorer.page.wait_for_timeout(500)
        return text in (answer.inner_text().replace("\xa0", " ") if answer.count() else "")

    eventually(shown, f"GraphiQL shows {text}")


def look_up_the_query_type(explorer: Browser) -> None:
    """Open GraphiQL's documentation, and in it the type of queries."""
    explorer.page.get_by_role("button", name="Show Documentation Explorer").click()
    documentation = explorer.page.get_by_label("Documentation Explorer", exact=True)
    query = documentation.get_by_role("link", name="Query", exact=True)
    expect(query).to_be_visible()
    assert "root type icon" in documentation.locator("svg title").all_text_contents()
    query.click()
    expect(documentation.get_by_role("link", name="club", exact=True)).to_be_visible()


def test_graphiql_answers_the_bet_slip_query_from_local_files(demo: Demo, launched: LaunchedBrowser) -> None:
    """`GET /graphql` shows GraphiQL from our own files.

    Plans, subscriptions, answers in parts, customers, mocked answers, a broken subgraph, history and the
    documentation, which is loaded when it is opened, work.
    """
    with visit(launched, width=1280) as explorer:
        requested: list[str] = []
        explorer.page.on("request", lambda request: requested.append(request.url))
        explorer.open(f"{demo.site.url}/graphql")
        answer = explorer.page.get_by_label("Result Window").locator(".view-lines")
        expect(answer).to_contain_text('"club"')  # the first query runs by itself

        run_until(explorer, '"club"')
        explorer.page.get_by_role("button", name="Execute query").click()
        for told in ("Query plan", "fetch club", "from the cache of plans"):
            expect(explorer.page.get_by_text(told).first).to_be_visible()
        assert faults_of_access(explorer.page) == []
        for name in ("OptIn", "ChangeReward", "PastWeeks"):
            expect(explorer.page.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
        explorer.page.get_by_label("Customer").select_option("c-1003")
        explorer.page.get_by_role("button", name="ClubUpdates", exact=True).click()
        run_until(explorer, '"clubUpdated"')
        expect(answer).to_contain_text(b64encode(b"c-1003").decode())
        explorer.page.get_by_role("button", name="Stop query").click()

        parted: list[str] = []
        explorer.page.on("response", lambda response: parted.append(response.headers.get("content-type", "")))
        explorer.page.get_by_role("button", name="ClubInParts", exact=True).click()
        run_until(explorer, '"options"')
        expect(answer).to_contain_text("Two £3 free bets")
        assert any(content_type.startswith("multipart/mixed") for content_type in parted)

        explorer.page.get_by_label("Mocked answers").check()
        run_until(explorer, "Reward Option")
        explorer.page.get_by_role("button", name="ClubUpdates", exact=True).click()
        run_until(explorer, '"id": "club-northbet-1"')
        explorer.page.get_by_role("button", name="Stop query").click()
        assert f"{demo.site.url}/demo/mocked/graphql" in requested
        assert faults_of_access(explorer.page) == []
        explorer.page.get_by_label("Mocked answers").uncheck()
        explorer.page.get_by_role("button", name="PastWeeks", exact=True).click()
        run_until(explorer, '"recentClubs"')
        expect(answer).not_to_contain_text("Reward Option")

        explorer.page.get_by_role("button", name="Betslip", exact=True).click()
        explorer.page.get_by_label("Break").select_option("rewards")
        run_until(explorer, '"service": "rewards"')
        expect(answer).not_to_contain_text('"service": "progress"')
        explorer.page.get_by_label("Break").select_option("none")
        run_until(explorer, '"club"')
        expect(answer).not_to_contain_text('"errors"')

        explorer.page.get_by_role("button", name="Show History").click()
        for name in ("Betslip", "ClubInParts", "PastWeeks"):
            expect(explorer.page.get_by_label("History", exact=True)).to_contain_text(name)
        assert not [url for url in requested if "/doc-explorer-" in url]
        look_up_the_query_type(explorer)
        foreign = [url for url in requested if not url.startswith((demo.site.url, "data:", "blob:"))]
        assert foreign == []
        # Pressed before it has read the tab, GraphiQL asks for the former one, and logs the refusal.
        assert set(explorer.faults) <= {"Array(1)"}


def test_graphiql_fits_a_telephone(demo: Demo, launched: LaunchedBrowser) -> None:
    """The answer is below the query and as wide; the demo's switches and the tabs end within the screen."""
    with visit(launched, width=360) as explorer:
        explorer.open(f"{demo.site.url}/graphql")
        answer = explorer.page.get_by_label("Result Window")
        expect(answer.locator(".view-lines")).to_contain_text('"club"')
        query = explorer.page.get_by_label("Operation Editor").or_(
            explorer.page.locator(".graphiql-query-editor")
        )
        above, below = query.first.bounding_box(), answer.bounding_box()
        assert above is not None
        assert below is not None
        assert below["y"] > above["y"] + above["height"] / 2
        assert below["width"] > 200
        expect(explorer.page.get_by_label("Customer")).to_be_in_viewport(ratio=1)


def test_the_page_for_frontends_leads_to_a_page_that_reads_joins_and_follows(
    demo: Demo, launched: LaunchedBrowser, tmp_path: Path, newcomer: str
) -> None:
    """The files and commands of docs/frontend.md make an app that queries, changes and subscribes.

    The app uses the client from its packed tarball.
    """
    with fresh_vite_app(tmp_path, demo.site.url) as url, visit(launched) as app:
        offer(app.page, demo, newcomer)
        app.open(f"{url}/#{newcomer}")
        club, outcome = app.page.locator("#club"), app.page.locator("#outcome")
        expect(club).to_have_text(re.compile(r"^NOT_OPTED_IN: \d+ %$"))
        app.page.get_by_role("button", name="Join").click()
        expect(outcome).to_have_text("Done.")
        expect(club).to_have_text(re.compile("^TRACKING: "))
        app.page.get_by_role("button", name="Join").click()
        expect(outcome).to_have_text(re.compile("^ALREADY_OPTED_IN: "))
        bet = demo.site.bet(newcomer, "frontend-1", stake_minor=20000, counting_stake_minor=20000)
        demo.site.produce(bet, key=f"{BRAND}:{newcomer}")
        expect(club).to_have_text("QUALIFIED: 100 %", timeout=PATIENCE_MS)
        assert app.faults == []
