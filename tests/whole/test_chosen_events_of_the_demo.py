"""Rules of one week count one festival alone: chosen by name in Chromium, approved, and held by the club."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import visit
from tests.support.events import told
from tests.support.processes.running_furlong import BRAND, Demo, eventually, running_demo
from tests.support.product.rehearsed_week import MONDAY, NEXT_WEEK, RehearsedWeek
from tests.whole.test_board_of_the_demo import signed_in

pytestmark = [pytest.mark.usefixtures("processes", "web_installed")]

FESTIVAL: Final = "Cheltenham Festival"
IN_WORDS: Final = f"Only bets on {FESTIVAL} (horse racing) count."
ALL_COUNT: Final = "Bets on all events count"
CUSTOMER: Final = "c-1001"
WEEK_STARTS: Final = "2026-04-12T23:00:00Z"
"""The next week of the rehearsal, in London."""

PREVIEW: Final = (
    """query Preview($input: BetslipInput!) { betslipPreview(input: $input) { counts reason } }"""
)
EVENTS: Final = """query Events($brand: ID!, $search: String!) {
  events(brand: $brand, search: $search, first: 50) { nodes { name markets { selections { id } } } } }"""


def tell_a_race(demo: Demo) -> None:
    """Let a provider tell of a race of next week, and wait until the graph has it."""
    start = datetime.fromisoformat(MONDAY).astimezone(UTC) + timedelta(days=10)
    race = told.fixture(
        *("races", "gold-cup"),
        sport="horse-racing",
        competition=FESTIVAL,
        name="Gold Cup",
        competitors=[],
        starts_at=told.instant(start),
    )
    for record in (race, told.market("races", "win", "gold-cup", 2500, 3000, kind="WIN")):
        assert record.key
        assert record.value
        demo.site.produce(record.value, key=record.key.decode(), topic=record.topic)
    eventually(lambda: selections(demo, "Gold Cup"), "the race is in the graph with its prices")


def selections(demo: Demo, search: str) -> list[str]:
    """Return a selection of each event that a search finds, if it has any."""
    found = demo.site.ask(EVENTS, {"brand": BRAND, "search": search})["data"]["events"]["nodes"]
    markets = [market for event in found for market in event["markets"][:1]]
    return [market["selections"][0]["id"] for market in markets if market["selections"]]


def propose_the_festival(editor: Page) -> None:
    """Choose the festival by its name, say so in the terms, and propose that."""
    editor.get_by_role("menuitem", name="Scheme rules", exact=True).click()
    editor.get_by_role("link", name="New version", exact=True).click()
    counting = editor.get_by_role("region", name="What counts", exact=True)
    counting.get_by_label("Only bets on chosen sports, competitions or events").check()
    expect(counting).to_contain_text("no bet would count: choose a sport, a competition or an event")
    expect(editor.get_by_role("button", name="Propose it")).to_be_disabled()
    counting.get_by_role("combobox").fill("cheltenham")
    editor.get_by_role("option", name=f"{FESTIVAL} (horse racing)", exact=True).click()
    expect(counting).to_contain_text(IN_WORDS)
    expect(editor.get_by_text(f"does not name {FESTIVAL}")).to_be_visible()
    editor.get_by_label("Version of the terms").fill("festival")
    editor.get_by_label("Summary of the terms").fill(f"Stake £25 on the {FESTIVAL} in a week. 18+.")
    expect(editor.get_by_text(f"does not name {FESTIVAL}")).to_have_count(0)
    editor.get_by_role("button", name="Propose it").click()
    dialog = editor.get_by_role("dialog")
    expect(dialog).to_contain_text(IN_WORDS)
    dialog.get_by_label("Reason").fill("It is the festival's week")
    dialog.get_by_role("button", name="Propose", exact=True).click()
    expect(editor.get_by_text("another person has to approve it")).to_be_visible()


def approve_the_festival(approver: Page) -> None:
    """Read what counts before and after, by name, and approve it."""
    approver.get_by_role("menuitem", name="Approvals", exact=True).click()
    approver.get_by_role("cell", name="Rules for GB in GBP, version 2").first.click()
    changes = approver.get_by_role("table", name="What changes").get_by_role("row", name="Events")
    expect(changes).to_contain_text(ALL_COUNT)
    expect(changes).to_contain_text(IN_WORDS)
    approver.get_by_role("button", name="Approve", exact=True).click()
    approver.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(approver.get_by_role("heading", name="Next steps")).to_be_visible()


def preview(demo: Demo, *legs: str) -> tuple[bool, str]:
    """Return whether a bet on selections would count, and why."""
    slip = {"stakeMinor": 500, "currency": "GBP", "oddsMilli": 2500, "betType": "SINGLE"}
    named: dict[str, Any] = {"legs": [{"selectionId": leg, "oddsMilli": 2500} for leg in legs]}
    values = {"input": {"brand": BRAND, "product": "BETTING", **slip, **named}}
    answer = demo.site.ask(PREVIEW, values, customer=CUSTOMER)["data"]["betslipPreview"]
    return answer["counts"], answer["reason"]


def why_not(support: Page, bet: str) -> None:
    """Expect that support reads why a bet did not count: what counts, and what the bet was on, by name."""
    support.get_by_role("menuitem", name="Customers", exact=True).click()
    expect(
        support.get_by_role("heading", name="Customers", exact=True)
    ).to_be_visible()  # as home has a search
    support.get_by_label("Customer id, or its beginning").fill(CUSTOMER)
    support.get_by_role("button", name="Find").click()
    expect(support.get_by_role("heading", name=CUSTOMER, exact=True)).to_be_visible()
    why = support.get_by_role("button", name=f"Why: bet {bet}", exact=True)

    def is_there() -> bool:
        support.reload()
        expect(support.get_by_role("region", name="Timeline").locator("tbody tr").first).to_be_visible()
        return why.count() == 1

    eventually(is_there, "the bet is on the customer's timeline")
    why.click()
    dialog = support.get_by_role("dialog", name="Why this bet")
    expect(dialog).to_contain_text(f"Your bet didn't count. {IN_WORDS} This bet was on ")
    expect(dialog).to_contain_text("Manchester United")
    on = dialog.get_by_role("row").filter(has=support.get_by_role("rowheader", name="On", exact=True))
    expect(on).to_contain_text("football")


@pytest.mark.slow("two people's browsers over a demo that goes through a week")
def test_an_editor_chooses_what_counts_and_the_club_holds_to_it(tmp_path: Path, launched: Browser) -> None:
    """Nobody sees an id; the open week keeps its rules, and in the next one only the festival counts."""
    with running_demo(tmp_path, "--at", MONDAY) as demo:
        tell_a_race(demo)
        editor, approver = (signed_in(demo, launched, role) for role in ("editor", "approver"))
        propose_the_festival(editor)
        approve_the_festival(approver)
        versions = editor.get_by_role("table", name="Versions")

        def is_published() -> bool:
            editor.reload()
            expect(versions).to_be_visible(timeout=PATIENCE_MS)
            return versions.get_by_role("row", name=FESTIVAL).count() == 1

        eventually(is_published, "the version has come back by Kafka")
        expect(versions.get_by_role("row", name=FESTIVAL)).to_contain_text("comes")
        for page in (editor, approver):
            page.context.close()
        match, race = selections(demo, "Manchester United")[0], selections(demo, "Gold Cup")[0]
        assert preview(demo, match) == (True, "COUNTED")
        week = RehearsedWeek(demo.site, demo.programs, CUSTOMER)
        week.go_to("week-end")
        eventually(lambda: week.club(NEXT_WEEK)["week"]["state"] == "OPEN", "the next week is open")
        eventually(lambda: preview(demo, race) == (True, "COUNTED"), "a bet on the festival counts")
        for legs in ((), (match,), (match, race)):
            assert preview(demo, *legs) == (False, "EXCLUDED_EVENT")
        named = [{"selection_id": match.removeprefix(f"{BRAND}:"), "odds_milli": 2500}]
        bet = demo.site.bet(
            CUSTOMER, "on-a-match", placed_at=WEEK_STARTS, occurred_at=WEEK_STARTS, legs=named
        )
        demo.site.produce(bet, key=f"{BRAND}:{CUSTOMER}")
        support = signed_in(demo, launched, "support")
        why_not(support, "on-a-match")
        support.context.close()
        with visit(launched, width=420) as visitor:
            visitor.open(f"{demo.site.url}/?lang=en-GB")
            visitor.be(CUSTOMER)
            visitor.press("club-details")
            visitor.shows("counted-events", f"Only bets on {FESTIVAL} (Horse Racing) count.")
