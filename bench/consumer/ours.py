"""Our progress consumer, and a variant without rules: `python -m bench.consumer.ours ours|no_rules N`."""

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from msgspec.structs import astuple
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.consumer.throughput import ThroughputMeter
from bench.harness.cores import raise_priority
from consumers.progress.wiring import create_consumer
from consumers.stream.consumer import Consumer
from consumers.stream.database.batch import Batch
from consumers.stream.database.sink import Applied, Sink
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import AnyTopic, Message, Outcome
from foundation.garbage_collection import freeze_long_lived_objects
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.topics import PROGRESS_TOPIC
from subgraphs.progress.ledger.repository import LedgerRepository
from subgraphs.progress.ledger.stored_bets import BET_COLUMNS

LEDGER = LedgerRepository.of("mysql")
"""The statements of the ledger, with the columns that it has."""

WEEK = "2026-W01"
KEY = itemgetter(BET_COLUMNS.index("brand_id"), BET_COLUMNS.index("bet_id"))


@dataclass(frozen=True, slots=True)
class TimedSink(Sink):
    """A sink that counts the records it has committed."""

    meter: ThroughputMeter = field(default_factory=lambda: ThroughputMeter.after_warm_up(0))
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def apply(self, batch: Batch) -> Applied:
        """Apply a batch."""
        applied = await Sink.apply(self, batch)
        if batch.topic.name == PROGRESS_TOPIC and self.meter.count(applied.records):
            self.ended.set()
        return applied


async def write_rows(connection: AsyncConnection, messages: Sequence[Message[Any]]) -> Outcome:
    """Write the rows of bets and totals without reading or evaluating anything."""
    rows: list[tuple[Any, ...]] = []
    totals: dict[tuple[str, str], tuple[int, int, datetime]] = {}
    for message in messages:
        bet, at = message.event, message.event.occurred_at
        counted = bet.counting_stake_minor
        rows.append((*astuple(bet.bet()), WEEK, counted, "COUNTED", 0))
        key = (bet.brand_id, bet.customer_id)
        total, number, as_of = totals.get(key, (0, 0, at))
        totals[key] = (total + counted, number + 1, max(as_of, at))
    rows.sort(key=KEY)
    await LEDGER.changed.execute(connection, rows)
    await LEDGER.totals_added.execute(
        connection, [(*key, WEEK, *sums) for key, sums in sorted(totals.items())]
    )
    return Outcome()


def without_rules(topic: AnyTopic) -> AnyTopic:
    """Return the topic; that of bets with `write_rows` instead of the reducer."""
    return replace(topic, apply=write_rows) if topic.name == PROGRESS_TOPIC else topic


async def main(arguments: Sequence[str]) -> None:
    """Consume a number of bets and report."""
    raise_priority(os.getpid())
    consumer: Consumer = create_consumer(
        DatabaseSettings(), StreamSettings(), CollectorRegistry(), SystemClock()
    )
    meter = ThroughputMeter.after_warm_up(int(arguments[-1]))
    parts = {one.name: getattr(consumer.sink, one.name) for one in fields(Sink)}
    consumer.sink = sink = TimedSink(**parts, meter=meter)
    if "no_rules" in arguments:
        consumer.app = replace(consumer.app, topics=[without_rules(topic) for topic in consumer.app.topics])
    freeze_long_lived_objects()  # as `furlong consume` does
    running = asyncio.create_task(consumer.run())
    ended = asyncio.create_task(sink.ended.wait())
    await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        await running  # raises the reason why the consumer stopped
    measured = meter.report()
    await consumer.stop()
    await running
    print(measured)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
