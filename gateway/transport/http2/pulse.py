"""Determines whether the peer of a connection is still alive, from what it sends and acknowledges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LENIENCE: Final = 10
"""How many checks an acknowledgement may take while other frames arrive, behind which it may be queued."""


@dataclass(slots=True)
class Pulse:
    """The signs of life since the last check.

    Attributes:
        has_heard: Whether anything was received.
        due: The loop's time of the next check.
        unacknowledged: For how many checks a PING or the first SETTINGS has been unacknowledged; None if none
            is.
    """

    has_heard: bool = False
    due: float = 0.0
    unacknowledged: int | None = 0

    def acknowledged(self) -> None:
        """Record an acknowledgement."""
        self.unacknowledged = None

    def is_dead(self) -> bool:
        """Return whether an acknowledgement is overdue."""
        if self.unacknowledged is None:
            return False
        self.unacknowledged += 1
        return not self.has_heard or self.unacknowledged > LENIENCE

    def wants_ping(self) -> bool:
        """Return whether to send a PING, which must be acknowledged by the next check."""
        if self.has_heard or self.unacknowledged is not None:
            return False
        self.unacknowledged = 0
        return True
