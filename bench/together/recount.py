"""Recount totals from Kafka, to compare them with the tables.

The recount reads the topic from its start and shares no code with the reducer; it implements the rules of
one scheme only.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from sqlalchemy import func, select

from bench.fixtures.customers import ZONE
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import CONTRIBUTION, PROGRESS

MIN_STAKE_MINOR: Final = 100
MIN_ODDS_MILLI: Final = 1500
CHUNK: Final = 10_000
WAIT_SECONDS: Final = 30


class Total(NamedTuple):
    """A customer's week."""

    minor: int = 0
    bets: int = 0


Totals = Mapping[tuple[str, str], Total]
"""By customer and ISO week."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The content of the tables, expected or actual.

    Attributes:
        bets: Number of distinct bets.
    """

    totals: Totals
    bets: int

    def differences(self, other: "Ledger") -> int:
        """Return the number of differing totals and missing bets."""
        keys = self.totals.keys() | other.totals.keys()
        none = Total()
        wrong = sum(self.totals.get(key, none) != other.totals.get(key, none) for key in keys)
        return wrong + abs(self.bets - other.bets)


class _Newest(NamedTuple):
    revision: int
    customer: str
    iso_week: str
    counted: int


def recount(messages: Iterable[bytes]) -> Ledger:
    """Return the ledger that results from messages in any order: the highest revision of each bet."""
    newest: dict[str, _Newest] = {}
    weeks: dict[str, str] = {}
    for message in messages:
        bet = orjson.loads(message)
        known = newest.get(bet["bet_id"])
        if known is None or known.revision < bet["bet_revision"]:
            minute = bet["placed_at"][:16]
            week = weeks.get(minute) or weeks.setdefault(minute, _iso_week(minute))
            newest[bet["bet_id"]] = _Newest(bet["bet_revision"], bet["customer_id"], week, _counted(bet))
    totals: dict[tuple[str, str], Total] = {}
    for each in newest.values():
        key = each.customer, each.iso_week
        minor, bets = totals.get(key, Total())
        totals[key] = Total(minor + each.counted, bets + (each.counted > 0))
    return Ledger(totals, len(newest))


def produced_messages(bootstrap: str, topic: str) -> Iterator[bytes]:
    """Yield all messages of a topic, from its start to its current end.

    Raises:
        TimeoutError: The broker does not deliver them.
    """
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "recount", "enable.auto.commit": False})
    try:
        numbers = consumer.list_topics(topic, timeout=WAIT_SECONDS).topics[topic].partitions
        parts = [TopicPartition(topic, number, OFFSET_BEGINNING) for number in numbers]
        left = sum(high - low for low, high in map(consumer.get_watermark_offsets, parts))
        consumer.assign(parts)
        while left:
            records = consumer.consume(min(left, CHUNK), timeout=WAIT_SECONDS)
            if not records:
                raise TimeoutError(f"{left} messages of {topic} did not arrive")
            left -= len(records)
            yield from (record.value() or b"" for record in records)
    finally:
        consumer.close()


async def stored_ledger(settings: DatabaseSettings) -> Ledger:
    """Return the ledger that the progress tables contain."""
    database = Database.open(settings, "progress")
    columns = PROGRESS.c.customer_id, PROGRESS.c.iso_week, PROGRESS.c.total_minor, PROGRESS.c.counted_bets
    try:
        async with database.read() as connection:
            rows = await connection.execute(select(*columns))
            totals = {(who, week): Total(minor, bets) for who, week, minor, bets in rows}
            count = await connection.scalar(select(func.count()).select_from(CONTRIBUTION))
    finally:
        await database.close()
    return Ledger(totals, count or 0)


def _counted(bet: Mapping[str, Any]) -> int:
    """Return what a bet counts, in minor units; covers only the kinds of bets that are produced."""
    out = bet["status"] in {"void", "cashed_out"} or bet["stake_source"] == "free_bet"
    small = bet["stake_minor"] < MIN_STAKE_MINOR or (bet["odds_milli"] or 0) < MIN_ODDS_MILLI
    return 0 if out or small else int(bet["counting_stake_minor"])


def _iso_week(minute: str) -> str:
    """Return the week of a UTC minute, such as 2026-W13."""
    year, week, _ = datetime.fromisoformat(f"{minute}Z").astimezone(ZoneInfo(ZONE)).date().isocalendar()
    return f"{year}-W{week:02}"
