"""A provider whose prices move by a seed, and what they are in the end."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from confluent_kafka import Producer

from consumers.stream.records import Record
from subgraphs.events.own_ids import offer_id
from tests.support.events.told import fixture, instant, market, status
from tests.support.processes.running_furlong import BRAND

PROVIDER: Final = "feed"
BURSTS: Final = 20
"""How many times in a second messages are sent."""

LEAST_ODDS, STEP = 1_010, 10
STATUS_SECONDS: Final = 2.0
FLUSH_SECONDS: Final = 120.0


def id_of(event: int) -> str:
    """Return the id of an event in the graph."""
    return f"{BRAND}:{offer_id(PROVIDER, str(event))}"


@dataclass(slots=True)
class _Price:
    """The market of an event: its odds only rise, so that older ones are told from newer ones."""

    odds: int = LEAST_ODDS
    status: str = "open"
    revision: int = 0


@dataclass(slots=True)
class MovingPrices:
    """Events with a market each, of which the odds rise, stay equal, or are suspended for a while.

    Attributes:
        changes: How many messages about markets were sent.
        refused: Why the broker did not take messages.
    """

    bootstrap: str
    events: int
    seed: int
    changes: int = 0
    refused: list[str] = field(default_factory=list)
    _begun: int = field(default_factory=lambda: int(time.time() * 1000))
    _prices: list[_Price] = field(init=False)
    _chance: Random = field(init=False)
    _producer: Producer = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        self._prices = [_Price() for _ in range(self.events)]
        self._chance = Random(self.seed)  # noqa: S311 - repeatable on purpose
        self._producer = Producer({"bootstrap.servers": self.bootstrap, "enable.idempotence": True})

    @property
    def truth(self) -> dict[str, tuple[int, str]]:
        """Return the last odds of each event, and whether its market is open."""
        return {id_of(event): (one.odds, one.status.upper()) for event, one in enumerate(self._prices)}

    def begin(self) -> None:
        """Tell all events and their markets."""
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
        self._send([self._status()])
        for event in range(self.events):
            sides, facts = (f"Town {event}", f"City {event}"), {"starts_at": instant(starts_at)}
            told = fixture(PROVIDER, str(event), *sides, revision=self._begun, occurred_at=_now(), **facts)
            self._send([told, self._market(event)])
        self.flush()

    async def move(self, changes_per_second: int) -> None:
        """Move prices until cancelled."""
        begun = time.monotonic()
        sent = statuses = 0
        while True:
            passed = time.monotonic() - begun
            if passed >= statuses * STATUS_SECONDS:
                statuses += 1
                self._send([self._status()])
            while sent < passed * changes_per_second:
                sent += 1
                self._send([self._changed(self._chance.randrange(self.events))])
            self._producer.poll(0)
            await asyncio.sleep(1 / BURSTS)

    def suspend(self, event: int) -> None:
        """Suspend the market of an event."""
        self._prices[event].status = "suspended"
        self._send([self._market(event)])
        self.flush()

    def open(self) -> None:
        """Open all markets."""
        for event, price in enumerate(self._prices):
            price.status = "open"
            self._send([self._market(event)])
        self.flush()

    def flush(self) -> None:
        """Wait until the broker has taken everything."""
        assert self._producer.flush(FLUSH_SECONDS) == 0
        assert self.refused == []

    def close(self) -> None:
        """Disconnect."""
        self._producer.close()

    def _changed(self, event: int) -> Record:
        price, drawn = self._prices[event], self._chance.random()
        if drawn < 0.05:
            price.status = "suspended" if price.status == "open" else "open"
        elif drawn > 0.15:  # else it is told again as it is
            price.odds += STEP
        return self._market(event)

    def _market(self, event: int) -> Record:
        price = self._prices[event]
        price.revision = max(price.revision + 1, int(time.time() * 1000))
        self.changes += 1
        facts: dict[str, Any] = {"status": price.status, "occurred_at": _now()}
        return market(PROVIDER, str(event), str(event), price.odds, revision=price.revision, **facts)

    def _status(self) -> Record:
        return status(PROVIDER, at=datetime.now(UTC), first_revision=self._begun)

    def _send(self, records: Iterable[Record]) -> None:
        for record in records:
            self._producer.produce(record.topic, record.value, record.key, on_delivery=self._delivered)

    def _delivered(self, error: object, _message: object) -> None:
        if error is not None:
            self.refused.append(str(error))


def _now() -> str:
    return instant(datetime.now(UTC))
