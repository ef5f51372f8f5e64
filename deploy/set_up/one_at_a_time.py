"""Lets one set-up work in a clone at a time; the next one waits."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


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
