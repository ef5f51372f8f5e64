"""A text in a file, which is read again once the file has changed and is no longer being written."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from gateway.serving.sources.source import SourceError, decoded

SETTLE_SECONDS: Final = 0.2
"""How long a changed file must be quiet before it is read: a half-written schema may look complete."""

MAX_LOOKS: Final = 20
"""How often a constantly changing file is checked before that is reported."""

_Signature: TypeAlias = tuple[int, int, int]
"""The inode, size and modification time; a file that is renamed into place has another inode."""


def _without_waiting(path: str, flags: int) -> int:
    """Open a regular file without ever blocking: opening a pipe would hold up all later reloads.

    Raises:
        OSError: It is not a regular file, or cannot be opened.
    """
    number = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "Not a regular file")
    return number


class FileSource:
    """The text of a file.

    A file is read only if two checks, a moment apart, find it unchanged. If a writer pauses for longer than
    that, half a file may be read: rename a complete file into place to rule that out.

    Attributes:
        path: The file; a symbolic link is followed, as Kubernetes replaces the links of its volumes.
        most_bytes: The longest text.
        settle_seconds: How long a changed file must be quiet.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.path = path
        self.most_bytes = most_bytes
        self.settle_seconds = SETTLE_SECONDS
        self._returned: _Signature | None = None

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    async def read(self, *, anew: bool = False) -> str | None:
        """Return the text if the file has changed and is quiet, else None.

        Raises:
            SourceError: It cannot be read, or it is too long or not UTF-8.
        """
        before = await asyncio.to_thread(self._signature)
        if before == self._returned and not anew:
            return None
        for _ in range(MAX_LOOKS):
            await asyncio.sleep(self.settle_seconds)
            after, content = await asyncio.to_thread(self._content, opener=_without_waiting)
            if after == before:
                self._returned = after
                return decoded(content)
            before = after
        raise SourceError("changes all the time")

    def read_now(self) -> str:
        """Return the current text, at startup: nobody is expected to change the file then.

        Raises:
            SourceError: It cannot be read, or it is too long or not UTF-8.
        """
        before = self._signature()
        _, content = self._content()
        self._returned = before
        return decoded(content)

    def _content(self, opener: Callable[[str, int], int] | None = None) -> tuple[_Signature, bytes]:
        try:
            with open(self.path, "rb", opener=opener) as file:
                content = file.read(self.most_bytes + 1)
        except OSError as error:
            raise SourceError(str(error.strerror)) from error
        if len(content) > self.most_bytes:
            raise SourceError(f"larger than {self.most_bytes} bytes")
        return self._signature(), content

    def _signature(self) -> _Signature:
        try:
            status = self.path.stat()
        except OSError as error:
            raise SourceError(str(error.strerror)) from error
        return status.st_ino, status.st_size, status.st_mtime_ns
