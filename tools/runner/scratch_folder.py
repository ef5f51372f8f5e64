"""Where tests keep their files: in memory, where there is room for them, else in the system's folder.

Tests make some thousand small databases and wait for each to be on the disk, which nobody reads afterwards.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own below it
PREFIX: Final = "furlong-"
"""Short, because the path of a socket has a hundred characters at most; the process's id follows."""

BYTES_NEEDED: Final = 6 * 1024**3
"""More than all tests at once have in files; the machine must have as much again for the tests themselves."""


@contextmanager
def scratch_folder(memory: Path = IN_MEMORY, needed: int = BYTES_NEEDED) -> Iterator[Path | None]:
    """Make the folder for temporary files of this process and of those that it starts.

    It is removed at the end. What a killed run left is removed by the next run.

    Args:
        memory: A folder whose files are in memory.
        needed: How many bytes must be free there.

    Raises:
        FileExistsError: Somebody else has made the folder.

    Yields:
        The folder; None if there is no room, and temporary files are where they always are.
    """
    if not memory.is_dir():
        yield None
        return
    _remove_those_of_ended_runs(memory)
    if shutil.disk_usage(memory).free < needed or _available_bytes() < 2 * needed:
        yield None
        return
    before = os.environ.get("TMPDIR"), tempfile.tempdir
    folder = memory / f"{PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o700)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        tempfile.tempdir = before[1]
        if before[0] is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before[0]


def _remove_those_of_ended_runs(memory: Path) -> None:
    for folder in memory.glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX)
        if pid.isdecimal() and not Path("/proc", pid).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _available_bytes() -> int:
    """Return how much memory programs may still take, in bytes; 0 where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    kilobytes = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), "0")
    return int(kilobytes) * 1024
