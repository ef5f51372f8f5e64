"""Whether the other side of a connection is still there, by what it sends and acknowledges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LENIENCE: Final = 10
"""How many checks the acknowledgement may take while other frames arrive, behind which it may wait."""


@dataclass(slots=True)
class Pulse:
    """What was heard since the last check.

    Attributes:
        has_heard: Whether anything was.
        due: The loop's time of the next check.
        unacknowledged: For how many checks a PING, or the first SETTINGS, has not been acknowledged; None if
            all are.
    """

    has_heard: bool = False
    due: float = 0.0
    unacknowledged: int | None = 0

    def acknowledged(self) -> None:
        """Note an acknowledgement."""
        self.unacknowledged = None

    def is_dead(self) -> bool:
        """Return whether the other side owes an acknowledgement for too long."""
        if self.unacknowledged is None:
            return False
        self.unacknowledged += 1
        return not self.has_heard or self.unacknowledged > LENIENCE

    def wants_ping(self) -> bool:
        """Return whether to send a PING, which is to be acknowledged by the next check."""
        if self.has_heard or self.unacknowledged is not None:
            return False
        self.unacknowledged = 0
        return True
