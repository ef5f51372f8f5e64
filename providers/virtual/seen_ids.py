"""The ids of webhooks that were taken, as long as a copy of one could be accepted. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from providers.kept_items import KeptItems

SEEN: Final = "seen-"
"""The notes with the ids: until when each counts, in seconds since 1970, and a digest of its body."""

MAX_SEEN: Final = 50_000


class Seen(Enum):
    """Whether an id came before."""

    NEVER = auto()
    SAME = auto()
    OTHER = auto()


@dataclass(slots=True)
class SeenIds:
    """Knows ids, also those of the process before this one."""

    items: KeptItems
    seconds: float
    _seen: dict[str, tuple[float, str]] = field(default_factory=dict)

    def restore(self) -> None:
        """Begin with what the notes say."""
        for name, value in self.items.notes.items():
            until, _, digest = value.decode(errors="replace").partition(" ")
            if name.startswith(SEEN) and until.isdigit():
                self._seen[name.removeprefix(SEEN)] = (float(until), digest)
        self._seen = dict(sorted(self._seen.items(), key=lambda entry: entry[1][0]))

    def look_up(self, name: str, body: bytes) -> Seen:
        """Return whether an id came before, with the same body or another one."""
        if name not in self._seen:
            return Seen.NEVER
        return Seen.SAME if self._seen[name][1] == _digest(body) else Seen.OTHER

    def is_full(self, now: float) -> bool:
        """Forget what no longer counts, and return whether there is room for one more."""
        for name in list(self._seen):
            if self._seen[name][0] >= now:
                break
            del self._seen[name]
            self.items.note(SEEN + name, None)
        return len(self._seen) >= MAX_SEEN

    def add(self, name: str, body: bytes, now: float) -> None:
        """Know an id from now on."""
        until, digest = int(now + self.seconds) + 1, _digest(body)
        self._seen[name] = (until, digest)
        self.items.note(SEEN + name, f"{until} {digest}".encode())


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
