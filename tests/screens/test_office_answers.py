"""What people look for is said in words, is chosen, copied and opened: the audit log, ids, a customer."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from backoffice.access import Role
from tests.screens.office.fixed_office import ORIGIN, FixedOffice, open_fixed_office
from tests.screens.office.fixed_present import NOW
from tools.local_chromium import LocalChromium

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


def test_versions_are_compared_in_seven_columns_and_read_on_their_own_page(office: FixedOffice) -> None:
    """The list has what one compares; a version's page has all its rules, as its approver read them."""
    office.show(Role.EDITOR, "schemes", 1280, "light")
    page = office.page
    table = page.get_by_role("table", name="Versions")
    expect(table.get_by_role("columnheader")).to_have_count(7)
    table.get_by_role("link", name="GB GBP, version 2").click()
    expect(page.get_by_role("heading", name="Rules for GB in GBP, version 2", level=2)).to_be_visible()
    for rule in ("£25.00 in qualifying stakes.", "12 hours.", "Version 2026-1: Bet £25 in a week."):
        expect(page.get_by_role("definition").filter(has_text=rule)).to_be_visible()
    assert office.faults == []


def test_the_state_of_providers_is_whole_on_a_phone(office: FixedOffice) -> None:
    """The menu of a row, which stays in reach while its table scrolls, covers no state."""
    office.show(Role.OPERATOR, "providers", 360, "light")
    table = office.page.get_by_role("table", name="Providers")
    menus = table.get_by_role("columnheader", name="Change").bounding_box()
    assert menus is not None
    chips = table.locator(".MuiChip-root").all()
    assert {"In use", "Up", "Down", "Unknown"} <= {chip.inner_text() for chip in chips}
    for chip in chips:
        place = chip.bounding_box()
        assert place is not None
        assert place["x"] + place["width"] <= menus["x"], chip.inner_text()


def test_a_preview_that_is_being_drawn_says_so(office: FixedOffice) -> None:
    """Nobody decides about a text before an empty frame."""
    office.hanging = {"ContentPreview"}
    office.role = Role.APPROVER
    page = office.page
    page.goto(f"{ORIGIN}/backoffice/approvals/content.revision/show")
    expect(page.get_by_text("Loading the preview…")).to_have_count(2)


def test_pictures_have_what_frames_below_the_window_show(office: FixedOffice) -> None:
    """A browser draws nothing of a frame that nobody sees; the picture of a whole page has it."""
    office.show(Role.APPROVER, "approvals/content.revision/show", 360, "light")
    frame = office.page.locator("iframe").nth(1).bounding_box()
    picture = office.picture()
    assert frame is not None
    scale = picture.width / 360
    left, top = frame["x"] * scale, frame["y"] * scale
    box = (left, top, left + frame["width"] * scale, top + frame["height"] * scale)
    colours = picture.crop(box).getcolors(1_000_000)
    assert colours is None or len(colours) > 50
