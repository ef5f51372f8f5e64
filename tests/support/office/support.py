"""A support day: find a customer, explain a bet, correct a week, give goodwill, export and erase data."""

import json
import re
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import expect

from tests.support.office.office_client import OfficeClient, Staff
from tests.support.office.risk import show
from tests.support.office.stack import BEN, DAN, DEPUTY, Office
from tests.support.processes.running_furlong import BRAND, eventually

HOSTILE: Final = '<img src="x" onerror="document.title = 1">'


def find(desk: OfficeClient, customer: str) -> None:
    """Find a customer by the beginning of the id, and open the page with the timeline."""
    desk.open("Customers")
    desk.choose("Brand", "Northbet")
    desk.page.get_by_label("Customer id, or its beginning").fill(customer[:4])
    desk.page.get_by_role("button", name="Find").click()
    found = desk.page.get_by_role("list", name="Found customers").get_by_text(customer, exact=True)
    expect(found).to_be_visible()
    desk.look()
    found.click()
    expect(desk.page.get_by_role("region", name="Timeline").locator("tbody tr").first).to_be_visible()


def explain_a_bet(office: Office, desk: OfficeClient) -> None:
    """Answer why a bet does not count, in a sentence that can be read aloud."""
    small = office.site.bet(BEN, "small", stake_minor=50, counting_stake_minor=50)
    office.site.produce(office.site.bet(BEN, "usual"), small, key=f"{BRAND}:{BEN}")
    eventually(lambda: office.site.staked(BEN) == 500, "the bet counts")
    find(desk, BEN)
    desk.look()
    desk.page.get_by_role("button", name="Why: bet small").click()
    expect(desk.page.get_by_role("heading", name="Why this bet did not count")).to_be_visible()
    expect(desk.page.get_by_role("table", name="Facts")).to_contain_text("£0.50")
    desk.look()
    desk.page.get_by_role("button", name="Close").click()


def search_by_keyboard(desk: OfficeClient) -> None:
    """Ctrl-K finds what support may see, and a bet's whole reference leads to its customer at once."""
    page = desk.page
    field, status = (
        page.get_by_role("combobox", name="What to find"),
        page.get_by_role("dialog").get_by_role("status"),
    )
    button = page.get_by_role("button", name="Search Ctrl K")
    button.press("Enter")
    expect(field).to_be_focused()
    field.fill("kill switches")
    expect(status).to_have_text("Nothing was found")
    field.fill(BEN[:4])
    expect(page.get_by_role("option", name=BEN)).to_be_visible()
    desk.look()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("c-")
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    field.fill("usual")
    page.keyboard.press("Enter")  # before the graph has answered
    expect(page.get_by_text("This customer placed the bet usual.")).to_be_visible()
    expect(field).to_have_count(0)
    desk.look()


def read_a_decision(desk: OfficeClient, title: str) -> None:
    """The bell counts what was decided about one's proposals until one has looked, in any browser."""
    bell = desk.page.get_by_role("button", name=re.compile(r"^Decisions about my proposals: \d+ new$"))
    bell.press("Enter")
    decisions = desk.page.get_by_role("dialog", name="Decisions about my proposals")
    entry = decisions.get_by_role("listitem").filter(has_text=title)
    expect(entry).to_contain_text("Approved")
    desk.look()
    desk.page.keyboard.press("Escape")
    expect(decisions).to_have_count(0)
    expect(desk.page.get_by_role("button", name="Decisions about my proposals", exact=True)).to_be_visible()


def adjust_a_week(office: Office, desk: OfficeClient, staff: Staff) -> None:
    """Propose an adjustment with a reason that is shown as text; risk approves it, and it counts."""
    desk.page.get_by_role("button", name="Adjust a week").click()
    desk.page.get_by_label("Amount").fill("7.00")
    desk.page.get_by_label("Reason").fill(HOSTILE)
    expect(desk.page.get_by_text("This adds £7.00 to week")).to_be_visible()
    desk.look()
    desk.submit("Propose £7.00")
    expect(desk.page.get_by_text("another person finds it among the approvals")).to_be_visible()
    staff.desk("risk").approve(f"£7.00 for {BEN} in week")
    eventually(lambda: office.site.staked(BEN) == 1200, "the adjustment counts")
    desk.page.reload()
    expect(desk.page.get_by_text("£12.00", exact=False).first).to_be_visible()
    read_a_decision(desk, f"£7.00 for {BEN} in week")


def export(desk: OfficeClient, folder: Path) -> Any:
    """Export a customer's data, and return the document that the browser stores."""
    desk.confirm("Export data", "asked for it")
    with desk.page.expect_download() as saving:
        desk.page.get_by_role("button", name="Fetch the export").click()
    saving.value.save_as(folder / "export.json")
    return json.loads((folder / "export.json").read_text(encoding="utf-8"))


def erase(office: Office, desk: OfficeClient, staff: Staff) -> None:
    """Erase a customer with a colleague's approval, but not while a legal hold is on."""
    page = desk.page
    desk.pick(f"customer {BEN}", "Put a legal hold on")
    page.get_by_role("dialog").get_by_label("Reason").fill(HOSTILE)
    desk.submit("Put a legal hold on")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    desk.pick(f"customer {BEN}", "Erase")
    page.get_by_role("dialog").get_by_label("Reason").fill("asked for it")
    desk.look()
    page.get_by_role("dialog").get_by_role("button", name="Erase").click()
    expect(page.get_by_text("is under a legal hold since")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    desk.confirm("Lift the hold", "the claim was withdrawn")
    desk.pick(f"customer {BEN}", "Erase")
    page.get_by_role("dialog").get_by_label("Reason").fill("asked for it")
    desk.submit("Erase")
    staff.desk(DEPUTY).approve(f"Erase the data of {BEN}")
    eventually(lambda: office.site.club(BEN)["progress"] is None, "the bets are erased")


def give_goodwill(office: Office, desk: OfficeClient, staff: Staff) -> None:
    """Give a reward within risk's budget, with risk's approval: a provider credits it once."""
    risk = staff.desk("risk")
    set_goodwill_budget(risk)
    staff.desk(DEPUTY).approve("Goodwill budget of £500.00")
    before = office.credits()
    find(desk, DAN)
    desk.page.get_by_role("button", name="Give goodwill").click()
    desk.choose("Reward", "cash-2")
    desk.choose("Cause", "did not work")
    desk.page.get_by_label("Explanation").fill("the page was down")
    desk.look()
    desk.submit("Propose")
    staff.desk(DEPUTY).approve("Goodwill: cash of £2.00", "The goodwill budget")
    eventually(lambda: sum(office.credits().values()) == sum(before.values()) + 1, "a provider credits it")
    desk.page.reload()
    expect(desk.page.get_by_role("region", name="Timeline").get_by_text("credited").first).to_be_visible()
    show(risk, "Risk overview", "Goodwill credits")
    risk.page.get_by_role("button", name="Refresh").click()
    expect(risk.page.get_by_role("table", name="Goodwill budgets").get_by_text("£2.00").first).to_be_visible()
    risk.look()


def set_goodwill_budget(risk: OfficeClient) -> None:
    """Propose a budget of goodwill for every week."""
    show(risk, "Risk overview", "Goodwill budgets")
    risk.page.get_by_role("button", name="Set a goodwill budget").click()
    dialog = risk.page.get_by_role("dialog")
    dialog.get_by_label("Currency").fill("GBP")
    dialog.get_by_label("Budget").fill("500.00")
    dialog.get_by_label("At most to one customer").fill("20")
    dialog.get_by_label("Reason").fill("for the summer")
    risk.look()
    risk.submit("Set £500.00")
    expect(risk.page.get_by_text("another person has to approve it").first).to_be_visible()
