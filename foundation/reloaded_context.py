"""A TLS context that is rebuilt when its files change."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import structlog

Stamp: TypeAlias = tuple[tuple[int, int, int], ...]


class ReloadedContext:
    """A TLS context built from files.

    While the files are invalid, such as a new certificate whose key is still missing, the previous context is
    kept.

    Attributes:
        current: The context for new connections.
    """

    def __init__(self, files: Iterable[Path | None], build: Callable[[], ssl.SSLContext]) -> None:
        self._files = [file for file in files if file is not None]
        self._build = build
        self._stamp = self._looked_at()
        self.current = build()

    def refresh(self) -> bool:
        """Rebuild the context if a file has changed; return whether it was rebuilt."""
        try:
            stamp = self._looked_at()
            if stamp == self._stamp:
                return False
            self.current = self._build()
        except (OSError, ValueError) as error:
            files = [str(file) for file in self._files]
            structlog.get_logger("gateway").error("certificates_broken", files=files, reason=str(error))
            return False
        self._stamp = stamp
        return True

    def _looked_at(self) -> Stamp:
        found = [file.stat() for file in self._files]
        return tuple((each.st_mtime_ns, each.st_size, each.st_ino) for each in found)
