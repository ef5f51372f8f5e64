"""Does the steps that a target lacks, and says in one sentence why it cannot."""

import errno
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from deploy.set_up.commands import Commands
from deploy.set_up.console import Console
from deploy.set_up.failures import SetUpError, disk_is_full
from deploy.set_up.one_at_a_time import only_one
from deploy.set_up.steps import Step
from deploy.set_up.targets import NPM, PAGES, RUN_TIME, TARGETS, Lanes, compile_modules
from deploy.set_up.web import require_node

ROOT: Final = Path(__file__).resolve().parents[2]
INTERRUPTED: Final = 130
COMPILED: Final = "Python modules compiled"


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Set up what a target needs, and return the exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        (target,) = arguments
        set_up(TARGETS[target], root)
    except SetUpError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(_about(error, root), file=sys.stderr)
    except KeyboardInterrupt:
        print("\nThe set-up was stopped; the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    else:
        return 0
    return 1


def set_up(lanes: Lanes, root: Path) -> None:
    """Do the steps that are not up to date, lane beside lane; nothing if all are.

    Raises:
        SetUpError: A step failed.
        OSError: A file cannot be written.
    """
    with only_one(root / ".furlong", _say_that_it_waits) as lock:
        missing = _missing(lanes, root)
        if not missing:
            return
        if any(step.needs_node for lane in missing for step in lane):
            require_node(root)
        _do(missing, Commands(root, [lock]))


def _missing(lanes: Lanes, root: Path) -> Lanes:
    """Return the steps that are not up to date."""
    missing = (tuple(step for step in lane if not step.is_fresh(root)) for lane in lanes)
    return tuple(lane for lane in missing if lane)


def _do(lanes: Lanes, commands: Commands) -> None:
    compiles = any(RUN_TIME in lane for lane in lanes) and any(NPM in lane or PAGES in lane for lane in lanes)
    steps = sum(map(len, lanes)) + compiles
    with Console(steps) as console, ThreadPoolExecutor(len(lanes)) as threads:
        try:
            running = [threads.submit(_do_lane, lane, commands, console, compiles) for lane in lanes]
            done, _ = wait(running, return_when=FIRST_EXCEPTION)
            failed = [error for lane in done if (error := lane.exception()) is not None]
        finally:
            commands.stop()
    if failed:
        raise failed[0]


def _do_lane(lane: Sequence[Step], commands: Commands, console: Console, compiles: bool) -> None:  # noqa: FBT001
    for step in lane:
        console.began(step.title)
        step.do(commands)
        console.ended(step.title)
    if compiles and RUN_TIME in lane:
        console.began(COMPILED)
        compile_modules(commands)
        console.ended(COMPILED)


def _say_that_it_waits() -> None:
    print("Another set-up is running in this folder: waiting for it to end.", flush=True)


def _about(error: OSError, root: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_is_full(root)
    return (
        f"{error.filename} cannot be written ({error.strerror}): let this user write there, and run it again."
    )


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
