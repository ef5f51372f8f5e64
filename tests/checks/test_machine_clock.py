"""`furlong check` calls a wrong clock wrong, and a busy machine not."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import repeat

import pytest

from foundation.storage.clock import ManualClock
from furlong.checks.finding import CheckFailed
from furlong.checks.machine_clock import AGAIN, MachineClocks, Reading, date_of
from tests.support.skewed_clock import SkewedClock

NOW = datetime(2026, 3, 25, 12, 0, 0, 900_000, tzinfo=UTC)


class Server:
    """A server that is asked for its time by a machine.

    Attributes:
        skew: How far the machine is ahead of the server, in seconds.
        trips: How long each question takes; half of it passes before the server looks at its clock.
        stale: How old its `Date` is then.
    """

    def __init__(
        self,
        skew: float = 0.0,
        trips: Sequence[float] = (),
        stale: Sequence[float] = (),
        *,
        dates: bool = True,
    ) -> None:
        self.clock = ManualClock(NOW)
        self.machine = SkewedClock(self.clock, timedelta(seconds=skew))
        self.asked = 0
        self._trips: Iterator[float] = iter([*trips, *repeat(0.0, 10)])
        self._stale: Iterator[float] = iter([*stale, *repeat(0.0, 10)])
        self._dates = dates

    async def ask(self) -> Reading | None:
        """Return what it says."""
        self.asked += 1
        trip, before = next(self._trips), self.machine.now()
        self.clock.advance(timedelta(seconds=trip / 2))
        said = self.clock.now() - timedelta(seconds=next(self._stale))
        self.clock.advance(timedelta(seconds=trip / 2))
        after = self.machine.now()
        if not self._dates:
            return Reading(before, said, after)
        return date_of({"date": format_datetime(said, usegmt=True)}, before, after)

    async def noted(self, clocks: MachineClocks, name: str) -> None:
        """Ask it the first time, as the other checks do."""
        clocks.note(name, await self.ask(), self.ask, is_database=not self._dates)


async def says(**servers: Server) -> str:
    """Return what the check says of some servers."""
    clocks = MachineClocks(sleep=at_once)
    for name, server in servers.items():
        await server.noted(clocks, name)
    return await clocks.check(60)


async def at_once(_seconds: float) -> None:
    """Do not wait."""


@pytest.mark.parametrize("dates", [True, False])
@pytest.mark.parametrize("trip", [0.0, 3.0, 60.0])
async def test_a_slow_answer_is_no_difference(trip: float, *, dates: bool) -> None:
    """Whether the machine or the server is busy, what passed in between says nothing of the clocks."""
    server = Server(trips=[trip], dates=dates)
    assert await says(server=server) == "within 1 s of 1 others"
    assert server.asked == 1


@pytest.mark.parametrize("skew", [2.0, -2.0])
async def test_a_date_has_whole_seconds(skew: float) -> None:
    """A server that says 12:00:00 may mean nearly 12:00:01, and a difference that workers forgive is none."""
    assert "of 1 others" in await says(server=Server(skew))


async def test_a_stale_date_is_asked_for_again() -> None:
    """A server that is busy sends old dates for a while; one that is right says that the clocks agree."""
    server = Server(stale=[8.0, 5.0])
    assert await says(server=server) == "within 1 s of 1 others"
    assert server.asked == 3


@pytest.mark.parametrize("dates", [True, False])
@pytest.mark.parametrize(("skew", "direction"), [(300.0, "ahead of"), (-300.0, "behind")])
async def test_a_wrong_clock_is_wrong_however_often_it_is_asked(
    skew: float, direction: str, *, dates: bool
) -> None:
    """Slow answers and old dates do not hide it."""
    server = Server(skew, [4.0, 0.0, 9.0], [0.0, 1.0], dates=dates)
    with pytest.raises(CheckFailed, match=rf"(29\d|30\d) s {direction} that of server"):
        await says(server=server)
    assert server.asked == 1 + AGAIN


async def test_databases_decide_where_there_are_some() -> None:
    """Workers go by their clocks: another server's wrong one is mentioned, and is not wrong here."""
    told = await says(database=Server(dates=False), upstream=Server(300.0))
    assert told == "within 1 s of 1 others; 300 s ahead of that of upstream, by which nothing is decided"
    with pytest.raises(CheckFailed, match="300 s ahead of that of database"):
        await says(database=Server(300.0, dates=False), upstream=Server())


@pytest.mark.parametrize(("behind", "is_wrong"), [(1.5, True), (-1.5, False)])
async def test_database_servers_may_not_differ_from_one_another(behind: float, *, is_wrong: bool) -> None:
    """Each agrees with the machine, but one is ahead of it and the other behind: databases compare times."""
    servers = {"db1": Server(-1.4, dates=False), "db2": Server(behind, dates=False)}
    if is_wrong:
        with pytest.raises(CheckFailed, match="the clock of db1 is 3 s ahead of that of db2"):
            await says(**servers)
    else:
        assert "of 2 others" in await says(**servers)


async def test_what_a_cache_sends_is_not_the_servers_time() -> None:
    """A key set behind a CDN has the date of the response that was stored."""
    date = format_datetime(NOW - timedelta(hours=1), usegmt=True)
    assert date_of({"date": date, "age": "3600"}, NOW, NOW) is None
    assert date_of({"date": "yesterday"}, NOW, NOW) is None
    assert date_of({}, NOW, NOW) is None


async def test_asking_again_has_a_deadline() -> None:
    """What was found until then counts."""

    async def never(_seconds: float) -> None:
        await asyncio.Event().wait()

    clocks = MachineClocks(sleep=never)
    await Server(300.0).noted(clocks, "upstream")
    with pytest.raises(CheckFailed, match="that of upstream"):
        await clocks.check(0.01)
