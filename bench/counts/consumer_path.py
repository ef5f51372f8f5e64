"""The consumer's path: one batch of bets, from a broker in memory into the database of progress."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson
from prometheus_client import CollectorRegistry

from bench.consumer.messages import placed_bet
from bench.counts.club import CUSTOMERS, NOW, Counted, Request
from bench.counts.doubles import settle
from bench.fixtures.customers import BRAND, customer_id
from consumers.progress.messages import PROGRESS_TOPIC
from consumers.progress.wiring import create_consumer
from consumers.stream.broker.memory import MemoryBroker
from consumers.stream.database.batch import Batch
from consumers.stream.database.sink import Applied, Sink
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings

BATCH: Final = 256
SETTLED: Final = 64
"""How many records of a batch settle a bet that the batch before has placed."""

STAKES: Final = (50, 100, 200, 500, 1000, 2000)
ODDS: Final = (1200, 1500, 2000, 3500)
PATIENT: Final = 60.0
"""Seconds of a poll: longer than all batches take, so that no poll ends without records."""


@dataclass(frozen=True, slots=True)
class WatchedSink(Sink):
    """A sink that says what it has committed."""

    waiting: list[asyncio.Future[Applied]] = field(default_factory=list)

    def next_batch(self) -> asyncio.Future[Applied]:
        """Return what is done when the next batch is committed."""
        self.waiting.append(asyncio.get_running_loop().create_future())
        return self.waiting[-1]

    async def apply(self, batch: Batch) -> Applied:
        """Apply a batch."""
        applied = await Sink.apply(self, batch)
        self.waiting.pop().set_result(applied)
        return applied


@asynccontextmanager
async def consumer_batch(given: Counted) -> AsyncIterator[Request]:
    """One batch of 256 bets by `furlong consume progress`, polled, decoded, applied and committed."""
    settings = StreamSettings(batch_records=BATCH, poll_seconds=PATIENT, dead_letter_topics=False)
    consumer = create_consumer(given.database, settings, CollectorRegistry(), given.clock)
    broker = MemoryBroker("counted")
    consumer.join = partial(broker.join, consumer.app.group, list(consumer.app.by_name))
    parts = {one.name: getattr(consumer.sink, one.name) for one in fields(Sink)}
    consumer.sink = sink = WatchedSink(**parts)
    running = asyncio.create_task(consumer.run())
    broker.create_topics([PROGRESS_TOPIC])
    batches = map(_batch, itertools.count(1))

    async def consume(counting: AbstractContextManager[object]) -> None:
        for record in next(batches):
            broker.send(record)
        with counting:
            applied = await sink.next_batch()
            await settle()
        if applied.records != BATCH or applied.dead or applied.stale:
            raise RuntimeError(f"a wrong batch: {applied}")

    await settle()
    yield consume
    running.cancel()  # to stop it would take until the end of its poll
    await asyncio.wait({running})


def _batch(number: int) -> Iterator[Record]:
    """Yield the records of a batch; all batches have as many of each kind, about the same customers."""
    for place in range(BATCH):
        bet = number * BATCH + place
        if place < SETTLED:
            yield _record(bet, _bet(bet - SETTLED) | {"bet_revision": 2, "status": "settled"})
        else:
            yield _record(bet, _bet(bet))


def _bet(number: int) -> dict[str, Any]:
    place = number % BATCH
    customer, moment = customer_id(place % CUSTOMERS), NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    bet = placed_bet(number, customer, STAKES[place % len(STAKES)], moment)
    return bet | {"odds_milli": ODDS[place % len(ODDS)]}


def _record(number: int, bet: dict[str, Any]) -> Record:
    message = {"schema": "club.progress/1", "event_id": str(UUID(int=number)), **bet}
    key = f"{BRAND}:{bet['customer_id']}"
    return Record(PROGRESS_TOPIC, 0, 0, key.encode(), orjson.dumps(message), timestamp=NOW)
