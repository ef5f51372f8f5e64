"""The clock of a demo: the machine's, or one that is stored with the data and can be moved."""

from datetime import datetime
from pathlib import Path
from typing import Final

from backoffice.rules.scheme_versions import utc
from foundation.storage.clock import Clock, SystemClock
from foundation.storage.rehearsal import Anchor, ClockError, RehearsalClock, write_anchor
from furlong.demo.ready_file import DATABASES
from furlong.install.world import World

CLOCK_FILE: Final = "clock.json"


def demo_clock(data: Path, at: datetime | None, *, backwards: bool) -> Clock:
    """Return the clock of a data folder. Once moved, it stays moved, because the data have its times.

    Args:
        data: The data folder.
        at: The time to set the clock to; None to leave it as it is.
        backwards: Whether `at` may be before the clock's present time although there are data.

    Raises:
        ClockError: Time would run backwards, or the clock cannot be read or written.
    """
    path, machine = data / CLOCK_FILE, SystemClock()
    clock: Clock = RehearsalClock(path) if path.exists() else machine
    if at is None:
        return clock
    if at < clock.now() and (data / DATABASES).exists() and not backwards:
        raise ClockError(
            f"the data in {data} are of {utc(clock.now())}, and --at is before that: name another folder "
            "with --data, omit --at to continue from there, or add --backwards"
        )
    write_anchor(path, Anchor(at, machine.now()))
    return RehearsalClock(path)


def demo_now(data: Path) -> datetime:
    """Return the time of a data folder whose clock was moved."""
    return RehearsalClock(data / CLOCK_FILE).now()


def move_demo_clock(data: Path, to: datetime) -> None:
    """Move the clock of a data folder; all parts of the demo follow at their next reading."""
    write_anchor(data / CLOCK_FILE, Anchor(to, SystemClock().now()))


def require_schemes(world: World, now: datetime) -> None:
    """Check that all schemes of a world are in effect.

    Raises:
        ClockError: A scheme is not in effect.
    """
    first = max(scheme.effective_from for brand in world.brands for scheme in brand.schemes)
    if now < first:
        raise ClockError(f"the demo's club begins at {utc(first)}: choose a later --at")
