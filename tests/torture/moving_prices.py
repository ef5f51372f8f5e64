"""A provider whose prices move by a seed, and what they are in the end."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from consumers.stream.records import Record
from subgraphs.events.own_ids import offer_id
from tests.support.events.told import fixture, instant, market
from tests.support.events.told_provider import (
    PROVIDER,
    STATUS_SECONDS,
    ToldProvider,
    revision_after,
    told_now,
)
from tests.support.processes.running_furlong import BRAND

BURSTS: Final = 20
"""How many times in a second messages are sent."""

LEAST_ODDS, STEP = 1_010, 10


def id_of(event: int) -> str:
    """Return the id of an event in the graph."""
    return f"{BRAND}:{offer_id(PROVIDER, str(event))}"


@dataclass(slots=True)
class _Price:
    """The market of an event: its odds only rise, so that older ones are told from newer ones."""

    odds: int = LEAST_ODDS
    status: str = "open"
    revision: int = 0


@dataclass
class MovingPrices(ToldProvider):
    """Events with a market each, of which the odds rise, stay equal, or are suspended for a while.

    Attributes:
        changes: How many messages about markets were sent.
    """

    events: int
    seed: int
    changes: int = 0
    _prices: list[_Price] = field(init=False)
    _chance: Random = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        super().__post_init__()
        self._prices = [_Price() for _ in range(self.events)]
        self._chance = Random(self.seed)  # noqa: S311 - repeatable on purpose

    @property
    def truth(self) -> dict[str, tuple[int, str]]:
        """Return the last odds of each event, and whether its market is open."""
        return {id_of(event): (one.odds, one.status.upper()) for event, one in enumerate(self._prices)}

    def begin(self) -> None:
        """Tell all events and their markets."""
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
        self.send([self.is_well()])
        for event in range(self.events):
            sides, facts = (f"Town {event}", f"City {event}"), {"starts_at": instant(starts_at)}
            told = fixture(PROVIDER, str(event), *sides, revision=self.begun, occurred_at=told_now(), **facts)
            self.send([told, self._market(event)])
        self.flush()

    async def move(self, changes_per_second: int) -> None:
        """Move prices until cancelled."""
        begun = time.monotonic()
        sent = statuses = 0
        while True:
            passed = time.monotonic() - begun
            if passed >= statuses * STATUS_SECONDS:
                statuses += 1
                self.send([self.is_well()])
            while sent < passed * changes_per_second:
                sent += 1
                self.send([self._changed(self._chance.randrange(self.events))])
            self._producer.poll(0)
            await asyncio.sleep(1 / BURSTS)

    def suspend(self, event: int) -> None:
        """Suspend the market of an event."""
        self._prices[event].status = "suspended"
        self.send([self._market(event)])
        self.flush()

    def open(self) -> None:
        """Open all markets."""
        for event, price in enumerate(self._prices):
            price.status = "open"
            self.send([self._market(event)])
        self.flush()

    def _changed(self, event: int) -> Record:
        price, drawn = self._prices[event], self._chance.random()
        if drawn < 0.05:
            price.status = "suspended" if price.status == "open" else "open"
        elif drawn > 0.15:  # else it is told again as it is
            price.odds += STEP
        return self._market(event)

    def _market(self, event: int) -> Record:
        price = self._prices[event]
        price.revision = revision_after(price.revision)
        self.changes += 1
        facts: dict[str, Any] = {"status": price.status, "occurred_at": told_now()}
        return market(PROVIDER, str(event), str(event), price.odds, revision=price.revision, **facts)
