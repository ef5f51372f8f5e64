"""Arrival curves of three workloads: bets, settlements and reads by the second.

docs/capacity.md says which figures are published and which are assumptions.
"""

import math
from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 24 * HOUR
STEP: Final = 10
"""The resolution of a table of arrivals, in seconds."""
READS_A_BET: Final = 5.0
"""Bet-slips that are opened for each bet that is placed."""
READS_A_SETTLEMENT: Final = 0.3
"""Customers who look at the club when a bet of theirs is settled."""


@dataclass(frozen=True, slots=True)
class Event:
    """A race or a match: bets grow until it starts, some are placed while it lasts, all are settled after it.

    Attributes:
        start: In seconds since midnight of the first day.
        before: Bets placed before the start.
        rise: The time in which their rate grows by the factor e.
        lasts: From the start until settlement begins.
        during: Bets placed while it lasts.
        settling: How long settlement takes.
    """

    start: float
    before: float
    rise: float
    lasts: float
    settling: float
    during: float = 0.0

    def placed(self, at: float) -> float:
        """Return the bets per second at a time."""
        if at <= self.start:
            return self.before / self.rise * math.exp((at - self.start) / self.rise)
        return self.during / self.lasts if at <= self.start + self.lasts else 0.0

    def settled(self, at: float) -> float:
        """Return the settlements per second at a time."""
        begin = self.start + self.lasts
        return (self.before + self.during) / self.settling if begin < at <= begin + self.settling else 0.0


@dataclass(frozen=True, slots=True)
class Workload:
    """The load of some days with events.

    Attributes:
        daily: Bets of a day on everything else, as a wave with its peak at seven in the evening.
    """

    name: str
    days: int
    daily: float
    events: tuple[Event, ...]

    def bets(self, at: float) -> float:
        """Return the bets placed per second at a time."""
        return self._wave(at) + sum(event.placed(at) for event in self.events)

    def settlements(self, at: float) -> float:
        """Return the settlements per second at a time; those of the wave come two hours after the bets."""
        return self._wave(at - 2 * HOUR) + sum(event.settled(at) for event in self.events)

    def messages(self, at: float) -> float:
        """Return the messages per second: one for each bet and each settlement."""
        return self.bets(at) + self.settlements(at)

    def reads(self, at: float) -> float:
        """Return the bet-slips per second."""
        return self.bets(at) * READS_A_BET + self.settlements(at) * READS_A_SETTLEMENT

    def table(self) -> list[tuple[float, float, float]]:
        """Return bets, messages and reads per second, for every `STEP` seconds."""
        times = range(0, self.days * DAY, STEP)
        return [(self.bets(at), self.messages(at), self.reads(at)) for at in times]

    def _wave(self, at: float) -> float:
        return self.daily / DAY * (1 + 0.8 * math.cos((at - 19 * HOUR) / DAY * 2 * math.pi))


def _clock(day: int, hour: int, minute: int) -> float:
    return day * DAY + hour * HOUR + minute * MINUTE


NATIONAL: Final = Workload(
    "national",
    days=1,
    daily=14e6,
    events=(Event(_clock(0, 17, 15), 10e6, 194 * MINUTE, lasts=15 * MINUTE, settling=15 * MINUTE),),
)
CHELTENHAM: Final = Workload(
    "cheltenham",
    days=4,
    daily=10.5e6,
    events=tuple(
        Event(_clock(day, 13, 20 + 35 * race), 1e6, 30 * MINUTE, lasts=10 * MINUTE, settling=10 * MINUTE)
        for day in range(4)
        for race in range(7)
    ),
)
FINAL: Final = Workload(
    "final",
    days=1,
    daily=8e6,
    events=(
        Event(_clock(0, 19, 0), 6.3e6, 90 * MINUTE, lasts=115 * MINUTE, settling=10 * MINUTE, during=3.1e6),
    ),
)
WORKLOADS: Final = (NATIONAL, CHELTENHAM, FINAL)
