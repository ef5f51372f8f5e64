"""A text in a file, which is read again when the file has changed and is not being written any more."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final, TypeAlias

from gateway.sources.source import SourceError, decoded

SETTLE_SECONDS: Final = 0.2
"""How long a changed file must rest before it is read: a half-written schema may look like a whole one."""

MOST_LOOKS: Final = 20
"""How often a file that changes all the time is looked at before that is reported."""

_Signature: TypeAlias = tuple[int, int, int]
"""The inode, size and time of change; a file that is renamed into place has another inode."""


class FileSource:
    """The text of a file.

    A file is read only if two looks at it, a moment apart, find the same. A process that stops in the middle
    of writing for longer than that leaves half a file: rename a complete file into place to exclude it.

    Attributes:
        path: The file; a symbolic link is followed, as Kubernetes replaces the links of its volumes.
        most_bytes: The longest text.
        settle_seconds: How long a changed file must rest.
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
        """Return the text if the file has changed, and rests; else None.

        Raises:
            SourceError: It cannot be read, or it is too long or not UTF-8.
        """
        before = await asyncio.to_thread(self._signature)
        if before == self._returned and not anew:
            return None
        for _ in range(MOST_LOOKS):
            await asyncio.sleep(self.settle_seconds)
            after, content = await asyncio.to_thread(self._content)
            if after == before:
                self._returned = after
                return decoded(content)
            before = after
        raise SourceError("changes all the time")

    def read_now(self) -> str:
        """Return the text as it is, at the start: nobody changes the file by then.

        Raises:
            SourceError: It cannot be read, or it is too long or not UTF-8.
        """
        before = self._signature()
        _, content = self._content()
        self._returned = before
        return decoded(content)

    def _content(self) -> tuple[_Signature, bytes]:
        try:
            with self.path.open("rb") as file:
                content = file.read(self.most_bytes + 1)
        except OSError as error:
            raise SourceError(str(error.strerror)) from error
        if len(content) > self.most_bytes:
            raise SourceError(f"larger than {self.most_bytes} bytes")
        return self._signature(), content

    def _signature(self) -> _Signature:
        try:
            found = self.path.stat()
        except OSError as error:
            raise SourceError(str(error.strerror)) from error
        return found.st_ino, found.st_size, found.st_mtime_ns
