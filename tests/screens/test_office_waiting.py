"""No screen of the back office is blank: what is slow says so by itself, and what was chosen is shown."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Request, expect

from backoffice.access import Role
from tests.screens.office.fixed_office import ORIGIN, FixedOffice, open_fixed_office, operation_of
from tools.local_chromium import LocalChromium

pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.slow("the built pages, in Chromium")]

CHOICES = """
const isEntry = (item) => item.innerText === 'Dead letters';
const isThere = () => document.querySelector('#react-admin-title').innerText === 'Dead letters';

/** Chooses the entry with every frame until its screen is there; tells whether anything was empty. */
window.chooseOften = () => {
  const main = document.querySelector('#main-content');
  const look = () => { window.wasEmpty ||= main.childElementCount === 0; };
  new MutationObserver(look).observe(main, { childList: true, subtree: true });
  const choose = () => {
    if (isThere() || window.chosen === 100) return;
    window.chosen = (window.chosen ?? 0) + 1;
    [...document.querySelectorAll('[role=menuitem]')].find(isEntry).click();
    requestAnimationFrame(choose);
  };
  choose();
};
"""


@pytest.fixture
def office(chromium: LocalChromium) -> Iterator[FixedOffice]:
    """A browser over the fixed world, for an operator."""
    with open_fixed_office(chromium) as opened:
        opened.role = Role.OPERATOR
        opened.page.add_init_script(CHOICES)
        yield opened


def shows_dead_letters(office: FixedOffice) -> None:
    """The list is there, with its default filter."""
    page = office.page
    expect(page.locator("#react-admin-title")).to_have_text("Dead letters")
    expect(page.get_by_role("combobox", name=re.compile("^Consumer"))).to_have_text("progress")
    expect(page.get_by_role("cell", name="The record isn't JSON.")).to_be_visible()
    assert office.faults == []


def test_a_list_is_shown_however_often_it_is_chosen(office: FixedOffice) -> None:
    """Nothing is empty in between, neither once nor for good."""
    office.show(Role.OPERATOR, "", 1280, "light")
    office.page.evaluate("chooseOften()")
    shows_dead_letters(office)
    assert office.page.evaluate("[window.chosen > 0, window.wasEmpty ?? false]") == [True, False]


def test_a_kafka_that_does_not_answer_keeps_nothing_else_waiting(office: FixedOffice) -> None:
    """What Kafka is asked for is said to be read; it is asked no longer once another screen is chosen."""
    page, asked = office.page, list[Request]()
    office.hanging = {"HomeLag"}
    page.on("request", lambda request: asked.append(request) if is_of_lag(request) else None)
    page.goto(f"{ORIGIN}/backoffice/")
    health = page.get_by_role("region", name="Health of the week")
    expect(health.get_by_role("link", name=re.compile("^Week of 23 Nov 2026 is open"))).to_be_visible()
    expect(health.get_by_text("Each has applied all decisions.")).to_be_visible()
    for part in ("Bets counted up to", "Records not applied yet (lag)"):
        expect(health.get_by_role("progressbar", name=f"Loading: {part}")).to_be_visible()
    with page.expect_event("requestfailed", is_of_lag):
        page.get_by_role("menuitem", name="Dead letters", exact=True).click()
    shows_dead_letters(office)
    assert len(asked) == 1


def is_of_lag(request: Request) -> bool:
    """Return whether a request asks Kafka how far consumers lag behind."""
    return request.url.endswith("/graphql") and operation_of(request.post_data_json) == "HomeLag"
