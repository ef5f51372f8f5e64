"""A day of the risk team in a real browser, against the demo."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from backoffice_screens import signed_in
from bet_slip_page import PATIENCE_MS
from local_chromium import LocalChromium
from playwright.sync_api import Page, expect
from running_furlong import Demo
from screen_gallery import faults_of_access

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.chromium, pytest.mark.web]


def open_screen(page: Page, name: str, section: str) -> None:
    """Open a screen by the menu, and wait until it shows a section."""
    page.get_by_role("menuitem", name=name).click()
    expect(page.get_by_role("heading", name=name, level=6)).to_be_visible()  # not the screen before
    page.get_by_label("Brand").click()
    page.get_by_role("option", name="Northbet").click()
    expect(page.locator("[role=listbox]")).to_have_count(0)  # it has faded out
    expect(page.get_by_role("heading", name=section).first).to_be_visible()


def refresh(page: Page) -> None:
    """Press the framework's button; it reads the figures again, too."""
    with page.expect_response(lambda response: "riskLiability" in (response.request.post_data or "")):
        page.get_by_role("button", name="Refresh").click()


def look(page: Page) -> None:
    """Let axe look at a screen at a desk's and a tablet's width."""
    for width, height in ((1280, 800), (768, 1024)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.get_by_role("progressbar")).to_have_count(0)  # nothing is being read any more
        assert faults_of_access(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})


def test_the_risk_team_follows_a_figure_to_its_customers(
    demo: Demo, chromium: LocalChromium, tmp_path: Path
) -> None:
    """Liability, forecast, budgets, funnel, and profit and loss; a figure's rows; a table as CSV."""
    with signed_in(demo, chromium, "risk") as page:
        open_screen(page, "Risk overview", "Liability now")
        expect(page.get_by_text("Counted at").first).to_be_visible()  # by itself, as soon as it is counted
        refresh(page)
        expect(page.get_by_text("Too little history", exact=False).first).to_be_visible()
        look(page)
        open_screen(page, "Cost by reward", "Cost by reward in")
        look(page)
        open_screen(page, "Profit and loss", "Profit and loss in GBP")
        expect(page.get_by_role("cell", name="not known").first).to_be_visible()
        look(page)
        open_screen(page, "Funnel", "Funnel by week")
        look(page)
        with page.expect_download() as saving:
            page.get_by_role("button", name="CSV").click()
        saved = tmp_path / "funnel.csv"
        saving.value.save_as(saved)
        with saved.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows[0]["brand"] == "northbet"
        opted_in = page.get_by_role("row").nth(1).get_by_role("cell").nth(2).get_by_role("link")
        assert rows[0]["opted_in"] == (opted_in.text_content() or "").replace(",", "")
        number = int((opted_in.text_content() or "").replace(",", ""))
        opted_in.click()
        expect(page.get_by_role("heading", name="Customers of a figure")).to_be_visible()
        expect(page.locator("tbody tr")).to_have_count(min(number, 25))
        look(page)


def test_a_budget_is_lowered_by_one_person_and_raised_by_two(demo: Demo, chromium: LocalChromium) -> None:
    """Fewer rewards are in force on all nodes at once; more wait for another person's approval."""
    with signed_in(demo, chromium, "risk") as page:
        open_screen(page, "Risk overview", "Budgets of this week")
        set_budget(page, demo, "4000")
        expect(page.get_by_text("Set on all nodes.")).to_be_visible()
        row = page.get_by_role("row").filter(has_text="bb-25").filter(has_text="open")
        page.reload()
        expect(row.get_by_role("cell", name="4,000").first).to_be_visible()
        set_budget(page, demo, "6000", stepped_up=True)
        expect(page.get_by_text("another person has to approve it", exact=False).first).to_be_visible()
        page.get_by_role("menuitem", name="Approvals").click()
        expect(page.get_by_role("cell", name="risk.raise_budget").first).to_be_visible()


def set_budget(page: Page, demo: Demo, number: str, *, stepped_up: bool = False) -> None:
    """Fill in the form of a budget, and confirm the second factor where it is asked for."""
    page.get_by_role("button", name="Set a budget").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reward", exact=False).first.fill("bb-25")
    dialog.get_by_label("Number of rewards").fill(number)
    dialog.get_by_label("Reason").fill("planned for the week")
    dialog.get_by_role("button", name="Set", exact=True).click()
    if not stepped_up:
        (account,) = [each for each in demo.facts["backoffice"]["accounts"] if each["role"] == "risk"]
        confirm(page, account["totp"])


def confirm(page: Page, secret: str) -> None:
    """Confirm the second factor with the next code: one works once."""
    page.get_by_role("textbox", name="Code").fill(next_code(secret))
    page.get_by_role("button", name="Confirm").click()


def next_code(secret: str) -> str:
    """The code of the next half minute, which is accepted already, and was not used to sign in."""
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=1)
