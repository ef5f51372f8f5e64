"""Where keys come from: a file, which is read again when it changes, or settings."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import structlog

from foundation.signatures.keys import MAX_BYTES, KeySet, read_key_set

LOOK_SECONDS: Final = 1.0
"""How often a file is checked for changes, at most; a new key in it is known after that time."""


class KeySource(Protocol):
    """Returns the current keys."""

    def __call__(self) -> KeySet:
        """Return the keys; never waits."""
        ...


@dataclass(frozen=True, slots=True)
class FixedKeys:
    """Keys that never change."""

    keys: KeySet

    def __call__(self) -> KeySet:
        """Return the keys."""
        return self.keys


class KeyFile:
    """The keys of a file.

    When keys are needed, but at most every `LOOK_SECONDS`, the file is checked, and read if it has changed.
    While it is missing or broken, the last keys are used, and the log says so.

    Args:
        path: The file, a JSON Web Key Set.
        clock: Returns seconds that never go back.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is not a key set, or a key in it cannot be used.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._version = _version(path)
        self._keys = _read(path)
        self._look_at = clock() + LOOK_SECONDS

    def __call__(self) -> KeySet:
        """Return the keys of the file as it was at most a second ago."""
        if self._clock() >= self._look_at:
            self._look()
        return self._keys

    def _look(self) -> None:
        self._look_at = self._clock() + LOOK_SECONDS
        try:
            version = _version(self._path)
            if version == self._version:
                return
            # Noted before it is read: if the file changes meanwhile, it is read again.
            self._version = version
            self._keys = _read(self._path)
        except (OSError, ValueError) as error:
            structlog.get_logger("signatures").error("signing_keys_not_read", reason=_told(error))
        else:
            structlog.get_logger("signatures").info("signing_keys_read", keys=sorted(self._keys.by_id))


def key_source(file: Path | None, text: str | None) -> KeySource | None:
    """Return the keys of a file or of a text; None without either.

    Raises:
        OSError: The file cannot be read.
        ValueError: Both are given, or the keys cannot be used.
    """
    if file is not None and text is not None:
        raise ValueError("give the keys in a file or in a setting, not both")
    if file is not None:
        return KeyFile(file)
    return None if text is None else FixedKeys(read_key_set(text.encode()))


def _version(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(path: Path) -> KeySet:
    with path.open("rb") as opened:
        return read_key_set(opened.read(MAX_BYTES + 1))


def _told(error: Exception) -> str:
    return error.strerror or "" if isinstance(error, OSError) else str(error)
