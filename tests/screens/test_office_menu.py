"""The menu shows a role's daily work; the rest is behind "All screens", and one always sees where one is."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from backoffice.access import Role
from tests.screens.office.declared_screens import LABELS, SOURCE, daily_of
from tests.screens.office.fixed_office import FixedOffice, open_fixed_office
from tests.support.browsers.screen_gallery import faults_of_access
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.usefixtures("web_installed")


@pytest.fixture(scope="module")
def opened(chromium: LocalChromium) -> Iterator[FixedOffice]:
    """One browser for all of them."""
    with open_fixed_office(chromium) as office:
        yield office


@pytest.fixture
def office(opened: FixedOffice) -> Iterator[FixedOffice]:
    """Give the browser; what was opened and collapsed in it is forgotten afterwards."""
    yield opened
    opened.page.evaluate("localStorage.clear()")
    opened.loaded = None


def entries(office: FixedOffice) -> list[str]:
    """Return the screens that the menu shows, without home."""
    found: list[str] = office.page.locator("a[role=menuitem] > .MuiTypography-root > span").evaluate_all(
        "all => all.map((one) => one.firstChild.textContent)"
    )
    return found


def all_screens(office: FixedOffice) -> Locator:
    """Return what opens the rest."""
    return office.page.get_by_role("menuitem", name="All screens", exact=True)


def test_every_screen_is_read_from_its_declaration() -> None:
    """A line of another form would be lost without notice."""
    assert len(LABELS) == len(re.findall(r"^ +screen\(", SOURCE, re.MULTILINE)) > 40


@pytest.mark.slow("the built pages, in Chromium")
@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_the_menu_has_the_daily_work_of_a_role(office: FixedOffice, role: Role) -> None:
    """All of it, so that it may be opened, and nothing else before the rest is asked for."""
    office.show(role, "", 1280, "light")
    assert entries(office) == [LABELS[name] for name in daily_of(role)] != []
    assert all_screens(office).count() == (role is not Role.ADMINISTRATOR)


@pytest.mark.slow("the built pages, in Chromium")
def test_the_rest_is_opened_by_keyboard_and_stays_open(office: FixedOffice) -> None:
    """Nothing is there twice, readers hear whether it is open, and axe finds nothing."""
    office.show(Role.OPERATOR, "", 1280, "light")
    daily = entries(office)
    expect(all_screens(office)).to_have_attribute("aria-expanded", "false")
    all_screens(office).focus()
    office.page.keyboard.press("Enter")
    expect(all_screens(office)).to_have_attribute("aria-expanded", "true")
    opened = entries(office)
    assert opened[: len(daily)] == daily
    assert len(set(opened)) == len(opened) > len(daily)
    expect(office.page.get_by_role("group", name="Content").get_by_role("menuitem")).to_have_count(4)
    assert faults_of_access(office.page, "nav, [role=menu]") == []
    office.page.reload()
    expect(all_screens(office)).to_have_attribute("aria-expanded", "true")
    all_screens(office).press("Space")
    expect(all_screens(office)).to_have_attribute("aria-expanded", "false")
    assert entries(office) == daily


@pytest.mark.slow("the built pages, in Chromium")
def test_where_one_is_is_never_hidden(office: FixedOffice) -> None:
    """Neither by a group that is collapsed, and stays so when the page is read again, nor behind the rest."""
    office.show(Role.OPERATOR, "weeks", 1280, "light")
    here = office.page.locator("a[role=menuitem][aria-current=page].RaMenuItemLink-active")
    group = office.page.get_by_role("menuitem", name="Operations (group)")
    group.press("Enter")
    expect(group).to_have_attribute("aria-expanded", "false")
    expect(here).to_have_text("Weeks")
    office.page.reload()
    expect(here).to_have_text("Weeks")
    assert "Kill switches" not in entries(office)
    office.page.get_by_role("menuitem", name="Approvals", exact=True).click()
    expect(here).to_have_text("Approvals")
    assert "Weeks" not in entries(office)
    office.show(Role.OPERATOR, "lobby", 1280, "light")
    expect(all_screens(office)).to_have_attribute("aria-expanded", "false")
    expect(here).to_have_text("Lobby")
    assert "Board" not in entries(office)
