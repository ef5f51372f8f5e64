"""`furlong clock` shows and moves the time of a rehearsal, never by accident and never backwards."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consumers.messages.schemes import decode_scheme
from foundation.storage.rehearsal import read_anchor
from furlong.cli import app
from furlong.databases import METADATA
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.progress.models import REFERENCE
from tests.support.consumers.sample_messages import scheme
from tests.support.database_probe import migrated

MONDAY = "2026-04-06T09:00+01:00"


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Declare a rehearsal without databases; return the file of its clock, which does not exist yet."""
    monkeypatch.setenv("FURLONG_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/databases")
    monkeypatch.setenv("FURLONG_CLOCK_REHEARSAL", "true")
    monkeypatch.setenv("FURLONG_CLOCK_FILE", str(tmp_path / "clock.json"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "clock.json"


@pytest.fixture
def played(clock: Path, tmp_path: Path) -> Path:
    """Set up the same with a brand, on a Monday in its time zone."""
    assert furlong("clock", "set", MONDAY).exit_code == 0
    (tmp_path / "databases").mkdir()

    async def fill() -> None:
        url = f"sqlite+aiosqlite:///{tmp_path}/databases"
        async with migrated(url, "progress", METADATA["progress"]) as database:
            writer = ReferenceWriter(REFERENCE, database.dialect)
            effective = {"effective_from": "2026-01-05T00:00:00Z", "occurred_at": "2026-01-01T00:00:00Z"}
            first = decode_scheme(scheme(**effective, choice_lock_minutes=60))
            async with database.write() as connection:
                await writer.store_schemes(connection, [first.brand_row()], [first.row()])

    asyncio.run(fill())
    return clock


def furlong(*arguments: str) -> Result:
    """Run `furlong ARGUMENTS`."""
    return CliRunner().invoke(app, arguments)


def time_of(clock: Path) -> datetime:
    """Return the time of the rehearsal."""
    return datetime.now(UTC) + read_anchor(clock).offset


def is_about(clock: Path, instant: str) -> bool:
    """Tell whether the rehearsal's time is that moment or shortly after."""
    return timedelta() <= time_of(clock) - datetime.fromisoformat(instant) < timedelta(minutes=10)


def test_a_rehearsal_begins_with_its_first_moment(played: Path) -> None:
    """Without the clock's file every command is refused, because the machine's time would be wrong."""
    played.unlink()
    assert "furlong clock set" in furlong("week", "status").output
    assert furlong("clock", "set", MONDAY, "--backwards").output == "It is 2026-04-06T08:00:00.000000Z now.\n"
    assert is_about(played, MONDAY)


def test_without_data_it_may_be_set_to_any_moment(clock: Path) -> None:
    """While nothing is recorded, the clock can also be set to an earlier time."""
    for moment in (MONDAY, "2026-02-01T12:00Z"):
        assert furlong("clock", "set", moment).exit_code == 0
        assert is_about(clock, moment)


def test_it_does_not_run_backwards_unless_it_is_told_to(played: Path) -> None:
    """With data, the clock cannot be set to before the present, except with `--backwards`."""
    earlier = "2026-04-05T12:00Z"
    refused = furlong("clock", "set", earlier)
    assert (refused.exit_code, "time cannot run backwards" in refused.output) == (1, True)
    assert is_about(played, MONDAY)
    assert furlong("clock", "set", earlier, "--backwards").exit_code == 0
    assert is_about(played, earlier)


def test_it_goes_on_by_durations(played: Path) -> None:
    """A duration has weeks, days, hours, minutes and seconds."""
    assert furlong("clock", "advance", "1d2h30m").exit_code == 0
    assert is_about(played, "2026-04-07T10:30Z")
    for wrong in ("", "3", "h", "1h1d", "-1h"):
        assert furlong("clock", "advance", "--", wrong).exit_code == 1
    assert is_about(played, "2026-04-07T10:30Z")


def test_it_goes_to_lock_end_and_end_of_grace(played: Path) -> None:
    """The clock moves to the next such instant in the brand's time zone, and `show` lists what comes."""
    shown = furlong("clock", "show").output
    for line in (
        "2026-04-12T22:00:00.000000Z  lock          northbet  2026-W15",
        "2026-04-12T23:00:00.000000Z  week-end      northbet  2026-W15",
    ):
        assert line in shown
    told = json.loads(furlong("clock", "show", "--json").output)
    assert told["moved_by_seconds"] != 0
    assert told["events"][0] == {
        "at": "2026-04-12T22:00:00+00:00",
        "event": "lock",
        "brand": "northbet",
        "iso_week": "2026-W15",
    }
    for turn, moment in (("lock", "2026-04-12T22:00Z"), ("week-end", "2026-04-12T23:00Z")):
        assert furlong("clock", "advance", "--to", turn).exit_code == 0
        assert is_about(played, moment)
    assert "grace-end     northbet  2026-W15" in furlong("clock", "show").output
    assert furlong("clock", "advance", "--to", "grace-end").exit_code == 0
    assert "2026-W15" not in furlong("clock", "show").output
    assert furlong("clock", "advance", "--to", "lock").exit_code == 0
    assert is_about(played, "2026-04-19T22:00Z")


def test_it_is_said_by_how_much_or_where_to(played: Path) -> None:
    """Exactly one of the two must be given, and an unknown brand is named in the error."""
    assert "give a duration" in furlong("clock", "advance").output
    assert "give a duration" in furlong("clock", "advance", "2h", "--to", "lock").output
    assert "nobet" in furlong("clock", "advance", "--to", "lock", "--brand", "nobet").output
    assert is_about(played, MONDAY)


def test_it_goes_back_to_the_machines_time(played: Path) -> None:
    """That is allowed from an earlier time, which moves forward, or with `--backwards`."""
    ahead = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    assert furlong("clock", "set", ahead).exit_code == 0
    assert furlong("clock", "reset").exit_code == 1
    assert furlong("clock", "reset", "--backwards").exit_code == 0
    assert abs(read_anchor(played).offset) < timedelta(minutes=1)


def test_every_command_says_that_it_is_a_rehearsal(played: Path) -> None:
    """Commands say so on stderr, so that their output stays the same."""
    told = furlong("db", "status", "--json")
    assert "furlong: this is a rehearsal; it is 2026-04-06T08:" in told.stderr
    assert json.loads(told.stdout)
    assert is_about(played, MONDAY)


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("command", [("clock", "show"), ("clock", "set", MONDAY), ("week", "status")])
def test_nothing_moves_time_in_an_installation_that_is_no_rehearsal(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """A clock file that is left in the environment makes every command fail."""
    monkeypatch.delenv("FURLONG_CLOCK_REHEARSAL")
    ended = furlong(*command)
    assert ended.exit_code == 1
    assert "set FURLONG_CLOCK_REHEARSAL=true if this installation is a rehearsal" in ended.output
