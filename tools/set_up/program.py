"""Does the steps that a target lacks, and says in one sentence why it cannot."""

import errno
import fcntl
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, NoReturn, Self, TextIO

from tools.set_up.commands import Commands
from tools.set_up.failures import SetUpError, disk_is_full
from tools.set_up.steps import Step
from tools.set_up.targets import NPM, PAGES, RUN_TIME, TARGETS, Lanes, compile_modules
from tools.set_up.web import require_node

REFRESH_SECONDS: Final = 0.2
CLEAR: Final = "\r\033[K"


class Console:
    """Prints steps as they end, while the running ones are shown on a terminal. Steps run in threads."""

    def __init__(self, steps: int, out: TextIO | None = None) -> None:
        """Begin with no running step.

        Args:
            steps: How many steps there are in all.
            out: Where to print; None for the standard output.
        """
        self._out = out or sys.stdout
        self._steps = steps
        self._done = 0
        self._running: dict[str, float] = {}
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._live = threading.Thread(target=self._refresh, daemon=True) if self._out.isatty() else None

    def __enter__(self) -> Self:
        """Begin to refresh the terminal."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal without the line that moves."""
        self._ended.set()
        if self._live is not None:
            self._live.join()
            self._write(CLEAR)

    def began(self, title: str) -> None:
        """Note that a step runs."""
        with self._guard:
            self._running[title] = time.monotonic()

    def ended(self, title: str) -> None:
        """Print that a step is done, with its number and its seconds."""
        with self._guard:
            seconds = time.monotonic() - self._running.pop(title)
            self._done += 1
            clear = CLEAR if self._live is not None else ""
            self._write(f"{clear}{self._done}/{self._steps} {title} … {seconds:.1f} s\n")

    def _refresh(self) -> None:
        while not self._ended.wait(REFRESH_SECONDS):
            with self._guard:
                now = time.monotonic()
                running = " · ".join(f"{title} {now - began:.0f} s" for title, began in self._running.items())
                self._write(f"{CLEAR}    {running}")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


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


@contextmanager
def only_one(folder: Path, waits: Callable[[], None]) -> Iterator[int]:
    """Hold the lock of a folder during the block, and give its open file.

    Args:
        folder: Where the lock is.
        waits: Called once if another set-up holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "set-up.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(file, fcntl.LOCK_EX)
        # The lock ends with the file's last copy: a command that outlives a killed set-up has one.
        yield file.fileno()
