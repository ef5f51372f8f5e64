"""By which clock the demo goes: the machine's, or one that is kept with its data and can be moved."""

from datetime import datetime
from pathlib import Path
from typing import Final

from furlong.demo.data_folder import DATABASES
from furlong.install.world import World, utc
from storage.clock import Clock, SystemClock
from storage.rehearsal import Anchor, ClockError, RehearsalClock, write_anchor

CLOCK_FILE: Final = "clock.json"


def demo_clock(data: Path, at: datetime | None, *, backwards: bool) -> Clock:
    """The clock of a data folder. Once it has been moved it stays moved, for its data are of that time.

    Args:
        data: the folder.
        at: the moment that it shall be now; None for the one that it is.
        backwards: also before the one that it is, where there are data already.

    Raises:
        ClockError: that would be backwards, or the clock cannot be read or written.
    """
    path, machine = data / CLOCK_FILE, SystemClock()
    clock: Clock = RehearsalClock(path) if path.exists() else machine
    if at is None:
        return clock
    if at < clock.now() and (data / DATABASES).exists() and not backwards:
        raise ClockError(
            f"the data in {data} are of {utc(clock.now())}, and --at is before that: name another folder by "
            "--data, leave --at out to go on from there, or say --backwards"
        )
    write_anchor(path, Anchor(at, machine.now()))
    return RehearsalClock(path)


def require_schemes(world: World, now: datetime) -> None:
    """Checks that all schemes of a world hold by then.

    Raises:
        ClockError: one does not.
    """
    first = max(scheme.effective_from for brand in world.brands for scheme in brand.schemes)
    if now < first:
        raise ClockError(f"the demo's club begins at {utc(first)}: choose a later --at")
