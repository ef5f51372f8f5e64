"""An editor and an approver of the demo change what customers see of sports, in Chromium."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import visit
from tests.support.events import told
from tests.support.office.signing_in import sign_in
from tests.support.processes.running_furlong import BRAND, Demo, eventually

pytestmark = [pytest.mark.usefixtures("web_installed")]

NAME: Final = "The Race of the Day"
TOLD: Final = "Ashford v Bramley"
EVENTS: Final = 'query Events($brand: ID!) { events(brand: $brand, search: "Ashford") { nodes { name } } }'


def signed_in(demo: Demo, launched: Browser, role: str) -> Page:
    """Return the signed-in browser of the person with a role."""
    office: dict[str, Any] = demo.facts["backoffice"]
    account = next(one for one in office["accounts"] if one["role"] == role)
    page = launched.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{office['url']}?brand={BRAND}")
    sign_in(page, account)
    return page


def propose_a_name(editor: Page) -> None:
    """Find an event on the board, give it a name and a place, and propose that."""
    editor.get_by_role("menuitem", name="Board", exact=True).click()
    editor.get_by_label("Search", exact=True).last.fill(TOLD)
    editor.get_by_role("link", name=f"Edit {TOLD}", exact=True).first.click()
    editor.get_by_label("Name in British English").fill(NAME)
    editor.get_by_label("Place in the list").fill("1")
    after = editor.get_by_role("region", name="After", exact=True)
    expect(after).to_contain_text(NAME, timeout=PATIENCE_MS)
    expect(after).to_contain_text("Place 1 of")
    consequence = editor.get_by_label("Consequence")
    expect(consequence).to_contain_text(f"this event is first everywhere, as “{NAME}” in British English.")
    editor.get_by_label("Reason").fill("It is on all posters")
    editor.get_by_role("button", name="Propose", exact=True).click()
    expect(editor.get_by_text(re.compile("proposed a change on"))).to_be_visible()


@pytest.mark.slow("two people's browsers over the demo")
def test_an_editor_proposes_a_name_and_an_approver_approves_it(demo: Demo, launched: Browser) -> None:
    """The approver reads it in sentences and lists; customers have it first, under its new name."""
    start = told.instant(datetime.now(UTC) + timedelta(days=3))
    newest = int(time.time() * 1000)  # the simulator counts milliseconds for the same provider
    told_of = told.fixture("feed", "board-1", TOLD, starts_at=start, name=TOLD, revision=newest)
    assert told_of.key
    assert told_of.value
    demo.site.produce(told_of.value, key=told_of.key.decode(), topic=told_of.topic)

    def is_there() -> bool:
        events = demo.site.ask(EVENTS, {"brand": BRAND})["data"]["events"]
        return any(event["name"] == TOLD for event in events["nodes"])

    eventually(is_there, "the event is in the graph")
    editor, approver = (signed_in(demo, launched, role) for role in ("editor", "approver"))
    propose_a_name(editor)
    approver.get_by_role("menuitem", name="Approvals", exact=True).click()
    approver.get_by_role("cell", name=f"How “{TOLD}” is shown").first.click()
    expect(approver.get_by_role("heading", name="Proposed change")).to_be_visible()
    expect(approver.get_by_role("region", name="After", exact=True)).to_contain_text(NAME)
    approver.get_by_role("button", name="Approve", exact=True).click()
    approver.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(approver.get_by_role("heading", name="Next steps")).to_be_visible()
    editor.reload()
    revisions = editor.get_by_role("table", name="Revisions")
    expect(revisions).to_contain_text(f"as “{NAME}” in British English.")
    for page in (editor, approver):
        page.context.close()
    with visit(launched, width=1280) as customers:
        customers.open(f"{demo.site.url}/?lang=en-GB")
        first = customers.page.get_by_test_id("event").first
        expect(first).to_contain_text(NAME, timeout=PATIENCE_MS)
        expect(customers.page.get_by_text(TOLD)).to_have_count(0)
