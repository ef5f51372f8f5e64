"""Compares this machine's clock with those of the servers that it connects to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from furlong.checks.finding import Check, CheckFailed

MAX_SECONDS: Final = 10.0
"""How far clocks may differ: tokens allow for 30 seconds, and both sides may be wrong."""


@dataclass(slots=True)
class MachineClocks:
    """How far the clocks of other servers are ahead of this machine's.

    Attributes:
        now: Returns this machine's time.
        ahead: The differences in seconds, by server.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ahead: dict[str, float] = field(default_factory=dict)

    def note_date(self, server: str, header: str | None) -> None:
        """Record the `Date` header of a response."""
        try:
            said = parsedate_to_datetime(header or "")
        except ValueError:
            return
        if said.tzinfo is not None:
            self.note(server, said)

    def note(self, server: str, said: datetime) -> None:
        """Record the time of a server."""
        self.ahead[server] = (said - self.now()).total_seconds()

    def as_check(self, name: str) -> Check:
        """Return the comparison as a check, to be run after all others."""
        return Check(name, self.check)

    async def check(self) -> str:
        """Say how far the clocks differ.

        Raises:
            CheckFailed: They differ too much.
        """
        if not self.ahead:
            return "no server told its time"
        server, most = max(self.ahead.items(), key=lambda each: abs(each[1]))
        # Servers send whole seconds.
        if abs(most) > MAX_SECONDS + 1:
            direction = "behind" if most > 0 else "ahead of"
            raise CheckFailed(
                f"this machine's clock is {abs(most):.0f} s {direction} that of {server}",
                "set both by NTP: tokens are refused and weeks begin at the wrong moment otherwise",
            )
        return f"within {max(1.0, abs(most)):.0f} s of {len(self.ahead)} others"
