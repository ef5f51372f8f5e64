"""An operator decides a match of the demo that waits, and undoes it, in Chromium."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Locator, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.office.moving_about import READS
from tests.support.office.office_client import OfficeClient
from tests.support.office.signing_in import sign_in
from tests.support.processes.running_furlong import Demo, running_demo

pytestmark = [
    pytest.mark.usefixtures("web_installed"),
    pytest.mark.slow("a demo, and its back office in Chromium"),
]

QUESTION = re.compile("^Is it ")


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run a demo with its simulated providers."""
    with running_demo(tmp_path_factory.mktemp("demo"), "--traffic") as running:
        yield running


@pytest.fixture
def operator(demo: Demo, launched: LaunchedBrowser) -> Iterator[OfficeClient]:
    """The browser of the demo's operator, who has signed in."""
    office = demo.facts["backoffice"]
    account = next(account for account in office["accounts"] if account["role"] == "operator")
    page = launched.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB", reduced_motion="reduce")
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(READS)
    client = OfficeClient(page, office["url"], account["totp"])
    page.on("pageerror", lambda error: client.faults.append(error.message))
    page.goto(client.url)
    sign_in(page, account)
    yield client
    page.close()


def decide(operator: OfficeClient, question: Locator, verdict: str) -> None:
    """Answer a question with a reason."""
    question.get_by_role("button", name=verdict, exact=True).click()
    dialog = operator.page.get_by_role("dialog")
    expect(dialog).to_contain_text("You can undo it.")
    dialog.get_by_label("Reason").fill("the fixture list of the league")
    operator.look()
    operator.submit(verdict)


def test_an_operator_decides_a_match_and_undoes_it(operator: OfficeClient) -> None:
    """It no longer waits once the decision is applied, is listed as decided, and waits again once undone."""
    page = operator.page
    count = page.get_by_role("menuitem", name="Matches", exact=True)
    expect(count).to_have_text(re.compile(r"^Matches\s*[1-9]\d*$"))
    operator.open("Matches")
    title = page.get_by_role("article").first.get_by_role("heading", level=3).inner_text()
    match = page.get_by_role("article", name=title, exact=True).first
    question = match.get_by_role("region", name=QUESTION).first
    expect(question.get_by_role("table", name="What differs")).to_contain_text("Differs")
    operator.look()
    asked = question.get_attribute("aria-label")
    assert asked is not None
    alike = match.get_by_role("region", name=asked, exact=True)
    questions = alike.count()
    decide(operator, question, "Different events")
    expect(alike).to_have_count(questions - 1)
    page.get_by_role("tab", name="Decided").click()
    row = page.get_by_role("row").filter(has_text="the fixture list of the league")
    expect(row).to_contain_text("Different events")
    expect(row).to_contain_text("In force")
    operator.look()
    row.get_by_role("button", name="Undo").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("These offers may be of one event again.")
    dialog.get_by_label("Reason").fill("it was the wrong league")
    operator.submit("Undo")
    undone = page.get_by_role("row").filter(has_text="it was the wrong league")
    expect(undone).to_contain_text("Undone")
    expect(undone.get_by_role("button", name="Undo")).to_have_count(0)
    page.get_by_role("tab", name="Waiting").click()
    expect(alike).to_have_count(questions)
    assert operator.faults == []


def test_an_operator_sees_offers_and_leaders(operator: OfficeClient) -> None:
    """What waits is found by its state; somebody leads for each kind of data."""
    page = operator.page
    operator.open("Offers")
    expect(page.locator("tbody tr").first).to_be_visible()
    operator.look()
    operator.choose("State", "Waiting")
    expect(page.get_by_role("link", name="Waits for a decision").first).to_be_visible()
    expect(page.get_by_role("cell", name="Matched", exact=True)).to_have_count(0)
    operator.open("Leaders")
    leaders = page.get_by_role("table", name="Leaders", exact=True)
    expect(leaders.locator("tbody tr")).to_have_count(4)
    expect(page.get_by_role("table", name="Providers")).to_contain_text("Trusted")
    operator.look()
    assert operator.faults == []
