"""Our progress consumer as a program, and the same without rules: `python -m bench.consumer.ours [no_rules] N`."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.consumer.clock import StopWatch
from bench.consumer.messages import BETS
from consumers.progress.wiring import create_consumer
from consumers.stream.batch import Batch
from consumers.stream.consumer import Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.sink import Applied, Sink
from consumers.stream.topics import AnyTopic, Message, Outcome
from subgraphs.kit.clock import SystemClock
from subgraphs.kit.settings import DatabaseSettings

BET_COLUMNS = [
    "brand_id",
    "bet_id",
    "customer_id",
    "iso_week",
    "revision",
    "status",
    "bet_type",
    "product",
    "channel",
    "stake_minor",
    "counting_stake_minor",
    "currency",
    "stake_source",
    "odds_milli",
    "placed_at",
    "occurred_at",
    "counted_minor",
    "reason",
]


@dataclass(frozen=True, slots=True)
class TimedSink(Sink):
    """A sink that counts what it has committed."""

    watch: StopWatch = field(default_factory=lambda: StopWatch(0))
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def apply(self, batch: Batch) -> Applied:
        """Applies a batch."""
        applied = await Sink.apply(self, batch)
        if batch.topic.name == BETS and self.watch.count(applied.records):
            self.ended.set()
        return applied


async def write_rows(connection: AsyncConnection, messages: Sequence[Message[Any]]) -> Outcome:
    """Writes the rows of bets and totals, with nothing read, judged or compared."""
    rows, totals = [], {}
    for message in messages:
        bet = message.event
        placed, occurred = _stored(bet.placed_at), _stored(bet.occurred_at)
        counted = bet.counting_stake_minor
        rows.append(
            (
                bet.brand_id,
                bet.bet_id,
                bet.customer_id,
                "2026-W01",
                bet.bet_revision,
                bet.status,
                bet.bet_type,
            )
            + (bet.product, bet.channel, bet.stake_minor, counted, bet.currency, bet.stake_source)
            + (bet.odds_milli, placed, occurred, counted, "COUNTED")
        )
        key = (bet.brand_id, bet.customer_id)
        total, number, as_of = totals.get(key, (0, 0, occurred))
        totals[key] = (total + counted, number + 1, max(as_of, occurred))
    rows.sort(key=lambda row: row[:2])
    changed = ", ".join(f"`{name}` = VALUES(`{name}`)" for name in BET_COLUMNS[2:])
    await _insert(connection, "contribution", BET_COLUMNS, rows, changed)
    sums = [(*key, "2026-W01", *values) for key, values in sorted(totals.items())]
    await _insert(
        connection,
        "progress",
        ["brand_id", "customer_id", "iso_week", "total_minor", "counted_bets", "as_of"],
        sums,
        "total_minor = total_minor + VALUES(total_minor), counted_bets = counted_bets + VALUES(counted_bets), "
        "as_of = GREATEST(as_of, VALUES(as_of))",
    )
    return Outcome()


async def _insert(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: Sequence[Any], changed: str
) -> None:
    """One statement for all rows, as the driver sends it fastest."""
    names = ", ".join(f"`{name}`" for name in columns)
    one = f"({', '.join(['%s'] * len(columns))})"
    values = ", ".join([one] * len(rows))
    statement = f"INSERT INTO {table} ({names}) VALUES {values} ON DUPLICATE KEY UPDATE {changed}"  # noqa: S608 - names of ours
    await connection.exec_driver_sql(statement, tuple(value for row in rows for value in row))


def _stored(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def without_rules(topic: AnyTopic) -> AnyTopic:
    """The topic of bets with `write_rows` in place of the reducer."""
    return replace(topic, apply=write_rows) if topic.name == BETS else topic


async def main(arguments: Sequence[str]) -> None:
    """Consumes so many bets and reports."""
    consumer: Consumer = create_consumer(
        DatabaseSettings(), StreamSettings(), CollectorRegistry(), SystemClock()
    )
    watch = StopWatch(int(arguments[-1]))
    parts = {one.name: getattr(consumer.sink, one.name) for one in fields(Sink)}
    consumer.sink = sink = TimedSink(**parts, watch=watch)
    if "no_rules" in arguments:
        consumer.app = replace(consumer.app, topics=[without_rules(topic) for topic in consumer.app.topics])
    running = asyncio.create_task(consumer.run())
    ended = asyncio.create_task(sink.ended.wait())
    await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
    print(watch.report())
    await consumer.stop()
    await running


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
