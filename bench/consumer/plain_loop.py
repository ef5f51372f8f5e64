"""The loop that most people would write: aiokafka, an ORM session and a commit per message.

`python -m bench.consumer.plain_loop N SECONDS` measures for SECONDS at most, on a topic of N messages.
The rules of one scheme are hard-coded, and there are no dead letters.
"""

import asyncio
import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from bench.consumer.throughput import ThroughputMeter
from bench.harness.cores import raise_priority
from subgraphs.club_kit.topics import PROGRESS_TOPIC
from subgraphs.progress.models import CONTRIBUTION, PROGRESS, REFERENCE

MIN_STAKE, MIN_ODDS = 100, 1500
WARM_MESSAGES = 500


class Base(DeclarativeBase):
    """Base of the mappings to the product's tables."""


class Contribution(Base):
    """A bet."""

    __table__ = CONTRIBUTION
    if TYPE_CHECKING:  # the columns are the table's
        revision: int
        counted_minor: int


class Progress(Base):
    """A customer's week."""

    __table__ = PROGRESS
    if TYPE_CHECKING:
        total_minor: int
        counted_bets: int
        as_of: datetime


class Account(Base):
    """A customer."""

    __table__ = REFERENCE.account


async def apply(session: AsyncSession, body: dict[str, Any]) -> None:
    """Apply the state of one bet."""
    key = (body["brand_id"], body["bet_id"])
    known = await session.get(Contribution, key, with_for_update=True)
    if known is not None and known.revision >= body["bet_revision"]:
        return
    account = await session.get(Account, (body["brand_id"], body["customer_id"]))
    placed = datetime.fromisoformat(body["placed_at"])
    year, week, _ = placed.isocalendar()
    counts = body["stake_minor"] >= MIN_STAKE and (body["odds_milli"] or 0) >= MIN_ODDS
    counted = body["counting_stake_minor"] if counts and account is not None else 0
    facts = {name: value for name, value in body.items() if name in CONTRIBUTION.columns}
    facts |= {
        "iso_week": f"{year}-W{week:02d}",
        "revision": body["bet_revision"],
        "placed_at": placed,
        "occurred_at": datetime.fromisoformat(body["occurred_at"]),
        "counted_minor": counted,
        "reason": "COUNTED" if counts else "BELOW_MIN_ODDS",
        "kept": 0,
    }
    before = known.counted_minor if known is not None else 0
    if known is None:
        session.add(Contribution(**facts))
    else:
        for name, value in facts.items():
            setattr(known, name, value)
    where = (body["brand_id"], body["customer_id"], facts["iso_week"])
    progress = await session.get(Progress, where, with_for_update=True)
    if progress is None:
        progress = Progress(
            brand_id=where[0], customer_id=where[1], iso_week=where[2], total_minor=0, counted_bets=0
        )
        session.add(progress)
    progress.total_minor += counted - before
    progress.counted_bets += (counted > 0) - (before > 0)
    progress.as_of = facts["occurred_at"]


async def main(messages: int, seconds: float) -> None:
    """Consume bets for a number of seconds and report."""
    raise_priority(os.getpid())
    url = os.environ["FURLONG_DATABASE_URL"] + "_progress"
    engine = create_async_engine(url, isolation_level="READ COMMITTED")
    sessions = async_sessionmaker(engine)
    meter = ThroughputMeter(messages, WARM_MESSAGES, seconds)
    consumer = AIOKafkaConsumer(
        PROGRESS_TOPIC,
        bootstrap_servers=os.environ["FURLONG_KAFKA_BOOTSTRAP"],
        group_id=f"plain-loop-{uuid4()}",  # the next round must not continue where this one stopped
        auto_offset_reset="earliest",
    )
    async with consumer:
        async for record in consumer:
            async with sessions() as session:
                await apply(session, json.loads(record.value))
                await session.commit()
            if meter.count(1):
                break
    print(meter.report())
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
