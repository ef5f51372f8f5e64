"""The clock of a rehearsal: one file moves it in all processes, and nothing switches it on by accident."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foundation.storage.clock import ManualClock, SystemClock
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.rehearsal import (
    Anchor,
    ClockError,
    RehearsalClock,
    parse_instant,
    product_clock,
    rehearsal_marks,
    write_anchor,
)
from foundation.storage.settings import ClockSettings, DatabaseSettings
from furlong.databases import METADATA
from furlong.demo.tokens import demo_sessions, make_token
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.settings import SessionSettings

THURSDAY = datetime(2026, 4, 9, 17, 0, tzinfo=UTC)
REAL = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a clock that was set to Thursday at some moment of the machine's time."""
    path = tmp_path / "shared" / "clock.json"
    write_anchor(path, Anchor(THURSDAY, REAL))
    return path


def test_it_runs_on_from_the_moment_it_was_set_to(file: Path) -> None:
    """Whoever starts later sees the time that has passed since, not the moment once more."""
    machine = ManualClock(REAL + timedelta(hours=3))
    clock = RehearsalClock(file, machine)
    assert clock.now() == THURSDAY + timedelta(hours=3)
    machine.advance(timedelta(seconds=1))
    assert clock.now() == THURSDAY + timedelta(hours=3, seconds=1)


def test_all_follow_a_move_at_their_next_reading(file: Path) -> None:
    """A clock that is open already shows the new time, and so does one that was opened elsewhere."""
    machine = ManualClock(REAL)
    clocks = [RehearsalClock(file, machine), RehearsalClock(file, machine)]
    for days in range(1, 30):
        write_anchor(file, Anchor(THURSDAY + timedelta(days=days), REAL))
        assert {clock.now() for clock in clocks} == {THURSDAY + timedelta(days=days)}


def test_machine_time_is_not_moved(file: Path) -> None:
    """Leases, tokens and signatures go by the machine's clock."""
    clock = RehearsalClock(file)
    assert abs(clock.machine.now() - datetime.now(UTC)) < timedelta(hours=1)


async def test_transactions_decide_by_the_moved_time_of_the_databases_server(
    file: Path, database_url: str
) -> None:
    """The database's own time, moved as far as the nodes' time is."""
    write_anchor(file, Anchor(THURSDAY, datetime.now(UTC)))
    settings = DatabaseSettings(url=database_url)
    await upgrade(settings, "club", METADATA["club"])
    database = Database.open(settings, "club")
    async with database.read() as connection:
        at = await RehearsalClock(file).at(connection)
    await database.close()
    assert abs(at - THURSDAY) < timedelta(hours=1)


def test_a_file_that_is_lost_or_broken_meanwhile_changes_nothing(file: Path) -> None:
    """Time continues as before, and follows the file again once it is valid."""
    machine = ManualClock(REAL)
    clock = RehearsalClock(file, machine)
    file.write_text("{half")
    assert clock.now() == THURSDAY
    file.unlink()
    assert clock.now() == THURSDAY
    write_anchor(file, Anchor(THURSDAY + timedelta(days=1), REAL))
    assert clock.now() == THURSDAY + timedelta(days=1)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"product": 1, "machine": 2}', '{"product": "soon"}'])
def test_a_file_that_is_no_clock_is_refused_at_the_start(tmp_path: Path, content: str) -> None:
    """The message names the file."""
    path = tmp_path / "clock.json"
    path.write_text(content)
    with pytest.raises(ClockError, match=r"clock\.json"):
        RehearsalClock(path)


def test_without_settings_time_is_the_machines() -> None:
    """Production sets nothing."""
    clock = product_clock(ClockSettings())
    assert isinstance(clock, SystemClock)
    assert rehearsal_marks(clock) == {}


def test_a_file_alone_moves_nothing(file: Path) -> None:
    """An installation that does not declare itself a rehearsal is refused, and told of the setting."""
    with pytest.raises(ClockError, match="FURLONG_CLOCK_REHEARSAL=true if this installation is a rehearsal"):
        product_clock(ClockSettings(file=file))


def test_the_declaration_alone_is_refused() -> None:
    """A process that was not told of the file would go by another time than the rest."""
    with pytest.raises(ClockError, match="FURLONG_CLOCK_FILE"):
        product_clock(ClockSettings(rehearsal=True))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A folder that is not mounted must not mean the machine's time."""
    with pytest.raises(ClockError, match="furlong clock set"):
        product_clock(ClockSettings(rehearsal=True, file=tmp_path / "nothing.json"))


def test_a_declared_rehearsal_says_so(file: Path) -> None:
    """Health shows the product's time."""
    clock = product_clock(ClockSettings(rehearsal=True, file=file))
    assert set(rehearsal_marks(clock)) == {"rehearsal"}


@pytest.mark.parametrize(
    "text", ["2026-04-09T18:00+01:00", "2026-04-09T17:00Z", "2026-04-09 17:00:00+00:00", "20260409T1700Z"]
)
def test_an_instant_has_its_offset(text: str) -> None:
    """ISO 8601, in UTC once it is read."""
    instant = parse_instant(text)
    assert (instant, instant.tzinfo) == (THURSDAY, UTC)


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2026-04-09", "2026-04-09T18:00", "2026-13-09T18:00Z", "1999-01-01T00:00Z"],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    """Without an offset nobody knows which moment is meant."""
    with pytest.raises(ClockError, match=r"offset from UTC, such as 2026-04-09T18:00\+01:00"):
        parse_instant(text)


def test_an_instant_far_out_is_refused() -> None:
    """An offset may not carry it past the years that there are."""
    with pytest.raises(ClockError):
        parse_instant("0001-01-01T00:00+14:00")
    assert parse_instant("2999-12-31T23:59Z").tzinfo is UTC


async def test_sessions_hold_wherever_time_is_moved_to(file: Path) -> None:
    """Tokens are of the issuer, who knows of no rehearsal: a jump of a year signs nobody out."""
    sessions: SessionSettings = demo_sessions("a secret of the tests, long enough for HS256")
    clock = RehearsalClock(file)
    verifier = SessionVerifier.from_settings(sessions, clock)
    header = f"Bearer {make_token(sessions, 'northbet', 'c-1', datetime.now(UTC))}"
    assert await verifier.verify(header)
    write_anchor(file, Anchor(datetime.now(UTC) + timedelta(days=365), datetime.now(UTC)))
    assert clock.now() > datetime.now(UTC) + timedelta(days=300)
    assert await verifier.verify(header)
    assert verifier.verify_cached(header)
