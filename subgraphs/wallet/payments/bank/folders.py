"""The folder by which files go to a bank and come from it: no link is followed, and what is written stays.

Its parts must be there: a folder that is made on demand would hide that the shared one is not mounted, and an
empty one forgets what was sent.
"""

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foundation.iso20022.documents import MAX_DOCUMENT_BYTES

OUTBOX: Final = "outbox"
SENT: Final = "sent"
INBOX: Final = "inbox"
READ: Final = "read"
REFUSED: Final = "refused"
RECORDS: Final = "records"
FOLDERS: Final = (OUTBOX, SENT, INBOX, READ, REFUSED, RECORDS)

FILE_MODE: Final = 0o600
LOCK_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.02
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READING: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAKING: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class System:
    """What files ask of the operating system, one call each, so that a test can let each of them fail."""

    def make(self, name: str, folder: int) -> int:
        """Make a file that is not there, and return its descriptor."""
        return os.open(name, _MAKING, FILE_MODE, dir_fd=folder)

    def write(self, file: int, content: bytes) -> int:
        """Write some of the content; return how much."""
        return os.write(file, content)

    def sync(self, file: int) -> None:
        """Wait until a file, or the names of a folder, would survive a loss of power."""
        os.fsync(file)

    def rename(self, name: str, folder: int, to: str, to_folder: int) -> None:
        """Give a file another name, in one step."""
        os.rename(name, to, src_dir_fd=folder, dst_dir_fd=to_folder)

    def remove(self, name: str, folder: int) -> None:
        """Remove a name."""
        os.unlink(name, dir_fd=folder)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of an opened folder.

    Attributes:
        folders: The descriptors of its parts, by name.
    """

    folders: dict[str, int]
    system: System

    def names(self, folder: str) -> list[str]:
        """Return the names in a part of the folder, sorted."""
        return sorted(os.listdir(self.folders[folder]))  # noqa: PTH208 - a descriptor has no path

    def has(self, folder: str, name: str) -> bool:
        """Tell whether there is anything by a name."""
        try:
            os.stat(name, dir_fd=self.folders[folder], follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def read(self, folder: str, name: str) -> bytes | None:
        """Return what a file has in it, up to one byte more than a message may have; None if there is none.

        Raises:
            OSError: It cannot be read, or is a link or anything else than a file.
        """
        try:
            file = os.open(name, _READING, dir_fd=self.folders[folder])
        except FileNotFoundError:
            return None
        with os.fdopen(file, "rb") as opened:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise OSError(errno.EINVAL, "it is no file")
            return opened.read(MAX_DOCUMENT_BYTES + 1)

    def make(self, folder: str, name: str, content: bytes) -> None:
        """Write a new file, which is durable afterwards; what is left of an earlier try is removed.

        Raises:
            OSError: It cannot be written; nothing is left of it, if that is possible.
        """
        place = self.folders[folder]
        if self.has(folder, name):
            self.system.remove(name, place)
        file = self.system.make(name, place)
        try:
            try:
                left = memoryview(content)
                while left:
                    left = left[self.system.write(file, bytes(left)) :]
                self.system.sync(file)
            finally:
                os.close(file)
        except OSError:
            self.system.remove(name, place)
            raise
        self.system.sync(place)

    def remove(self, folder: str, name: str) -> None:
        """Remove a file, which does not come back afterwards."""
        self.system.remove(name, self.folders[folder])
        self.system.sync(self.folders[folder])

    def move(self, folder: str, name: str, to_folder: str, to: str) -> None:
        """Give a file another name, which is durable afterwards."""
        self.system.rename(name, self.folders[folder], to, self.folders[to_folder])
        self.system.sync(self.folders[to_folder])
        if to_folder != folder:
            self.system.sync(self.folders[folder])


@dataclass(frozen=True, slots=True)
class BankFolder:
    """A bank's folder, which is opened for each use: it may be mounted, or replaced, at any time."""

    path: Path
    system: System

    @contextmanager
    def opened(self) -> Iterator[Files]:
        """Open the folder.

        Raises:
            OSError: It, or a part of it, is missing, or is a link.
        """
        with ExitStack() as stack:
            yield self._opened(stack)

    @contextmanager
    def locked(self, purpose: str) -> Iterator[Files]:
        """Open the folder, and keep other processes from doing the same for the same purpose.

        Raises:
            OSError: It, or a part of it, is missing, or another process has it for too long.
        """
        with ExitStack() as stack:
            base = self._base(stack)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            lock = os.open(f".{purpose}.lock", flags, FILE_MODE, dir_fd=base)
            stack.callback(os.close, lock)
            _wait_for(lock)
            yield self._parts(stack, base)

    def _opened(self, stack: ExitStack) -> Files:
        return self._parts(stack, self._base(stack))

    def _base(self, stack: ExitStack) -> int:
        base = os.open(self.path, _FOLDER)
        stack.callback(os.close, base)
        return base

    def _parts(self, stack: ExitStack, base: int) -> Files:
        folders: dict[str, int] = {}
        for name in FOLDERS:
            folders[name] = os.open(name, _FOLDER, dir_fd=base)
            stack.callback(os.close, folders[name])
        return Files(folders, self.system)


def _wait_for(lock: int) -> None:
    """Lock a file.

    Raises:
        BlockingIOError: Another process has it for too long.
    """
    ends = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= ends:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
