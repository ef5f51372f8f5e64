"""A support day: find a customer, explain a bet, correct a week, give goodwill, export and erase data."""

import json
import re
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import expect

from tests.support.office.office_client import OfficeClient, Staff
from tests.support.office.stack import BEN, DAN, DEPUTY, Office
from tests.support.processes.running_furlong import BRAND, eventually
from tests.whole.days.risk import show

HOSTILE: Final = '<img src="x" onerror="document.title = 1">'


def find(office_client: OfficeClient, customer: str) -> None:
    """Find a customer by the beginning of the id, and open the page with the timeline."""
    office_client.open("Customers")
    office_client.choose("Brand", "Northbet")
    office_client.page.get_by_label("Customer id, or its beginning").fill(customer[:4])
    office_client.page.get_by_role("button", name="Find").click()
    found = office_client.page.get_by_role("list", name="Found customers").get_by_text(customer, exact=True)
    expect(found).to_be_visible()
    office_client.look()
    found.click()
    expect(
        office_client.page.get_by_role("region", name="Timeline").locator("tbody tr").first
    ).to_be_visible()


def explain_a_bet(office: Office, office_client: OfficeClient) -> None:
    """Answer why a bet does not count, in a sentence that can be read aloud."""
    small = office.site.bet(BEN, "small", stake_minor=50, counting_stake_minor=50)
    office.site.produce(office.site.bet(BEN, "usual"), small, key=f"{BRAND}:{BEN}")
    eventually(lambda: office.site.staked(BEN) == 500, "the bet counts")
    find(office_client, BEN)
    office_client.look()
    office_client.page.get_by_role("button", name="Why: bet small").click()
    expect(office_client.page.get_by_role("heading", name="Why this bet")).to_be_visible()
    expect(office_client.page.get_by_role("table", name="Facts")).to_contain_text("£0.50")
    office_client.look()
    office_client.page.get_by_role("button", name="Close").click()


def search_by_keyboard(office_client: OfficeClient) -> None:
    """Ctrl-K finds what support may see, and a bet's whole reference leads to its customer at once."""
    page = office_client.page
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
    office_client.look()
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
    office_client.look()


def read_a_decision(office_client: OfficeClient, title: str) -> None:
    """The bell counts what was decided about one's proposals until one has looked, in any browser."""
    bell = office_client.page.get_by_role(
        "button", name=re.compile(r"^Decisions about my proposals: \d+ new$")
    )
    bell.press("Enter")
    decisions = office_client.page.get_by_role("dialog", name="Decisions about my proposals")
    entry = decisions.get_by_role("listitem").filter(has_text=title)
    expect(entry).to_contain_text("Approved")
    office_client.look()
    office_client.page.keyboard.press("Escape")
    expect(decisions).to_have_count(0)
    expect(
        office_client.page.get_by_role("button", name="Decisions about my proposals", exact=True)
    ).to_be_visible()


def adjust_a_week(office: Office, office_client: OfficeClient, staff: Staff) -> None:
    """Propose an adjustment with a reason that is shown as text; risk approves it, and it counts."""
    office_client.page.get_by_role("button", name="Adjust a week").click()
    office_client.page.get_by_label("Amount").fill("7.00")
    office_client.page.get_by_label("Reason").fill(HOSTILE)
    expect(office_client.page.get_by_text("This adds £7.00 to the week")).to_be_visible()
    office_client.look()
    office_client.submit("Propose £7.00")
    expect(office_client.page.get_by_text("Submitted for approval")).to_be_visible()
    waiting = office_client.page.get_by_role("note").filter(has_text="pending approval")
    expect(waiting).to_contain_text(f"£7.00 for {BEN} in the week")  # so that nobody proposes it again
    risk = staff.client("risk")
    risk.open("Home")
    waits = risk.page.get_by_role("region", name="Needs your attention")
    expect(waits).to_contain_text(f"£7.00 for {BEN} in the week")
    risk.approve(f"£7.00 for {BEN} in the week")
    eventually(lambda: office.site.staked(BEN) == 1200, "the adjustment counts")
    office_client.page.reload()
    expect(office_client.page.get_by_text("£12.00", exact=False).first).to_be_visible()
    read_a_decision(office_client, f"£7.00 for {BEN} in the week")


def export(office_client: OfficeClient, folder: Path) -> Any:
    """Export a customer's data, and return the document that the browser stores."""
    office_client.confirm("Export data", "asked for it")
    with office_client.page.expect_download() as saving:
        office_client.page.get_by_role("button", name="Fetch the export").click()
    saving.value.save_as(folder / "export.json")
    return json.loads((folder / "export.json").read_text(encoding="utf-8"))


def erase(office: Office, office_client: OfficeClient, staff: Staff) -> None:
    """Erase a customer with a colleague's approval, but not while a legal hold is on."""
    page = office_client.page
    office_client.pick(f"customer {BEN}", "Place legal hold")
    page.get_by_role("dialog").get_by_label("Reason").fill(HOSTILE)
    office_client.submit("Place legal hold")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    office_client.pick(f"customer {BEN}", "Erase")
    page.get_by_role("dialog").get_by_label("Reason").fill("asked for it")
    office_client.look()
    page.get_by_role("dialog").get_by_role("button", name="Erase").click()
    expect(page.get_by_text("is under a legal hold since")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    office_client.confirm("Remove legal hold", "the claim was withdrawn")
    office_client.pick(f"customer {BEN}", "Erase")
    page.get_by_role("dialog").get_by_label("Reason").fill("asked for it")
    office_client.submit("Erase")
    staff.client(DEPUTY).approve(f"Erase the data of {BEN}")
    eventually(lambda: office.site.club(BEN)["progress"] is None, "the bets are erased")


def give_goodwill(office: Office, office_client: OfficeClient, staff: Staff) -> None:
    """Give a reward within risk's budget, with risk's approval: a provider credits it once."""
    risk = staff.client("risk")
    set_goodwill_budget(risk)
    staff.client(DEPUTY).approve("Goodwill budget of £500.00")
    before = office.credits()
    find(office_client, DAN)
    office_client.page.get_by_role("button", name="Give goodwill").click()
    office_client.choose("Reward", "£2 cash")
    office_client.choose("Cause", "the site or the club")
    office_client.page.get_by_label("Explanation").fill("the page was down")
    office_client.look()
    office_client.submit("Propose £2.00")
    staff.client(DEPUTY).approve("Goodwill: cash of £2.00", "The goodwill budget")
    eventually(lambda: sum(office.credits().values()) == sum(before.values()) + 1, "a provider credits it")
    office_client.page.reload()
    expect(
        office_client.page.get_by_role("region", name="Timeline").get_by_text("credited").first
    ).to_be_visible()
    show(risk, "Risk overview", "Goodwill credits")
    risk.page.get_by_role("button", name="Refresh").click()
    expect(risk.page.get_by_role("table", name="Goodwill budgets").get_by_text("£2.00").first).to_be_visible()
    risk.look()


def set_goodwill_budget(risk: OfficeClient) -> None:
    """Propose a budget of goodwill for every week."""
    show(risk, "Risk overview", "Goodwill budgets")
    risk.page.get_by_role("button", name="Set a goodwill budget").click()
    dialog = risk.page.get_by_role("dialog")
    risk.choose("Currency", "GBP")
    dialog.get_by_label("Budget").fill("500.00")
    dialog.get_by_label("Limit per customer").fill("20")
    dialog.get_by_label("Reason").fill("for the summer")
    risk.look()
    risk.submit("Set £500.00")
    expect(risk.page.get_by_text("Submitted for approval").first).to_be_visible()
