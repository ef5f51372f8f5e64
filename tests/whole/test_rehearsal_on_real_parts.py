"""Weeks rehearsed in an installation of many processes, on MariaDB and Kafka: one clock, and disasters."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import httpx
import pytest

from furlong.cli.json_lists import week_cell
from tests.support.long_form import LONG_FORM
from tests.support.processes.running_furlong import BRAND, PATIENCE_SECONDS, ROOT, eventually
from tests.support.product.rehearsed_week import NEXT_WEEK, WEEK, RehearsedWeek
from tests.support.product.whole_installation import CUSTOMER, WORKERS, Installation, rehearsed_installation
from tools.private_mariadb import PrivateMariadb

PARTS: Final = """{ club(brand: "northbet") {
  membership { optedIn } progress { staked { minor } } choice { version } fulfilment { status } } }"""
FIELD_OF: Final = {"progress": "progress", "rewards": "choice", "fulfilment": "fulfilment"}
pytestmark = [
    pytest.mark.usefixtures("kafka_installed"),
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def installation(
    processes: None, mariadb: PrivateMariadb, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One for all tests of the module, which go on from one another."""
    with rehearsed_installation(mariadb, tmp_path_factory.mktemp("rehearsal")) as running:
        yield running


@pytest.mark.slow("all processes of the product go through a week")
def test_all_processes_go_through_the_week_together(installation: Installation) -> None:
    """Joined on Monday, reached on Thursday, closed, past its grace, credited once; the next week is open."""
    health = httpx.get(f"http://127.0.0.1:{installation.status}/health").json()
    assert "2026-04-06T" in health["rehearsal"]
    assert RehearsedWeek(installation.site, installation.programs, CUSTOMER).play()
    assert list(installation.credits().values()) == [1]
    programs = installation.programs
    assert all(program.poll() is None for program in programs.started), programs.logs()


@pytest.mark.slow("all processes of the product go through a week")
def test_each_database_is_lost_or_restored_in_the_next_week(installation: Installation) -> None:
    """By the runbook, in mid-week, after the close and the payment: nothing is paid twice, nothing forgotten.

    Gateways keep running. A foreign backup is refused, and nodes with wrong clocks close nothing. The short
    form loses progress in mid-week, and restores fulfilment from before the payment when providers have
    forgotten it.
    """
    week = RehearsedWeek(installation.site, installation.programs, CUSTOMER)
    disaster = Disaster(installation, week)
    installation.programs.run("backup", "mid-week")
    week.bet(2100)
    week.stands(NEXT_WEEK, "QUALIFIED")
    disaster.brings_a_foreign_backup("mid-week")
    disaster.strikes("progress", gateway_dies=True)
    if LONG_FORM:
        disaster.strikes("rewards", backup="mid-week")
    assert week.staked(NEXT_WEEK) == 2600

    week.go_to("week-end")
    close_by_wrong_clocks(installation, week)
    if LONG_FORM:
        installation.stop("worker fulfilment")
    installation.start("worker weeks")
    if LONG_FORM:
        week.stands(NEXT_WEEK, "CONFIRMED")
        installation.start("worker fulfilment")
        disaster.strikes("fulfilment", backup="mid-week", settled=False)
    week.stands(NEXT_WEEK, "CREDITED")

    installation.forget_keys()
    if LONG_FORM:
        disaster.strikes("club")
        disaster.strikes("fulfilment")
    disaster.strikes("fulfilment", backup="mid-week")
    assert sorted(installation.credits().values()) == [1, 1]
    reviews = installation.programs.run("fulfilment", "reviews")
    assert "CREDITED" not in reviews, reviews


def close_by_wrong_clocks(installation: Installation, week: RehearsedWeek) -> None:
    """Let only nodes keep the weeks that are five minutes fast and slow: they say so, and do nothing."""
    installation.stop("worker weeks")
    nodes = {f"worker weeks{seconds:+}": seconds for seconds in (300, -300)}
    for seconds in nodes.values():
        installation.start_skewed("worker weeks", seconds)
    installation.programs.run("clock", "advance", "717m")  # the grace is 720: for the fast node it is over

    def said() -> int:
        """Return how often both nodes have said how their clocks differ."""
        logs = installation.programs.logs()
        return min(
            len(re.findall(f"(?:299|300) s {which} the database's: .*nothing is done here", logs))
            for which in ("ahead of", "behind")
        )

    eventually(said, "both nodes say how their clocks differ")
    week.go_to("grace-end")
    before = said()
    eventually(lambda: said() >= before + 2, "both nodes have had a round after the grace")
    status = " ".join(installation.programs.run("week", "status", "--brand", BRAND).split())
    assert f"{week_cell(WEEK)} GB GBP closed, confirmed" in status
    assert f"{week_cell(NEXT_WEEK)} GB GBP closed, confirmed" not in status
    assert list(installation.credits().values()) == [1]
    installation.stop(*nodes)


class Disaster:
    """What happens to databases, and what operators do about it by the runbook."""

    def __init__(self, installation: Installation, week: RehearsedWeek) -> None:
        self._installation = installation
        self._week = week

    def strikes(
        self, name: str, *, backup: str | None = None, settled: bool = True, gateway_dies: bool = False
    ) -> None:
        """Lose or restore a database and recover it; customers must then see what they saw before.

        Args:
            name: The subgraph.
            backup: The folder to restore; None where there is none.
            settled: Whether nothing is in progress that changes what customers see.
            gateway_dies: Whether the gateway is killed and started again meanwhile.
        """
        seen = self._seen()
        running, programs = self._installation, self._installation.programs
        users = [*(f"worker {worker}" for worker in WORKERS), f"consume {name}"]
        running.stop(*users)
        if backup is None:
            running.drop(name)
        programs.run("db", "close", name)
        self._is_served_without(name)
        if gateway_dies:
            running.kill("serve")
            running.start("serve")
            eventually(self._is_ready, "a gateway that starts meanwhile is ready")
            self._is_served_without(name)
        if backup is not None:
            programs.run("restore", backup, "--only", name, "--replace")
        programs.run("db", "upgrade")
        if backup is None:
            programs.run("load", str(ROOT / "furlong" / "world.yaml"))
        running.start(f"consume {name}")
        programs.run("recover", name)
        self._is_served_without(name)
        programs.run("db", "open", name)
        running.start(*reversed(users[:-1]))
        eventually(running.is_complete, f"the bet-slip is complete after {name} was lost")
        if settled:
            eventually(lambda: self._seen() == seen, f"{name} lost: {seen}, now {self._seen()}")

    def brings_a_foreign_backup(self, backup: str) -> None:
        """Try to restore the backup of another installation: nothing is touched."""
        programs = self._installation.programs
        shutil.copytree(programs.folder / backup, programs.folder / "foreign")
        manifest = programs.folder / "foreign" / "manifest.json"
        told = json.loads(manifest.read_text())
        told["installation"]["installation_id"] = "00000000-0000-4000-8000-000000000000"
        manifest.write_text(json.dumps(told))
        said = programs.refused("restore", "foreign", "--only", "progress", "--replace")
        assert "nothing was restored" in " ".join(said.split())

    def _is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self._installation.site.url}/ready").is_success
        return False

    def _is_served_without(self, name: str) -> None:
        """Check that the gateway, which keeps running, answers all but the closed database's fields."""
        answer = self._installation.site.ask(PARTS, customer=CUSTOMER)
        assert {each["extensions"]["code"] for each in answer["errors"]} == {"SERVICE_UNAVAILABLE"}
        club = answer["data"]["club"]
        if name == "club":
            assert club is None
        else:
            lacking = {each for each, value in club.items() if value is None}
            assert lacking - {"fulfilment"} == {FIELD_OF[name]} - {"fulfilment"}, answer

    def _seen(self) -> list[dict[str, Any]]:
        return [self._week.club(week) for week in (WEEK, NEXT_WEEK)]


def test_a_process_without_the_declaration_does_not_start(installation: Installation) -> None:
    """The file alone, left over in an environment, moves nothing: the process ends, and says why."""
    programs = installation.programs
    consumer = programs.start("consume", "club", FURLONG_CLOCK_REHEARSAL="false")
    assert consumer.wait(PATIENCE_SECONDS) == 1
    assert "FURLONG_CLOCK_REHEARSAL=true if this installation is a rehearsal" in programs.logs()
