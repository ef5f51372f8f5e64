"""An editor and an approver of the demo change what a brand shows of sports, in Chromium."""

import re
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsers.bet_slip_page import PATIENCE_MS
from tests.support.office.signing_in import sign_in
from tests.support.processes.running_furlong import BRAND, Demo, eventually

pytestmark = [pytest.mark.usefixtures("web_installed")]

NAME: Final = "The Race of the Day"
EVENTS: Final = """query Events($brand: ID!) { events(brand: $brand, first: 1) { nodes { id name } } }"""


def signed_in(demo: Demo, launched: Browser, role: str) -> Page:
    """Return the signed-in browser of the person with a role."""
    office: dict[str, Any] = demo.facts["backoffice"]
    account = next(one for one in office["accounts"] if one["user"] == role)
    page = launched.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{office['url']}?brand={BRAND}")
    sign_in(page, account)
    return page


def propose_a_name(editor: Page, name: str) -> None:
    """Find an event on the board, give it a name and a place, and propose that."""
    editor.get_by_role("menuitem", name="Board", exact=True).click()
    editor.get_by_label("Search", exact=True).last.fill(name)
    editor.get_by_role("link", name=f"Edit {name}", exact=True).first.click()
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
    """The approver reads it in sentences and lists, and what was approved is the entry's first revision."""

    def listed() -> list[dict[str, Any]]:
        answer = demo.site.ask(EVENTS, {"brand": BRAND})
        nodes: list[dict[str, Any]] = answer["data"]["events"]["nodes"]
        return nodes

    eventually(lambda: bool(listed()), "the demo has events")
    name = listed()[0]["name"]
    editor, approver = (signed_in(demo, launched, role) for role in ("editor", "approver"))
    propose_a_name(editor, name)
    approver.get_by_role("menuitem", name="Approvals", exact=True).click()
    approver.get_by_role("cell", name=f"How “{name}” is shown").first.click()
    expect(approver.get_by_role("heading", name="What is proposed")).to_be_visible()
    expect(approver.get_by_role("region", name="After", exact=True)).to_contain_text(NAME)
    approver.get_by_role("button", name="Approve", exact=True).click()
    approver.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(approver.get_by_role("heading", name="What remains to be done")).to_be_visible()
    editor.reload()
    revisions = editor.get_by_role("table", name="Revisions")
    expect(revisions).to_contain_text(f"as “{NAME}” in British English.")
    for page in (editor, approver):
        page.context.close()
