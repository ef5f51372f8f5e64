"""Weeks rehearsed in an installation of many processes, on MariaDB and Kafka: one clock, and disasters."""

import os
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from deploy.private_mariadb import PrivateMariadb
from tests.support.processes.running_furlong import PATIENCE_SECONDS, ROOT, eventually
from tests.support.product.rehearsed_week import NEXT_WEEK, WEEK, RehearsedWeek
from tests.support.product.whole_installation import CUSTOMER, WORKERS, Installation, rehearsed_installation

LONG_FORM: Final = os.environ.get("FURLONG_TORTURE", "") not in {"", "0"}
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

    The short form loses progress in mid-week, and fulfilment when providers have forgotten what they paid.
    """
    week = RehearsedWeek(installation.site, installation.programs, CUSTOMER)
    disaster = Disaster(installation, week)
    installation.programs.run("backup", "mid-week")
    week.bet(2100)
    week.stands(NEXT_WEEK, "QUALIFIED")
    disaster.strikes("progress")
    if LONG_FORM:
        disaster.strikes("rewards", backup="mid-week")
    assert week.staked(NEXT_WEEK) == 2600

    week.go_to("week-end")
    if LONG_FORM:
        installation.stop("worker fulfilment")
    week.go_to("grace-end")
    if LONG_FORM:
        week.stands(NEXT_WEEK, "CONFIRMED")
        installation.start("worker fulfilment")
        disaster.strikes("fulfilment", backup="mid-week", settled=False)
    week.stands(NEXT_WEEK, "CREDITED")

    installation.forget_keys()
    if LONG_FORM:
        disaster.strikes("club")
    disaster.strikes("fulfilment")
    assert sorted(installation.credits().values()) == [1, 1]
    reviews = installation.programs.run("fulfilment", "reviews")
    assert "CREDITED" not in reviews, reviews


class Disaster:
    """What happens to databases, and what operators do about it by the runbook."""

    def __init__(self, installation: Installation, week: RehearsedWeek) -> None:
        self._installation = installation
        self._week = week

    def strikes(self, name: str, *, backup: str | None = None, settled: bool = True) -> None:
        """Lose or restore a database and recover it; customers must then see what they saw before.

        Args:
            name: The subgraph.
            backup: The folder to restore; None where there is none.
            settled: Whether nothing is in progress that changes what customers see.
        """
        seen = self._seen()
        running, programs = self._installation, self._installation.programs
        users = ["serve", *(f"worker {each}" for each in WORKERS), f"consume {name}"]
        running.stop(*users)
        if backup is None:
            running.drop(name)
        else:
            programs.run("restore", backup, "--only", name, "--replace")
        programs.run("db", "upgrade")
        if backup is None:
            programs.run("load", str(ROOT / "furlong" / "world.yaml"))
        running.start(f"consume {name}")
        programs.run("recover", name)
        running.start(*reversed(users[:-1]))
        eventually(running.is_complete, f"the bet-slip is complete after {name} was lost")
        if settled:
            eventually(lambda: self._seen() == seen, f"{name} lost: {seen}, now {self._seen()}")

    def _seen(self) -> list[dict[str, Any]]:
        return [self._week.club(week) for week in (WEEK, NEXT_WEEK)]


def test_a_process_without_the_declaration_does_not_start(installation: Installation) -> None:
    """The file alone, left over in an environment, moves nothing: the process ends, and says why."""
    programs = installation.programs
    consumer = programs.start("consume", "club", FURLONG_CLOCK_REHEARSAL="false")
    assert consumer.wait(PATIENCE_SECONDS) == 1
    assert "FURLONG_CLOCK_REHEARSAL=true if this installation is a rehearsal" in programs.logs()
