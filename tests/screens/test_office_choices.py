"""What is known is chosen and not typed, and what was set, or is shown only once, is at hand."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from backoffice.access import Role
from tests.screens.office.fixed_office import ORIGIN, FixedOffice, open_fixed_office
from tools.local_chromium import LocalChromium

pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.slow("the built pages, in Chromium")]


@pytest.fixture
def office(chromium: LocalChromium) -> Iterator[FixedOffice]:
    """A browser over the fixed world."""
    with open_fixed_office(chromium) as opened:
        yield opened


COMES_TO_THE_FRONT = """() => {
  document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));
  window.dispatchEvent(new Event('focus'));
}"""


def choose(page: Page, field: str, option: str) -> None:
    """Choose an option in a field of the dialog."""
    page.get_by_role("dialog").get_by_role("combobox", name=field).click()
    page.get_by_role("option", name=option, exact=True).click()
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_a_budget_is_shown_in_the_week_that_it_was_set_for(office: FixedOffice) -> None:
    """Who plans a coming week looks at that week afterwards, and comes back to this one by a choice."""
    office.show(Role.RISK, "risk-overview", 1280, "light")
    page = office.page
    expect(page.get_by_role("heading", name="Budgets of this week")).to_be_visible()
    page.get_by_role("button", name="Set a budget").click()
    choose(page, "Reward", "£5 free bet")
    choose(page, "Week", "Week of 7 Dec 2026")
    page.get_by_label("Number of rewards").fill("4000")
    page.get_by_role("textbox", name="Reason").fill("a quiet week")
    page.get_by_role("button", name="Set", exact=True).click()
    table = page.get_by_role("table", name="Budgets of the week of 7 December")
    expect(table.get_by_role("cell", name="Week of 7 Dec 2026").first).to_be_visible()
    page.get_by_role("combobox", name="Week").click()
    page.get_by_role("option", name="Week of 23 Nov 2026 (now)").click()
    expect(page.get_by_role("heading", name="Budgets of this week")).to_be_visible()
    assert office.faults == []


def test_a_brand_is_chosen_and_a_password_can_be_copied(office: FixedOffice) -> None:
    """An administrator, who sees no screen of a brand, knows brands by name and types no id.

    Without TLS, as here, browsers let no page copy: the button says what to do instead.
    """
    office.show(Role.ADMINISTRATOR, "users", 1280, "light")
    page = office.page
    expect(page.get_by_text("support · Northbet").first).to_be_visible()
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Login").fill("new@northbet.example")
    page.get_by_role("textbox", name="Name").fill("New")
    choose(page, "Brand", "Southbet")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Copy the password").click()
    expect(page.get_by_role("button", name="Select it and copy by hand")).to_be_visible()
    expect(page.get_by_text("a-word-shown-once")).to_be_visible()
    assert office.faults == []


def test_a_filter_shows_the_week_and_the_reward_of_a_link(office: FixedOffice) -> None:
    """A figure of an old week leads to its customers, and the filters say which in words."""
    chosen = json.dumps({"isoWeek": "2024-W13", "figure": "EXPECTED", "reward": "fb-5", "currency": "SEK"})
    office.role = Role.RISK
    page = office.page
    page.goto(f"{ORIGIN}/backoffice/risk-customers?brand=northbet&filter={quote(chosen)}&page=1")
    for field, words in (("Week", "Week of 25 Mar 2024"), ("Reward", "£5 free bet"), ("Currency", "SEK")):
        expect(page.get_by_role("combobox", name=field)).to_have_text(words)


def test_what_could_not_be_read_is_read_again_by_a_button(office: FixedOffice) -> None:
    """The list says that it could not be read, and a press asks once more."""
    office.role = Role.RISK
    page = office.page
    page.goto(f"{ORIGIN}/backoffice/risk-goodwill?brand=northbet")
    again = page.get_by_role("alert").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    asked = office.asked
    again.click()
    page.wait_for_function("() => true")
    expect(again).to_be_visible()
    assert office.asked > asked


def test_a_page_goes_on_once_its_person_has_signed_in_again(office: FixedOffice) -> None:
    """A session that ended covers what the page shows, keeps what was written, and sends the change again."""
    office.show(Role.RISK, "risk-overview", 1280, "light")
    page = office.page
    page.get_by_role("button", name="Set a budget").click()
    choose(page, "Reward", "£5 free bet")
    choose(page, "Week", "Week of 7 Dec 2026")
    page.get_by_label("Number of rewards").fill("4000")
    page.get_by_role("textbox", name="Reason").fill("a quiet week")

    ended = {"errors": [{"message": "Sign in first.", "extensions": {"code": "UNAUTHENTICATED"}}]}
    page.route("**/backoffice/graphql", lambda route: route.fulfill(json=ended))
    page.route(
        "**/backoffice/session", lambda route: route.fulfill(json={"signedIn": False, "stage": "anonymous"})
    )
    page.get_by_role("button", name="Set", exact=True).click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog.get_by_role("link", name="Sign in")).to_have_attribute("target", "_blank")
    page.keyboard.press("Escape")
    page.evaluate(COMES_TO_THE_FRONT)
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog.get_by_role("alert")).to_contain_text("signed in yet")

    page.unroute("**/backoffice/graphql")
    page.unroute("**/backoffice/session")
    page.evaluate(COMES_TO_THE_FRONT)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("table", name="Budgets of the week of 7 December")).to_be_visible()
    assert office.faults == []
