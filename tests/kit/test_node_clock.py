"""A node compares its clock with the database's before it acts."""

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from foundation.storage.clock import (
    MAX_DIFFERENCE,
    Clock,
    ClockDiffers,
    ManualClock,
    SystemClock,
    clock_problem,
    database_time,
    difference,
)
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import create_database
from foundation.storage.settings import DatabaseSettings
from furlong.checks.finding import CheckFailed
from furlong.checks.machine_clock import MachineClocks, Reading
from tests.support.skewed_clock import SkewedClock

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize("seconds", [-1.9, 0, 1.9])
async def test_a_node_that_agrees_decides_by_the_databases_time(seconds: float, each_url: str) -> None:
    """A difference that NTP may leave is forgiven, and does not count."""
    assert await decided(SkewedClock(ManualClock(NOW), timedelta(seconds=seconds)), each_url) == NOW


@pytest.mark.parametrize(("seconds", "says"), [(300, "300 s ahead of"), (-300, "300 s behind")])
async def test_a_node_whose_clock_is_wrong_does_not_act(seconds: int, says: str, each_url: str) -> None:
    """Fast or slow, the message says how far it is from the database's clock."""
    clock = SkewedClock(ManualClock(NOW), timedelta(seconds=seconds))
    with pytest.raises(ClockDiffers, match=f"this machine's clock is {says} the database's"):
        await decided(clock, each_url)
    database = Database.open(DatabaseSettings(url=each_url), "club")
    async with database.read() as connection:
        assert says in str(await clock_problem(clock, connection))
        assert await clock_problem(ManualClock(NOW), connection) is None
    await database.close()


async def decided(clock: Clock, url: str) -> datetime:
    """Return the instant by which a transaction decides."""
    database = Database.open(DatabaseSettings(url=url), "club")
    try:
        async with database.write() as connection:
            return await database_time(clock, connection)
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("asked", "answered", "says"),
    [(-3, 4, None), (-4, -2.1, "2 s behind"), (2.1, 9, "2 s ahead of"), (-2, -1, None), (1, 2, None)],
)
def test_the_time_that_the_server_took_to_answer_is_no_difference(
    asked: float, answered: float, says: str | None
) -> None:
    """Only what is certain counts: the server may have looked at its clock at any moment in between."""
    before, after = (NOW + timedelta(seconds=each) for each in (asked, answered))
    found = difference(before, NOW, after)
    assert found is None if says is None else says in str(found)


@pytest.mark.usefixtures("mariadb_installed")
@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
async def test_every_process_with_a_wrong_clock_says_so(
    database_url: str, monkeypatch: pytest.MonkeyPatch, logged: list[MutableMapping[str, Any]]
) -> None:
    """Gateways and consumers act by the database's time; when they connect, they compare their clock."""
    settings = DatabaseSettings(url=database_url)
    await create_database(settings, "club")

    async def said() -> list[str]:
        logged.clear()
        database = Database.open(settings, "club")
        async with database.read(), database.read():  # two connections of one pool
            pass
        await database.close()
        return [each["detail"] for each in logged if each["event"] == "clock_differs"]

    assert await said() == []
    monkeypatch.setattr(SystemClock, "now", lambda _: datetime.now(UTC) - timedelta(minutes=5))
    (problem,) = await said()
    assert "s behind the database's: set both by NTP" in problem


@pytest.mark.parametrize("ahead", [-1, 1])
async def test_the_check_fails_where_workers_stop(ahead: int) -> None:
    """`furlong check` has the same limit as the workers."""

    async def checked(difference: timedelta) -> str:
        async def ask() -> Reading:
            return Reading(NOW, NOW + ahead * difference, NOW)

        clocks = MachineClocks(sleep=at_once)
        clocks.note("the database", await ask(), ask, is_database=True)
        return await clocks.check(60)

    assert await checked(MAX_DIFFERENCE) == "within 2 s of 1 others"
    with pytest.raises(CheckFailed, match="that of the database"):
        await checked(MAX_DIFFERENCE + timedelta(seconds=0.1))


async def at_once(_seconds: float) -> None:
    """Do not wait."""
