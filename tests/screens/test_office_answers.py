"""What people look for is said in words, is chosen, copied and opened: the audit log, ids, a customer."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from backoffice.access import Role
from tests.support.browsers.screen_gallery import PATIENCE_MS
from tests.support.office.fixed_office import FixedOffice, open_fixed_office
from tests.support.office.fixed_present import NOW
from tools.local_chromium import LocalChromium

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.slow("the built pages, in Chromium")]


@pytest.fixture
def office(chromium: LocalChromium) -> Iterator[FixedOffice]:
    """A browser over the fixed world."""
    with open_fixed_office(chromium) as opened:
        yield opened


def test_the_audit_log_speaks_and_is_filtered_by_choices(office: FixedOffice) -> None:
    """What was done and to what is said in words, the codes are in the details, and nobody types a filter."""
    office.show(Role.ADMINISTRATOR, "audit", 1280, "light")
    page = office.page
    row = page.get_by_role("row", name="Viewed a customer")
    expect(row.get_by_role("cell", name="Customer customer:northbet:c-1003")).to_be_visible()
    expect(page.get_by_text("support.look_at_customer")).to_have_count(0)
    row.get_by_role("button", name="Details of entry").click()
    dialog = page.get_by_role("dialog", name="Sam: Viewed a customer")
    expect(dialog.get_by_text("support.look_at_customer")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    for field, typed, option in (
        ("What was done", "legal", "Placed a legal hold"),
        ("Who", "sam", "Sam (sam@office.example)"),
    ):
        page.get_by_role("combobox", name=field).click()
        page.get_by_role("combobox", name=field).fill(typed)
        page.get_by_role("option", name=option, exact=True).click()
    page.clock.set_fixed_time(NOW + timedelta(seconds=9))  # the list is read after a pause
    page.wait_for_url(re.compile(r"support\.put_hold.*u-sam"))
    assert office.faults == []


def test_an_id_is_copied_by_the_keyboard(office: FixedOffice) -> None:
    """The button beside an id is named after it, and reached by the keyboard; a row does not open by it.

    Without TLS, as here, browsers let no page copy: the button says what to do instead.
    """
    office.show(Role.EDITOR, "content", 1280, "light")
    page = office.page
    before = page.url
    copy = page.get_by_role("button", name="Copy cash-2").first
    copy.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Select it and copy by hand")).to_be_visible()
    assert page.url == before


def test_a_whole_id_opens_its_customer(office: FixedOffice) -> None:
    """Who has the whole id does not choose from a list of one; a part of it lists whom it may mean."""
    office.show(Role.SUPPORT, "customers", 1280, "light")
    page = office.page
    field = page.get_by_label("Customer id, or its beginning")
    field.fill("c-100")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("list", name="Found customers").get_by_role("listitem")).to_have_count(2)
    field.fill("northbet:c-1003")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="c-1003", exact=True)).to_be_visible()
    assert office.faults == []
