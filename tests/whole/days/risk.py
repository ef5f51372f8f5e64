"""A risk day: budgets, figures, and the customers behind a figure."""

import csv
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.support.office.office_client import OfficeClient, Staff
from tests.support.office.stack import DAN, DEPUTY, Office
from tests.support.processes.running_furlong import BRAND, eventually


def qualify(office: Office) -> None:
    """Let a customer opt in and reach the target."""
    joined = office.site.change("OptIn", DAN, termsVersion="2026-1")
    assert joined["errors"] == []
    bets = [office.site.bet(DAN, f"risk-{number}") for number in range(5)]
    office.site.produce(*bets, key=f"{BRAND}:{DAN}")
    eventually(lambda: office.site.club(DAN)["state"] == "QUALIFIED", "the customer has qualified")


def show(office_client: OfficeClient, screen: str, section: str) -> None:
    """Open a screen by the menu for a brand, and wait until it shows a section."""
    office_client.open(screen)
    office_client.choose("Brand", "Northbet")
    expect(office_client.page.get_by_role("heading", name=section).first).to_be_visible()
    office_client.is_read()


def read_figures(office_client: OfficeClient) -> None:
    """See liability and forecast, costs, and profit and loss."""
    show(office_client, "Risk overview", "Liability now")
    expect(
        office_client.page.get_by_text("Counted at").first
    ).to_be_visible()  # by itself, as soon as it is counted
    liability = office_client.page.get_by_role("table", name="Liability now")
    eventually(lambda: _is_shown_again(office_client, liability), "what is expected is counted")
    expect(office_client.page.get_by_text("Too little history", exact=False).first).to_be_visible()
    office_client.look()
    show(office_client, "Cost by reward", "Cost by reward in")
    office_client.look()
    show(office_client, "Profit and loss", "Profit and loss in GBP")
    expect(office_client.page.get_by_role("cell", name="not known").first).to_be_visible()
    office_client.look()


def _is_shown_again(office_client: OfficeClient, table: Locator) -> bool:
    """Press the framework's button, which reads the figures again; return whether any is expected."""
    with office_client.page.expect_response(
        lambda answer: "riskLiability" in (answer.request.post_data or "")
    ):
        office_client.page.get_by_role("button", name="Refresh").click()
    return bool(table.get_by_role("cell", name="Expected", exact=True).count())


def follow_a_figure(office_client: OfficeClient, folder: Path) -> None:
    """Save the funnel as CSV, which has the figures of the screen, and open the customers behind one."""
    page = office_client.page
    show(office_client, "Funnel", "Funnel by week")
    with page.expect_download() as saving:
        page.get_by_role("button", name="CSV").click()
    saving.value.save_as(folder / "funnel.csv")
    with (folder / "funnel.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["brand"] == BRAND
    office_client.look()
    opted_in = page.get_by_role("row").nth(1).get_by_role("cell").nth(2).get_by_role("link")
    assert rows[0]["opted_in"] == (opted_in.text_content() or "").replace(",", "")
    number = int(rows[0]["opted_in"])
    assert number > 0
    opted_in.click()
    expect(page.get_by_role("heading", name="Customers of a figure")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(min(number, 25))
    expect(page.get_by_role("cell", name=DAN).first).to_be_visible()
    office_client.look()


def change_a_budget(office_client: OfficeClient, staff: Staff) -> None:
    """Lower a budget, which holds at once; raise it, which another person has to approve."""
    show(office_client, "Risk overview", "Budgets of this week")
    row = office_client.page.get_by_role("table", name="Budgets of this week").get_by_role(
        "row", name="25% bet boost"
    )
    set_budget(office_client, "4000")
    expect(office_client.page.get_by_text("Set on all nodes.")).to_be_visible()
    expect(
        row.get_by_role("cell", name="4,000", exact=True).first
    ).to_be_visible()  # at once, without reading again
    set_budget(office_client, "6000")
    expect(office_client.page.get_by_text("Submitted for approval").first).to_be_visible()
    staff.client(DEPUTY).approve("Budget of 25% bet boost")
    office_client.page.get_by_role("button", name="Refresh").click()
    expect(row.get_by_role("cell", name="6,000", exact=True).first).to_be_visible()


def set_budget(office_client: OfficeClient, number: str) -> None:
    """Fill in the form of a budget."""
    office_client.page.get_by_role("button", name="Set a budget").click()
    dialog = office_client.page.get_by_role("dialog")
    office_client.choose("Reward", "25% bet boost")
    dialog.get_by_label("Number of rewards").fill("4.000")
    expect(dialog.get_by_role("button", name="Set", exact=True)).to_be_disabled()
    dialog.get_by_label("Number of rewards").fill(number)
    dialog.get_by_label("Reason").fill("planned for the week")
    office_client.submit("Set")
