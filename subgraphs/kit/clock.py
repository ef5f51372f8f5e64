"""Where the time of day comes from."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time, always in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until it is moved: for tests and for looking at another moment."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was last set to."""
        return self.instant

    def advance(self, by: timedelta) -> None:
        """Moves the clock forward."""
        self.instant += by
