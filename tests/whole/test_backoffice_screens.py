"""The back office's screens in a real browser, against the demo."""

import re

import pytest
from backoffice_screens import open_area, signed_in
from bet_slip_page import PATIENCE_MS
from local_chromium import LocalChromium
from playwright.sync_api import expect
from running_furlong import Demo
from screen_gallery import faults_of_access

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.chromium, pytest.mark.web]


def test_an_administrator_adds_a_person_whom_the_audit_log_names(demo: Demo, chromium: LocalChromium) -> None:
    """Accounts, their first password and the log; axe finds nothing at a desk's or a tablet's width."""
    with signed_in(demo, chromium, "administrator") as page:
        open_area(page, "People")
        assert faults_of_access(page) == []
        page.get_by_role("button", name="Add a person").click()
        page.get_by_label("Login").fill("zoe@example.com")
        page.get_by_label("Name").fill("Zoe <b>Bold</b>")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_text("shown only now")).to_be_visible()
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_text("zoe@example.com")).to_be_visible()
        open_area(page, "Audit log")
        expect(page.get_by_role("cell", name=re.compile("people.add")).first).to_be_visible()
        page.get_by_role("button", name="Details").first.click()
        expect(page.get_by_role("dialog").get_by_text("Zoe <b>Bold</b>")).to_be_visible()
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.set_viewport_size({"width": 768, "height": 1024})
        assert faults_of_access(page) == []


def test_a_viewer_sees_no_area_that_is_not_theirs(demo: Demo, chromium: LocalChromium) -> None:
    """The menu has what the role may read, and signing out ends the session."""
    with signed_in(demo, chromium, "viewer") as page:
        expect(page.get_by_role("menuitem", name="Jobs")).to_be_visible()
        for hidden in ("People", "Audit log", "Approvals"):
            expect(page.get_by_role("menuitem", name=hidden)).to_have_count(0)
        page.get_by_role("button", name="Demo viewer").click()
        page.get_by_role("menuitem", name="Logout").click()
        expect(page.get_by_label("Password")).to_be_visible()
        page.goto(demo.facts["backoffice"]["url"] + "jobs")
        expect(page.get_by_label("Password")).to_be_visible()


def test_new_recovery_codes_need_the_second_factor_again(demo: Demo, chromium: LocalChromium) -> None:
    """A wrong code is refused in the dialog, and cancelling changes nothing."""
    with signed_in(demo, chromium, "risk") as page:
        page.get_by_role("button", name="Demo risk").click()
        page.get_by_role("menuitem", name="My account").click()
        page.get_by_role("button", name="New recovery codes").click()
        page.get_by_role("dialog").get_by_role("button", name="New recovery codes").click()
        page.get_by_role("textbox", name="Code").fill("000000")
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_role("textbox", name="Code")).to_have_attribute("aria-invalid", "true")
        assert faults_of_access(page) == []
        page.get_by_role("dialog").last.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("shown only now")).to_have_count(0)


HOSTILE = '<img src="x" onerror="document.title = 1">'


def test_support_explains_a_bet_and_proposes_an_adjustment(demo: Demo, chromium: LocalChromium) -> None:
    """From a search to a proposal that waits for risk; a reason is shown as text, whatever it says."""
    customer = demo.facts["customers"][-1]["id"]
    with signed_in(demo, chromium, "support") as page:
        page.get_by_role("menuitem", name="Customers").click()
        page.get_by_label("Brand").click()
        page.get_by_role("option", name="Northbet").click()
        page.get_by_label("Customer id, or its beginning").fill(customer)
        page.get_by_role("button", name="Find").click()
        page.get_by_role("list", name="Found customers").get_by_text(customer, exact=True).click()
        expect(page.get_by_role("region", name="Timeline").locator("tbody tr").first).to_be_visible()
        assert faults_of_access(page) == []
        page.get_by_role("button", name="Put a legal hold on").click()
        page.get_by_label("Reason").fill(HOSTILE)
        page.get_by_role("dialog").get_by_role("button", name="Put a legal hold on").click()
        expect(page.get_by_text(HOSTILE)).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name="Adjust a week").click()
        page.get_by_label("Amount in minor units").fill("500")
        page.get_by_label("Reason").fill(HOSTILE)
        page.get_by_role("button", name="Propose").click()
        expect(page.get_by_role("textbox", name="Code")).to_be_visible()  # money may move
        assert page.title() != "1"
