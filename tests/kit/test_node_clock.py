"""A node compares its clock with the database's before it acts."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.clock import Clock, ClockDiffers, ManualClock, clock_problem, database_time
from storage.database import Database
from storage.settings import DatabaseSettings
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
    async with database.home.read() as connection:
        assert says in str(await clock_problem(clock, connection))
        assert await clock_problem(ManualClock(NOW), connection) is None
    await database.close()


async def decided(clock: Clock, url: str) -> datetime:
    """Return the instant by which a transaction decides."""
    database = Database.open(DatabaseSettings(url=url), "club")
    try:
        async with database.home.write() as connection:
            return await database_time(clock, connection)
    finally:
        await database.close()
