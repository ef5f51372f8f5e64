"""A rehearsal's clock: one file tells all processes of an installation how far time is moved."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock, SystemClock
from foundation.storage.settings import ClockSettings

log = structlog.get_logger(__name__)
FIRST_YEAR, LAST_YEAR = 2000, 2999
NOT_MOVED: Final = timedelta(0)
_UNREAD: Final = (0, 0)


class ClockError(ValueError):
    """The product clock cannot be used, or cannot be moved like this; the message says what to do."""


class Anchor(Struct, frozen=True):
    """A product instant and its machine instant; from there both clocks run at the same speed."""

    product: datetime
    machine: datetime

    @property
    def offset(self) -> timedelta:
        """Return how far product time is ahead of machine time; negative if it is behind."""
        return self.product - self.machine


def read_anchor(path: Path) -> Anchor:
    """Read the anchor from a file.

    Raises:
        ClockError: The file is missing or broken.
    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        return Anchor(parse_instant(content["product"]), parse_instant(content["machine"]))
    except FileNotFoundError as error:
        raise ClockError(f"there is no clock in {path}: `furlong clock set` creates it") from error
    except OSError as error:
        raise ClockError(f"the clock {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, ClockError) as error:
        raise ClockError(f"{path} is not a clock file of `furlong clock set`: {error}") from error


def write_anchor(path: Path, anchor: Anchor) -> None:
    """Write the file atomically, so that no reader sees half of it.

    Raises:
        ClockError: The file cannot be written.
    """
    content = {"product": anchor.product.isoformat(), "machine": anchor.machine.isoformat()}
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise ClockError(f"the clock {path} cannot be written: {error.strerror}") from error


def parse_instant(text: str) -> datetime:
    """Return the instant, in UTC, of an ISO 8601 text with an offset.

    Raises:
        ClockError: The text has another form.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and FIRST_YEAR <= moment.year <= LAST_YEAR:
            return moment.astimezone(UTC)
    except ValueError:
        pass
    raise ClockError(
        f"{text!r} is not an instant with its offset from UTC, such as 2026-04-09T18:00+01:00 or "
        "2026-04-09T17:00Z"
    )


@dataclass(slots=True)
class RehearsalClock:
    """Product time according to a file; a move takes effect at the next reading.

    If the file is lost or broken meanwhile, time continues as before.

    Attributes:
        path: The file.
        machine: The clock that product time is relative to.
    """

    path: Path
    machine: Clock = field(default_factory=SystemClock)
    _seen: tuple[int, int] = field(default=_UNREAD, init=False)
    _offset: timedelta = field(default=NOT_MOVED, init=False)

    def __post_init__(self) -> None:
        """Read the file.

        Raises:
            ClockError: The file cannot be read.
        """
        self._seen, self._offset = self._version(), read_anchor(self.path).offset

    def now(self) -> datetime:
        """Return the current product instant, by this node's clock."""
        return self.machine.now() + self.offset

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the current product instant, by the database's server."""
        return await self.machine.at(connection) + self.offset

    @property
    def offset(self) -> timedelta:
        """Return how far product time is ahead of machine time now."""
        version = self._version()
        if version != self._seen:
            self._seen = version
            self._follow()
        return self._offset

    def _follow(self) -> None:
        try:
            self._offset = read_anchor(self.path).offset
        except ClockError as error:
            log.warning("rehearsal_clock_not_followed", error=str(error))
        else:
            log.warning("rehearsal_clock_moved", product_time=(self.machine.now() + self._offset).isoformat())

    def _version(self) -> tuple[int, int]:
        """Return what identifies the content: each write replaces the file."""
        try:
            stat = self.path.stat()
        except OSError:
            return _UNREAD
        return (stat.st_ino, stat.st_mtime_ns)


def product_clock(settings: ClockSettings) -> Clock:
    """Return the clock of the settings: the machine's, unless the installation declares a rehearsal.

    Raises:
        ClockError: A file is named without that declaration or the reverse, or the file cannot be read.
    """
    if settings.file is None:
        if settings.rehearsal:
            raise ClockError(
                "FURLONG_CLOCK_REHEARSAL is set: name the file of the clock in FURLONG_CLOCK_FILE"
            )
        return SystemClock()
    return RehearsalClock(declared_file(settings))


def declared_file(settings: ClockSettings) -> Path:
    """Return the file of a declared rehearsal's clock.

    Raises:
        ClockError: No rehearsal is declared.
    """
    if settings.file is None:
        raise ClockError(
            "nothing moves the time of this installation: set FURLONG_CLOCK_REHEARSAL=true and "
            "FURLONG_CLOCK_FILE for all its processes, or start `furlong demo --at INSTANT` in this folder"
        )
    if not settings.rehearsal:
        raise ClockError(
            "FURLONG_CLOCK_FILE moves the time by which weeks close and rewards are paid: set "
            "FURLONG_CLOCK_REHEARSAL=true if this installation is a rehearsal; in production unset it"
        )
    return settings.file


def announce_rehearsal(clock: Clock) -> None:
    """Log a warning if the clock is a rehearsal's."""
    if isinstance(clock, RehearsalClock):
        log.warning("rehearsal_clock", product_time=clock.now().isoformat(), file=str(clock.path))


def rehearsal_marks(clock: Clock) -> dict[str, str]:
    """Return what health reports of a rehearsal: its product time; empty for machine time."""
    return {"rehearsal": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"} if isinstance(clock, RehearsalClock) else {}
