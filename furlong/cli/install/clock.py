"""`furlong clock …`: shows and moves the time of a rehearsal."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from furlong.cli.command_work import run
from furlong.cli.json_lists import echo_table, week_cell
from furlong.cli.known_names import require_names
from furlong.cli.options import clock_file, database_settings, fail

if TYPE_CHECKING:
    from foundation.storage.rehearsal import RehearsalClock
    from subgraphs.progress.weeks.lifecycle import ScheduledEvent

cli = typer.Typer(
    no_args_is_help=True,
    help="The time of a rehearsal; all processes of the installation follow it at once. In production "
    "nothing moves time: see FURLONG_CLOCK_… in `furlong settings`.",
)
DURATION: Final = re.compile(r"(?:(\d{1,4})w)?(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,4})s)?")
Brand = Annotated[str | None, typer.Option(help="Only this brand.")]
Backwards = Annotated[
    bool, typer.Option("--backwards", help="Allow moving the clock back although there are data.")
]


@cli.command()
def show(
    *,
    brand: Brand = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> None:
    """Show the time of the rehearsal, and when its weeks lock, end, and become final."""
    from backoffice.rules.scheme_versions import utc

    clock = _clock()
    ahead = clock.offset
    if as_json:
        typer.echo(json.dumps(_facts(clock, brand), indent=2))
        return
    typer.echo(f"product time  {utc(clock.now())}")
    typer.echo(f"machine time  {utc(clock.machine.now())}")
    typer.echo(f"moved by      {'-' if ahead < timedelta() else ''}{abs(ahead)}")
    typer.echo(f"file          {clock.path}")
    points = [
        (utc(point.at), point.event.value, point.brand, week_cell(point.iso_week))
        for point in _points(clock, brand)
    ]
    if points:
        typer.echo()
        echo_table(("at", "what happens", "brand", "week"), points)


@cli.command(name="set")
def set_clock(
    instant: Annotated[str, typer.Argument(help="ISO 8601 with an offset, such as 2026-04-09T18:00+01:00.")],
    *,
    backwards: Backwards = False,
) -> None:
    """Set the time in all processes; the clock runs on from there."""
    from foundation.storage.rehearsal import ClockError, parse_instant

    try:
        _move(parse_instant(instant), backwards=backwards)
    except ClockError as error:
        fail(error)


@cli.command()
def advance(
    by: Annotated[
        str | None, typer.Argument(metavar="[DURATION]", help="Such as 90m, 2h30m, 3d or 1w.")
    ] = None,
    *,
    to: Annotated[
        Literal["lock", "week-end", "grace-end"] | None,
        typer.Option(help="Move to the next lock, week end or grace end, instead of by a duration."),
    ] = None,
    brand: Brand = None,
) -> None:
    """Move the clock forward: by a duration, or to the lock, the end, or the end of grace of a week."""
    clock = _clock()
    if (by is None) == (to is None):
        fail("give a duration, as in `furlong clock advance 2h`, or a target, as in `--to week-end`")
    if by is not None:
        _move(clock.now() + _duration(by), backwards=False)
        return
    point = next((point for point in _points(clock, brand) if point.event.value == to), None)
    if point is None:
        fail("no week of a club is known here: has `furlong load` been run?")
    _move(point.at, backwards=False)


@cli.command()
def reset(*, backwards: Backwards = False) -> None:
    """Return to the machine's time; this moves the clock back if the rehearsal was ahead."""
    from foundation.storage.clock import SystemClock

    _move(SystemClock().now(), backwards=backwards)


def _move(to: datetime, *, backwards: bool) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from backoffice.rules.scheme_versions import utc
    from foundation.storage.clock import SystemClock
    from foundation.storage.rehearsal import Anchor, ClockError, RehearsalClock, write_anchor

    path, machine = clock_file(), SystemClock()
    try:
        now = RehearsalClock(path).now() if path.exists() else machine.now()
        if to < now and not backwards and _has_data():
            fail(
                f"it is {utc(now)} already, and there are data of that time, so time cannot run backwards. "
                "Use empty databases, or add --backwards if recorded facts may lie in the future"
            )
        write_anchor(path, Anchor(to, machine.now()))
    except (ClockError, SQLAlchemyError, OSError) as error:
        fail(error)
    typer.echo(f"It is {utc(to)} now.")


def _facts(clock: RehearsalClock, brand: str | None) -> dict[str, object]:
    """Return what `show` tells, as JSON values."""
    events = [
        {
            "at": point.at.isoformat(),
            "event": point.event.value,
            "brand": point.brand,
            "iso_week": point.iso_week,
        }
        for point in _points(clock, brand)
    ]
    return {
        "product_time": clock.now().isoformat(),
        "machine_time": clock.machine.now().isoformat(),
        "moved_by_seconds": clock.offset.total_seconds(),
        "file": str(clock.path),
        "events": events,
    }


def _clock() -> RehearsalClock:
    from foundation.storage.rehearsal import ClockError, RehearsalClock

    try:
        return RehearsalClock(clock_file())
    except ClockError as error:
        fail(error)


def _duration(text: str) -> timedelta:
    match = DURATION.fullmatch(text)
    if not text or match is None:
        fail(f"{text!r} is not a duration such as 90m, 2h30m, 3d or 1w")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _has_data() -> bool:
    """Tell whether there are data of the clock's time; brands are always the first to be stored."""
    from foundation.storage.clock import SystemClock
    from foundation.storage.migrations.upgrade import status
    from furlong.databases import METADATA
    from furlong.workers.week_worker import WeekWorker

    async def look() -> bool:
        settings = database_settings(or_new=True)
        if (await status(settings, "progress", METADATA["progress"])).state in {"absent", "empty"}:
            return False
        worker = WeekWorker.open(settings, SystemClock())
        try:
            return bool(await worker.lifecycle.brands())
        finally:
            await worker.close()

    return asyncio.run(look())


def _points(clock: RehearsalClock, brand: str | None) -> list[ScheduledEvent]:
    from furlong.workers.week_worker import WeekWorker
    from subgraphs.progress.models import REFERENCE
    from subgraphs.progress.weeks.lifecycle import upcoming_events

    async def read() -> list[ScheduledEvent]:
        worker = WeekWorker.open(database_settings(), clock)
        try:
            await require_names(worker.progress, REFERENCE, brand)
            return await upcoming_events(worker.lifecycle, clock.now(), brand)
        finally:
            await worker.close()

    return run(read())
