"""A TLS context that is built again when its files change."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import structlog

Stamp: TypeAlias = tuple[tuple[int, int, int], ...]


class ReloadedContext:
    """The context of some files.

    While the files are wrong, such as a new certificate whose key is not there yet, the context before stays.

    Attributes:
        current: The context for new connections.
    """

    def __init__(self, files: Iterable[Path | None], build: Callable[[], ssl.SSLContext]) -> None:
        self._files = [each for each in files if each is not None]
        self._build = build
        self._stamp = self._looked_at()
        self.current = build()

    def refresh(self) -> bool:
        """Build the context again if a file has changed, and return whether it was."""
        try:
            stamp = self._looked_at()
            if stamp == self._stamp:
                return False
            self.current = self._build()
        except (OSError, ValueError) as error:
            files = [str(each) for each in self._files]
            structlog.get_logger("gateway").error("certificates_broken", files=files, reason=str(error))
            return False
        self._stamp = stamp
        return True

    def _looked_at(self) -> Stamp:
        found = [each.stat() for each in self._files]
        return tuple((each.st_mtime_ns, each.st_size, each.st_ino) for each in found)
