"""Whether a producer's books are complete, and when a recovery has to be asked for. Pure.

A producer is up once a recovery is complete, for as long as it says in time that it is there and its
messages are not too old. What a gap lost comes with the messages since the last moment that is known to be
complete. If there is no such moment, or it is too long ago for the producer, everything has to be asked for,
and that takes two requests: messages for as long as the producer keeps them, which bring results, and then
all odds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

NOT_RECOVERED: Final = "not recovered yet"
MARGIN: Final = 0.05
"""The part of a producer's window that is left out: a request on its edge could come too late."""

MAX_AHEAD_MS: Final = 5_000
"""How far the time of a message may be ahead of ours."""


class Moment(NamedTuple):
    """When something happens: seconds of a clock that only rises, and milliseconds of machine time."""

    clock: float
    wall_ms: int


@dataclass(frozen=True, slots=True)
class RecoveryLimits:
    """How long things may take, in seconds.

    Attributes:
        inactivity: Without a sign of life; messages may not be older than that, either.
        patience: For a recovery to be complete.
        distance: Least time between two requests.
        refresh: Until everything is asked for again although nothing is wrong.
    """

    inactivity: float
    patience: float
    distance: float
    refresh: float


@dataclass(frozen=True, slots=True)
class Recovery:
    """A request to a producer.

    Attributes:
        after: For messages since this moment of the feed's clock, in milliseconds; None for all odds.
        part: What it brings: what a gap lost, or one half of everything.
        complete_to: As of which moment everything is known once it is complete.
        began: When it was asked for, in seconds of the rising clock.
    """

    number: int
    after: int | None
    part: Literal["gap", "results", "odds"]
    complete_to: int
    began: float


@dataclass(slots=True)
class Producer:
    """A producer of messages, such as that of live odds.

    Attributes:
        path: The path of its recoveries below the API's URL.
        window_ms: For how long it keeps results and the like.
        complete_to: Up to which moment of the feed's clock everything is known; None if nothing is.
        reason: Why its books are not complete; empty if they are.
        delay_ms: How old its last message was.
        known_ms: When its books were last known to be complete, by machine time.
        heard: When it last said that it is there, on the rising clock; None if it has not on this connection.
    """

    id: int
    name: str
    path: str
    window_ms: int
    limits: RecoveryLimits
    complete_to: int | None = None
    reason: str = NOT_RECOVERED
    delay_ms: int = 0
    heard: float | None = None
    known_ms: int | None = None
    pending: Recovery | None = None
    _alive_at: int = 0
    _asked: float | None = None
    _halfway: bool = False
    _refreshed: float | None = None
    _refreshed_to: int = 0

    @property
    def trouble(self) -> str:
        """Why what we know of it is not what it knows; empty if it is."""
        if self.reason:
            return self.reason
        if self.delay_ms > 1000 * self.limits.inactivity:
            return f"messages are {self.delay_ms / 1000:.0f} s old: the queue is behind, or a clock is wrong"
        return ""

    @property
    def is_filling_gap(self) -> bool:
        """Whether what a gap lost is waited for."""
        return self.pending is not None and self.pending.part == "gap"

    def disconnected(self) -> None:
        """Note that messages may be lost."""
        self._lose("the connection was lost")
        self.heard = None

    def alive(self, generated: int, *, subscribed: bool, at: Moment) -> None:
        """Note a sign of life; all messages before it in the queue have been applied."""
        self.heard, self.delay_ms = at.clock, at.wall_ms - generated
        if not subscribed:
            self._lose("the producer has lost track of this client")
        elif not self.reason:
            # Of two neighbours that were swapped the later one may be missing: the one before is safe.
            self.complete_to = max(self.complete_to or 0, self._alive_at) or None
            self.known_ms = at.wall_ms
        self._alive_at = generated

    def runs_ahead(self, generated: int, at: Moment) -> None:
        """Note a message of a time that is not there yet: once the clock is right, all is asked for since."""
        self._lose(f"its clock is {(generated - at.wall_ms) / 1000:.0f} s ahead of ours")
        self.heard, self.delay_ms = None, at.wall_ms - generated

    def messaged(self, generated: int, at: Moment) -> None:
        """Note that a message was applied."""
        self.delay_ms = at.wall_ms - generated

    def check(self, at: Moment) -> None:
        """Note if signs of life are missing."""
        if self.heard is not None and at.clock - self.heard > self.limits.inactivity:
            self._lose(f"no sign of life for {self.limits.inactivity:g} s")

    def due(self, number: int, at: Moment) -> Recovery | None:
        """Return the recovery that has to be asked for now; None if there is none."""
        limits = self.limits
        is_alive = self.heard is not None and at.clock - self.heard <= limits.inactivity
        is_early = self._asked is not None and at.clock - self._asked < limits.distance
        waits = self.pending is not None and at.clock - self.pending.began < limits.patience
        is_new = self._refreshed is not None and at.clock - self._refreshed < limits.refresh
        is_fresh = not self.reason and not self._halfway and is_new
        if not is_alive or is_early or waits or is_fresh:
            return None
        if self.pending is not None and self.reason:
            self.reason = f"a recovery was not complete after {limits.patience:g} s"
        self.pending, self._asked = self._recovery(number, at), at.clock
        return self.pending

    def failed(self, number: int, reason: str) -> None:
        """Note that a request was not accepted."""
        if self.pending is not None and self.pending.number == number:
            self.pending = None
            self.reason = self.reason and f"no recovery can be asked for: {reason}"

    def completed(self, number: int, at: Moment) -> Recovery | None:
        """Note that a recovery is complete; return it, or None if it is none that is waited for."""
        recovery = self.pending
        if recovery is None or recovery.number != number:
            return None
        self.pending, self._halfway = None, recovery.part == "results"
        if self._halfway:
            self.reason = self.reason and "results are recovered, odds are not yet"
            return recovery
        self.reason = ""
        if recovery.part == "odds":
            self._refreshed_to = recovery.complete_to
        if recovery.part == "odds" or self._refreshed is None:
            self._refreshed = at.clock
        self.complete_to, self.known_ms = max(self.complete_to or 0, recovery.complete_to), at.wall_ms
        return recovery

    def _lose(self, reason: str) -> None:
        """Note that messages are missing: what was asked for does not bring those after it."""
        self.reason, self.pending, self._halfway = reason, None, False

    def _recovery(self, number: int, at: Moment) -> Recovery:
        # The producer's clock counts, which its last sign of life has told.
        now = self._alive_at
        earliest = now - round(self.window_ms * (1 - MARGIN))
        if self._halfway:
            return Recovery(number, None, "odds", now, at.clock)
        if self.reason and self.complete_to is not None and self.complete_to >= earliest:
            return Recovery(number, self.complete_to, "gap", now, at.clock)
        return Recovery(number, max(earliest, self._refreshed_to, 0), "results", now, at.clock)
