"""What was served, from counters in processes to the view: each count once, whatever is published again."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from analytics.questions.export import export
from analytics.questions.roles import hidden_from
from analytics.questions.snapshot import publish
from analytics.settings import AnalyticsSettings
from consumers.stream.records import Record
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.club.models import METADATA, OUTBOX
from subgraphs.club_kit.served import ServedCounter, ServedItem
from subgraphs.club_kit.topics import SERVED_TOPIC
from subgraphs.kit.records.outbox import Outbox, UnpublishedFact
from subgraphs.kit.records.outbox_relay import Delivery, Relay
from tests.support.analytics_store import Store
from tests.support.database_probe import migrated

NOW = datetime(2026, 3, 25, 14, 3, tzinfo=UTC)
COLUMNS = "kind, brand, jurisdiction, currency, item, config_version, locale, revision"
SUMS = f"SELECT {COLUMNS}, cell, toInt64(sum(count)) FROM served GROUP BY ALL"
ITEMS = {
    "content_shown": [
        ServedItem("northbet", "GB", "GBP", "fb-5", 3, "en-GB", 2),
        ServedItem("northbet", "GB", "GBP", "fb-5", 3, "en-GB", 3),
        ServedItem("lagunabet", "MT", "EUR", "fb-5", 3, "en", -1),
    ],
    "preview_asked": [
        ServedItem("northbet", "", "", ""),
        ServedItem("northbet", "GB", "GBP", "BELOW_MIN_ODDS"),
    ],
}


@dataclass
class Topic:
    """Keeps what relays publish; accepts a part of it, so that the rest is published again."""

    chance: random.Random
    records: list[Record] = field(default_factory=list)

    async def publish(self, facts: Sequence[UnpublishedFact]) -> Delivery:
        """Take all facts, and confirm some."""
        self.records += [Record(fact.topic, 0, 0, fact.key.encode(), fact.value.encode()) for fact in facts]
        return Delivery({fact.id for fact in facts if self.chance.random() < 0.7})


async def fill_topic(database: Database, topic: Topic) -> Counter[tuple[Any, ...]]:
    """Count at random in several processes of two cells, publish, and return what was counted."""
    counted = Counter[tuple[Any, ...]]()
    for number in range(6):
        cell, kind = Cell(f"c{number % 2}", 0, 0, 2), topic.chance.choice(list(ITEMS))
        counter = ServedCounter(kind, 60, cell, database, OUTBOX, ManualClock(NOW))
        for _ in range(topic.chance.randint(1, 40)):
            item = topic.chance.choice(ITEMS[kind])
            counter.count(item)
            counted[kind, *item, cell.name] += 1
        await counter.close()
    relay = Relay(database, Outbox(OUTBOX), topic, ManualClock(NOW))
    while await relay.publish_waiting() or relay.status.waiting:
        pass
    return counted


@pytest.mark.parametrize("seed", range(3))
async def test_each_count_is_a_fact_once(store: Store, tmp_path: Path, seed: int) -> None:
    """The sums are what was counted, though messages are published and read several times."""
    topic = Topic(random.Random(seed))  # noqa: S311 - a test's choice
    async with migrated(f"sqlite+aiosqlite:///{tmp_path}", "club", METADATA) as database:
        counted = await fill_topic(database, topic)
    sequences = {(body["process"], body["sequence"]) for body in map(json.loads, values(topic))}
    assert len(topic.records) > len(sequences), "something is published again"
    for records in (topic.records, topic.records[::-1]):
        store.fill(*records)
        assert Counter({tuple(what): count for *what, count in store.rows(SUMS)}) == counted


def values(topic: Topic) -> list[bytes]:
    """Return the bodies of the records."""
    return [record.value or b"" for record in topic.records]


async def test_what_is_not_understood_counts_nowhere(processes: None, store: Store, tmp_path: Path) -> None:
    """It is a record with a reason, and not in the lake; every role may ask for the sums."""
    topic = Topic(random.Random(0))  # noqa: S311 - a test's choice
    async with migrated(f"sqlite+aiosqlite:///{tmp_path}/data", "club", METADATA) as database:
        counted = await fill_topic(database, topic)
    good = topic.records[0]
    bad = json.loads(good.value or b"") | {"process": "other", "counts": [{"item": "fb-5", "count": 0}]}
    store.fill(*topic.records, Record(SERVED_TOPIC, 0, 0, b"northbet:other", json.dumps(bad).encode()))
    assert store.rows("SELECT facts, count() FROM refused_records GROUP BY facts") == [("served", 1)]
    assert sum(count for *_, count in store.rows(SUMS)) == counted.total()
    publish(store.folder, store.engine)
    files = list(export(tmp_path / "lake", AnalyticsSettings(folder=store.folder), ["served_records"]))
    assert [(file.day, file.rows) for file in files] == [("2026-03-25", len(topic.records))]
    (row, *_) = pq.read_table(files[0].path, partitioning=None).to_pylist()
    assert (row["process"], sum(row["counts"])) == (
        json.loads(good.value or b"")["process"],
        sum(each["count"] for each in json.loads(good.value or b"")["counts"]),
    )
    assert "served" not in hidden_from("viewer")
    assert "served_records" in hidden_from("viewer")
