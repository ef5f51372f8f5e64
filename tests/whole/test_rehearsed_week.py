"""A week is rehearsed in the demo, with `furlong demo --at` and `furlong clock`."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from furlong.cli.json_lists import week_cell
from tests.support.browsers.bet_slip_page import browser
from tests.support.processes.running_furlong import BRAND, eventually, programs_in, running_demo
from tests.support.product.rehearsed_week import MONDAY, NEXT_WEEK, WEEK, RehearsedWeek
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.timeout(900)  # several starts of the demo
CUSTOMER = "c-1001"


def credits_of(data: Path, customer: str) -> int:
    """Return how many credits the simulated providers' books have for a customer."""
    total = 0
    for books in (data / "providers").glob("*.sqlite"):
        with closing(sqlite3.connect(books)) as database:
            rows = database.execute("SELECT body FROM credit").fetchall()
        total += sum(f'"{customer}"' in body for (body,) in rows)
    return total


@pytest.mark.slow("a demo goes through a week, or starts more than once")
@pytest.mark.usefixtures("processes")
def test_a_week_is_rehearsed_from_monday_to_its_credited_reward(tmp_path: Path) -> None:
    """The customer joins on Monday, qualifies on Thursday, and is paid once after the grace."""
    with running_demo(tmp_path, "--at", MONDAY) as demo:
        week = RehearsedWeek(demo.site, demo.programs, CUSTOMER)
        assert week.play()
        assert credits_of(tmp_path / "data", CUSTOMER) == 1
        status = " ".join(demo.programs.run("week", "status", "--brand", BRAND).split())
        assert f"{week_cell(WEEK)} GB GBP closed, confirmed" in status
        assert f"{week_cell(NEXT_WEEK)} GB GBP open" in status

        said = demo.programs.refused("clock", "set", "2026-04-07T12:00Z")
        assert "time cannot run backwards" in said
        assert "--backwards" in said


@pytest.mark.slow("a demo goes through a week, or starts more than once")
@pytest.mark.usefixtures("processes")
def test_a_moved_demo_shows_it_and_stays_moved(tmp_path: Path) -> None:
    """Health, readiness and `/clock` show it; a restart continues there; tokens last for a real day."""
    with running_demo(tmp_path, "--at", MONDAY) as demo:
        told = "REHEARSAL: it is Monday 2026-04-06 08:"
        eventually(lambda: told in demo.programs.logs(), "the demo says that this is a rehearsal")
        for path in ("/health", "/ready", "/clock"):
            assert "2026-04-06T08:" in httpx.get(demo.site.url + path).text
        demo.programs.run("clock", "advance", "26h")
        eventually(lambda: "2026-04-07T10:" in httpx.get(f"{demo.site.url}/clock").text, "it is Tuesday")
    with running_demo(tmp_path) as again:
        shown = again.programs.run("clock", "show")
        assert "product time  2026-04-07T1" in shown
        assert f"week-end {BRAND} {WEEK}" in " ".join(shown.split())
        ahead = (datetime.now(UTC) + timedelta(days=700)).isoformat()
        again.programs.run("clock", "set", ahead)
        token = again.programs.run("token", "--customer", CUSTOMER).strip()
        for bearer in (token, again.site.tokens[CUSTOMER]):
            answer = httpx.post(
                f"{again.site.url}/graphql",
                json={"query": '{ club(brand: "northbet") { state } }'},
                headers={"Authorization": f"Bearer {bearer}"},
            )
            assert answer.json() == {"data": {"club": {"state": "NOT_OPTED_IN"}}}


@pytest.mark.slow("a demo goes through a week, or starts more than once")
@pytest.mark.usefixtures("processes")
def test_a_demo_does_not_go_back_behind_its_data(tmp_path: Path) -> None:
    """A folder whose data are of a later time is refused, and the error names the alternatives."""
    later, earlier = ("2026-05-01T12:00Z", "2026-04-01T12:00Z")
    with running_demo(tmp_path, "--at", later):
        pass
    with programs_in(tmp_path) as programs:
        demo = programs.start("demo", "--port", "0", "--data", "data", "--at", earlier)
        assert demo.wait(120) == 1
        assert "--backwards" in programs.logs()
        unset = programs.start("demo", "--port", "0", "--data", "data", "--at", "Thursday")
        assert unset.wait(120) == 1
        assert "not an instant with its offset from UTC" in programs.logs()
        before = programs.start("demo", "--port", "0", "--data", "new", "--at", "2025-01-01T00:00Z")
        assert before.wait(120) == 1
        assert "the demo's club begins at 2026-01-19" in programs.logs()


@pytest.mark.slow("a demo goes through a week, or starts more than once")
@pytest.mark.usefixtures("web_installed")
def test_the_page_shows_the_rehearsal_and_follows_it(tmp_path: Path, chromium: LocalChromium) -> None:
    """The page shows the product's time; when the clock moves into the next week, mark and tracker follow."""
    with running_demo(tmp_path, "--at", MONDAY) as demo, browser(chromium) as slip:
        slip.open(demo.site.url)
        slip.be("c-1003")
        slip.shows("rehearsal", "Monday, 6 April 2026 at 08:")
        slip.is_in_state("TRACKING")
        slip.shows("tracker-staked", "£12.00")
        demo.programs.run("clock", "advance", "--to", "week-end", "--brand", BRAND)
        slip.shows("rehearsal", "Sunday, 12 April 2026 at 23:0")
        slip.shows("tracker-staked", "£0.00")
        slip.page.screenshot(path=tmp_path / "rehearsal.png")
        assert slip.faults == []
