"""Moves of a cell between two MariaDB servers, killed at every step, under writes."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pymysql.err import OperationalError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from cells.claim import without_fence
from cells.errors import MoveError, NotCaughtUp
from cells.moving.journal import Journal, Step
from cells.moving.move import MOVING, Move, go_back, open_move, run
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.errors import CellFenced, DatabaseAway
from foundation.storage.settings import DatabaseSettings
from furlong.install.cell_tables import CELL_TABLES
from subgraphs.block_list import SUBGRAPHS
from subgraphs.club.models import COMPARISON
from tests.support.long_form import LONG_FORM

from .conftest import CellServer, MovingHarness

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed"),
    pytest.mark.timeout(900),
]
PATIENCE_SECONDS = 300.0


class Killed(BaseException):
    """The mover ends at once, as by SIGKILL: nothing catches it."""


def move_of(moving: MovingHarness, **changes: Any) -> Move:
    """Open a move as a new process does."""
    return open_move(moving.settings(**changes), CELL_TABLES)


def quietly(_step: Step, _says: str) -> None:
    """Report nothing."""


def killed_at(step: Step, says: str) -> Callable[[Step, str], None]:
    """Return a report that kills the mover before a step, or after it and its note."""

    def report(at: Step, at_says: str) -> None:
        if at is step and (at_says if at_says == "begins" else "ends") == says:
            raise Killed

    return report


@contextlib.contextmanager
def unnoted(step: Step, says: str) -> Iterator[None]:
    """Kill the mover after a step's action and before its note in the journal, if `says` is `acted`."""
    finish = Journal.finish

    def finish_or_die(journal: Journal, at: Step, seconds: float, **facts: str) -> None:
        if (at, says) == (step, "acted"):
            raise Killed
        finish(journal, at, seconds, **facts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "finish", finish_or_die)
        yield


@dataclass
class Writer:
    """Processes of the cell that write all the time, to the place that accepts their writes.

    Attributes:
        places: Two, which may be the same.
        database: Which database they write.
        insert: How they write a name.
        noted: What was acknowledged.
    """

    places: tuple[DatabaseSettings, DatabaseSettings]
    database: str = "club"
    insert: Callable[[Database, str], Awaitable[None]] = field(default_factory=lambda: insert)
    noted: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    async def write(self) -> None:
        """Write until told to stop; a write that fails is tried again at the other place."""
        databases = [Database.open(place, self.database) for place in self.places]
        at, number = 0, 0
        while not self.stopping.is_set():
            try:
                await asyncio.wait_for(self.insert(databases[at], f"w-{number}"), 5)
            except (SQLAlchemyError, DatabaseAway, OSError):
                at = 1 - at
                await asyncio.sleep(0.02)
                continue
            self.noted.append(f"w-{number}")
            number += 1
            await asyncio.sleep(0.02)
        for database in databases:
            await database.close()


async def insert(database: Database, name: str) -> None:
    """Note a name unless it is there: the answer to an earlier attempt may have been lost."""
    async with database.write() as connection:
        if await connection.scalar(select(COMPARISON.c.name).where(COMPARISON.c.name == name)):
            return
        now = SystemClock().now()
        await connection.execute(
            COMPARISON.insert().values(name=name, begun_at=now, brand_id="b", customer_id="c")
        )


@contextlib.contextmanager
def writing(writer: Writer) -> Iterator[Writer]:
    """Write in a thread of its own for the duration of the block."""
    thread = threading.Thread(target=lambda: asyncio.run(writer.write()))
    thread.start()
    try:
        yield writer
    finally:
        writer.stopping.set()
        thread.join()


def names_at(place: CellServer) -> list[str]:
    """Return what a place holds, read by its administrator."""
    return sorted(name for (name,) in place.as_root("SELECT name FROM furlong_c1_club.comparison"))


def cells_at(place: CellServer) -> set[tuple[int, str]]:
    """Return epoch and state in all databases of a place."""
    rows: set[tuple[int, str]] = set()
    for name in SUBGRAPHS:
        rows |= set(place.as_root(f"SELECT epoch, state FROM furlong_c1_{name}.cell"))  # noqa: S608
    return rows


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_move_killed_at_every_step_loses_and_repeats_nothing(moving: MovingHarness) -> None:
    """The mover is killed before and after each step and started again; every write is stored exactly once.

    Then the cell moves back to where it was, over its old databases.
    """
    kills = tuple((step, says) for step in MOVING for says in ("begins", "acted"))
    for here, there, killed in (
        (moving.here, moving.there, kills),
        (moving.there, moving.here, kills if LONG_FORM else kills[::8]),
    ):
        moving.here, moving.there = here, there
        with writing(Writer((here.settings, there.settings))) as writer:
            wait_for(lambda: len(writer.noted) > 10)
            for step, says in killed:
                with contextlib.suppress(Killed), unnoted(step, says):
                    run(move_of(moving), killed_at(step, says))
            run(move_of(moving), quietly)
            before = len(writer.noted)
            wait_for(lambda: len(writer.noted) > before + 10)  # noqa: B023 - called at once
        assert set(move_of_journal(moving)) == {step.value for step in MOVING}
        assert {state for _, state in cells_at(here)} == {"fenced"}
        assert {state for _, state in cells_at(there)} == {"open"}
        old, new = names_at(here), names_at(there)
        assert set(writer.noted) <= set(new)
        assert set(old) < set(new)
        moving.there.as_root("DELETE FROM furlong_c1_club.comparison")


def move_of_journal(moving: MovingHarness) -> dict[str, float]:
    """Return the steps that the journal of the last move calls done."""
    journal = Journal.read(moving.folder, "c1")
    assert journal is not None
    assert journal.is_over
    return {step.value: seconds for step, seconds in journal.done.items()}


async def test_a_process_that_slept_through_a_move_writes_nothing_in_the_old_place(
    moving: MovingHarness,
) -> None:
    """Its open transaction is rolled back, its connections are closed, and the row refuses it for good.

    Even if somebody unlocks the account of the source, a process of any epoch is refused there.
    """
    database = Database.open(moving.here.settings, "club")
    await insert(database, "before")
    sleeping = database.write()
    connection = await sleeping.__aenter__()
    now = SystemClock().now()
    await connection.execute(
        COMPARISON.insert().values(name="stale", begun_at=now, brand_id="b", customer_id="c")
    )
    await asyncio.to_thread(run, move_of(moving), quietly)
    with pytest.raises(SQLAlchemyError):
        await sleeping.__aexit__(None, None, None)
    with pytest.raises(SQLAlchemyError):
        await insert(database, "locked out")
    moving.here.as_root("ALTER USER 'furlong'@'127.0.0.1' ACCOUNT UNLOCK")
    for attempt in range(3):
        with pytest.raises(CellFenced):
            await insert(database, f"stale-{attempt}")
    await database.close()
    new = Database.open(moving.there.settings, "club")
    await insert(new, "after")
    await new.close()
    assert names_at(moving.here) == ["before"]
    assert names_at(moving.there) == ["after", "before"]


def test_until_the_switch_there_is_a_way_back(moving: MovingHarness) -> None:
    """At each step before `open` the move can be given up: the source has the cell, under a new epoch.

    After that it cannot, and a new move can begin.
    """
    before_open = list(MOVING)[: list(MOVING).index(Step.OPEN)]
    for step in (Step.LOAD, Step.VERIFY, Step.FINAL_CATCH_UP) if LONG_FORM else (Step.FINAL_CATCH_UP,):
        assert step in before_open
        with pytest.raises(Killed):
            run(move_of(moving), killed_at(step, "ends"))
        go_back(move_of(moving))
        assert {state for _, state in cells_at(moving.here)} == {"open"}

        async def works() -> None:
            database = Database.open(moving.here.settings, "club")
            await insert(database, f"after {step.value}")  # noqa: B023 - called at once
            await database.close()

        asyncio.run(works())
        assert moving.there.as_root("SHOW DATABASES LIKE 'furlong\\_c1%'") == []
    with pytest.raises(Killed):
        run(move_of(moving), killed_at(Step.OPEN, "begins"))
    with pytest.raises(MoveError, match="may have taken writes"):
        go_back(move_of(moving))
    run(move_of(moving), quietly)
    assert {state for _, state in cells_at(moving.there)} == {"open"}
    assert "after final-catch-up" in names_at(moving.there)


def test_a_new_place_that_is_too_slow_is_not_waited_for(moving: MovingHarness) -> None:
    """If the target does not catch up after the fence, the source is open again by itself."""
    move = move_of(moving, level_seconds=0.2)

    with pytest.raises(NotCaughtUp):
        run(move, _delaying(moving.there))
    assert cells_at(moving.here) == {(3, "open")}
    assert move_of(moving).journal.begun == []


@contextlib.contextmanager
def away(place: CellServer) -> Iterator[None]:
    """Let a server refuse the mover for the duration of the block, as one that does not answer."""
    place.as_root("ALTER USER 'mover'@'127.0.0.1' ACCOUNT LOCK")
    try:
        yield
    finally:
        place.as_root("ALTER USER 'mover'@'127.0.0.1' ACCOUNT UNLOCK")


def test_a_move_is_given_up_while_the_target_is_away(moving: MovingHarness) -> None:
    """The cell's processes wait for the source, which is open again at once; the copy is removed later."""
    with pytest.raises(Killed):
        run(move_of(moving), killed_at(Step.FINAL_CATCH_UP, "begins"))
    assert cells_at(moving.here) == {(2, "fenced")}
    with away(moving.there):
        with pytest.raises(OperationalError):
            go_back(move_of(moving))
        assert cells_at(moving.here) == {(3, "open")}
        with pytest.raises(MoveError, match="finish that with --back"):
            run(move_of(moving), quietly)
    go_back(move_of(moving))
    assert cells_at(moving.here) == {(3, "open")}
    run(move_of(moving), quietly)
    assert {state for _, state in cells_at(moving.there)} == {"open"}


def test_a_target_that_goes_away_behind_the_fence_is_not_waited_for(moving: MovingHarness) -> None:
    """The source is open again; the error says what is left to do."""
    with contextlib.ExitStack() as stack:

        def report(step: Step, says: str) -> None:
            if (step, says) == (Step.FINAL_CATCH_UP, "begins"):
                stack.enter_context(away(moving.there))

        with pytest.raises(MoveError, match="then --back removes it"):
            run(move_of(moving), report)
        assert cells_at(moving.here) == {(3, "open")}
    go_back(move_of(moving))
    assert move_of(moving).journal.begun == []


def _delaying(place: CellServer) -> Callable[[Step, str], None]:
    """Return a report that lets the target apply everything an hour late, from the fence on."""

    def report(step: Step, says: str) -> None:
        if step is Step.FENCE and says == "begins":
            delay = "CHANGE MASTER 'furlong' TO MASTER_DELAY = 3600"
            place.as_root("STOP SLAVE 'furlong'", delay, "START SLAVE 'furlong'")

    return report


@pytest.mark.parametrize(("strict", "says"), [(1, 1), (0, 0)])
def test_a_target_with_strict_gtids_is_refused_before_anything_is_copied(
    moving: MovingHarness, strict: int, says: int
) -> None:
    """Its own transactions have numbers of the same domain, so it would refuse the source's later."""
    moving.there.as_root(f"SET GLOBAL gtid_strict_mode = {strict}")
    try:
        problems = [problem for problem in move_of(moving).findings.problems if "gtid_strict_mode" in problem]
        assert len(problems) == says
    finally:
        moving.there.as_root("SET GLOBAL gtid_strict_mode = 0")


def test_a_move_refuses_what_it_would_destroy(moving: MovingHarness) -> None:
    """Databases at the target that are not a former location of the cell are never replaced; plan says so."""
    moving.there.as_root("CREATE DATABASE furlong_c1_club", "CREATE TABLE furlong_c1_club.precious (id INT)")
    move = move_of(moving)
    assert any("furlong_c1_club" in problem for problem in move.findings.problems)
    with pytest.raises(MoveError, match="not a former location"):
        run(move, quietly)
    assert moving.there.as_root("SHOW TABLES IN furlong_c1_club") == [("precious",)]
    assert {state for _, state in cells_at(moving.here)} == {"open"}


def test_a_difference_between_the_places_stops_the_move_before_the_fence(moving: MovingHarness) -> None:
    """A row that the copy has differently is found by the checksums, and named."""
    with pytest.raises(Killed):
        run(move_of(moving), killed_at(Step.CATCH_UP, "ends"))
    moving.there.as_root(
        "INSERT INTO furlong_c1_club.comparison (name, begun_at, brand_id, customer_id) VALUES "
        "('x', NOW(), 'b', 'c')"
    )
    with pytest.raises(MoveError, match=r"furlong_c1_club\.comparison differ"):
        run(move_of(moving), quietly)
    assert {state for _, state in cells_at(moving.here)} == {"open"}
    go_back(move_of(moving))
    assert without_fence(moving.here.settings).cell.own() is None


def test_a_move_that_an_earlier_release_began_continues(moving: MovingHarness) -> None:
    """Its journal calls the step after the fence `level`; this release continues behind it."""
    with pytest.raises(Killed):
        run(move_of(moving), killed_at(Step.OPEN, "begins"))
    file = moving.folder / "c1.json"
    written = file.read_text().replace('"final-catch-up"', '"level"')
    assert written.count('"level"') == 2  # it has begun, and is done
    file.write_text(written)
    run(move_of(moving), quietly)
    assert {state for _, state in cells_at(moving.there)} == {"open"}
    assert "final-catch-up" in move_of_journal(moving)
