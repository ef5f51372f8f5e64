"""Compares this machine's clock with those of the servers that it connects to.

Only what is certain counts. A server looked at its clock at some moment between the question and the answer,
which on a busy machine may be seconds apart; and a `Date` may be older than the response, if the server makes
it by a timer that is late. A server whose clock looks wrong is therefore asked again once all other checks
have ended, and its least difference counts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from foundation.storage.clock import MAX_DIFFERENCE, ahead_of
from furlong.checks.finding import Check, CheckFailed

SECOND: Final = timedelta(seconds=1)
"""The resolution of the `Date` header."""

AGAIN: Final = 3
"""How often a server whose clock looks wrong is asked again."""

PAUSE_SECONDS: Final = 0.4
"""The pause before a server is asked again: its `Date` is another one after three of them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a server said of its time.

    Attributes:
        asked_at: This machine's time before the server was asked.
        said: The server's time.
        answered_at: This machine's time when the answer was there.
        resolution: Up to how much later it may have been on the server's clock.
    """

    asked_at: datetime
    said: datetime
    answered_at: datetime
    resolution: timedelta = timedelta(0)

    @property
    def ahead(self) -> timedelta:
        """Return by how much the server is ahead of this machine at least; negative if it is behind."""
        return -ahead_of(self.asked_at, self.said, self.answered_at, self.resolution)


AskAgain = Callable[[], Awaitable[Reading | None]]
"""Asks a server for its time once more; None if it does not say."""


def date_of(headers: Mapping[str, str], asked_at: datetime, answered_at: datetime) -> Reading | None:
    """Return what the `Date` of a response says; None if there is none, or if a cache sent the response.

    Args:
        headers: The headers; their names are looked up in lower case.
        asked_at: As in `Reading`.
        answered_at: As in `Reading`.
    """
    if "age" in headers:
        return None
    try:
        said = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return None if said.tzinfo is None else Reading(asked_at, said, answered_at, SECOND)


@dataclass(slots=True)
class MachineClocks:
    """How far the clocks of other servers are ahead of this machine's, by server.

    Workers go by the databases' clocks, so these decide; if no database tells its time, the other servers do.

    Attributes:
        now: Returns this machine's time.
        sleep: Waits before a server is asked again.
        databases: The differences to database servers.
        others: The differences to other servers.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    databases: dict[str, timedelta] = field(default_factory=dict)
    others: dict[str, timedelta] = field(default_factory=dict)
    _again: dict[str, AskAgain] = field(default_factory=dict)

    def note(self, server: str, reading: Reading | None, again: AskAgain, *, is_database: bool) -> None:
        """Record a server's time, and how to ask for it again."""
        if reading is None:
            return
        times = self.databases if is_database else self.others
        if server not in times or abs(reading.ahead) < abs(times[server]):
            times[server] = reading.ahead
        self._again[server] = again

    def as_check(self, name: str, seconds: float) -> Check:
        """Return the comparison as a check, to be run after all others.

        Args:
            name: The name of the check.
            seconds: Its deadline; half of it is left for asking again.
        """

        async def run() -> str:
            return await self.check(seconds / 2)

        return Check(name, run)

    async def check(self, seconds: float) -> str:
        """Say how far the clocks differ.

        Args:
            seconds: For how long servers are asked again whose clocks look wrong.

        Raises:
            CheckFailed: They differ so much that workers stop.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ask_again()
        deciding = self.databases or self.others
        if not deciding:
            return "no server told its time"
        server, most = _farthest(deciding)
        if not _is_wrong(most) and (apart := _far_apart(self.databases)):
            raise CheckFailed(apart, "set both by NTP: their databases compare times")
        if _is_wrong(most):
            raise CheckFailed(
                f"this machine's clock is {_difference(most)} that of {server}",
                "set both by NTP: workers do nothing until the clocks agree",
            )
        says = f"within {max(1.0, abs(most).total_seconds()):.0f} s of {len(deciding)} others"
        if self.databases and self.others:
            server, most = _farthest(self.others)
            if _is_wrong(most):
                says += f"; {_difference(most)} that of {server}, by which nothing is decided"
        return says

    async def _ask_again(self) -> None:
        for times in (self.databases, self.others):
            for server in [server for server, ahead in times.items() if _is_wrong(ahead)]:
                for _ in range(AGAIN):
                    await self.sleep(PAUSE_SECONDS)
                    ask = self._again[server]
                    self.note(server, await ask(), ask, is_database=times is self.databases)
                    if not _is_wrong(times[server]):
                        break


def _farthest(offsets: Mapping[str, timedelta]) -> tuple[str, timedelta]:
    return max(offsets.items(), key=lambda item: abs(item[1]))


def _far_apart(databases: Mapping[str, timedelta]) -> str:
    """Say which clocks of database servers differ from one another too much; nothing if none do.

    Each difference is a least one, so two add up only if one clock is ahead of ours and the other behind.
    """
    if not databases:
        return ""
    first, last = min(databases, key=databases.__getitem__), max(databases, key=databases.__getitem__)
    apart = max(databases[last], timedelta(0)) - min(databases[first], timedelta(0))
    if not _is_wrong(apart):
        return ""
    return f"the clock of {last} is {apart.total_seconds():.0f} s ahead of that of {first}"


def _is_wrong(ahead: timedelta) -> bool:
    return abs(ahead) > MAX_DIFFERENCE


def _difference(ahead: timedelta) -> str:
    return f"{abs(ahead).total_seconds():.0f} s {'behind' if ahead > timedelta(0) else 'ahead of'}"
