"""Compares this machine's clock with those of the servers that it connects to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from foundation.storage.clock import MAX_DIFFERENCE, ahead_of
from furlong.checks.finding import Check, CheckFailed

HALF_A_SECOND: Final = timedelta(seconds=0.5)
"""The `Date` header has whole seconds: on average, half of one more has passed."""


@dataclass(slots=True)
class MachineClocks:
    """How far the clocks of other servers are ahead of this machine's.

    Attributes:
        now: Returns this machine's time.
        ahead: The differences in seconds, by server.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ahead: dict[str, float] = field(default_factory=dict)

    def note_date(self, server: str, header: str | None, asked_at: datetime) -> None:
        """Record the `Date` header of the response to a request of an instant by this machine's clock."""
        try:
            said = parsedate_to_datetime(header or "")
        except ValueError:
            return
        if said.tzinfo is not None:
            self.note(server, said + HALF_A_SECOND, asked_at)

    def note(self, server: str, said: datetime, asked_at: datetime) -> None:
        """Record the time of a server that was asked at an instant by this machine's clock."""
        self.ahead[server] = -ahead_of(asked_at, said, self.now()).total_seconds()

    def as_check(self, name: str) -> Check:
        """Return the comparison as a check, to be run after all others."""
        return Check(name, self.check)

    async def check(self) -> str:
        """Say how far the clocks differ.

        Raises:
            CheckFailed: They differ so much that workers stop.
        """
        if not self.ahead:
            return "no server told its time"
        server, most = max(self.ahead.items(), key=lambda each: abs(each[1]))
        if abs(most) > MAX_DIFFERENCE.total_seconds():
            direction = "behind" if most > 0 else "ahead of"
            raise CheckFailed(
                f"this machine's clock is {abs(most):.0f} s {direction} that of {server}",
                "set both by NTP: workers do nothing until the clocks agree",
            )
        return f"within {max(1.0, abs(most)):.0f} s of {len(self.ahead)} others"
