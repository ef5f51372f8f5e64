"""Streams are notified after the commit of a batch, never before, and not if nothing changed."""

import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError

from consumers.progress.wiring import create_consumer
from consumers.stream.consumer import Consumer
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.errors import PositionMoved
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import METADATA
from tests.support.consumers.sample_messages import bet, scheme
from tests.support.database_probe import migrated

NOW = datetime(2026, 3, 25, 14, 3, 11, tzinfo=UTC)


@dataclass
class Harness:
    """The progress consumer's sink, and the notices that it sends."""

    folder: Path
    told: list[set[bytes]] = field(default_factory=list)
    follows: int = 0
    consumer: Consumer = field(init=False)

    def changed(self, keys: Iterable[bytes]) -> None:
        """Record a notice."""
        self.told.append(set(keys))

    async def apply(self, *records: Record, follows: int | None = None) -> None:
        """Apply records of one partition as the stream would."""
        topic = self.consumer.app.by_name[records[0].topic]
        first = self.follows if follows is None else follows
        numbered = [
            Record(record.topic, 0, first + place, record.key, record.value, record.headers, NOW)
            for place, record in enumerate(records)
        ]
        part = PartitionRecords(Partition(topic.name, 0, "g-1"), first, numbered)
        await self.consumer.sink.apply(Batch(topic, [part]))
        self.follows = first + len(records)


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[Harness]:
    """Provide the sink over a new database that knows a scheme."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with migrated(url, "progress", METADATA):
        made = Harness(tmp_path)
        made.consumer = create_consumer(
            DatabaseSettings(url=url),
            StreamSettings(),
            CollectorRegistry(),
            ManualClock(NOW),
            changed=made.changed,
        )
        await made.apply(scheme())
        made.told.clear()
        made.follows = 0
        yield made
        await made.consumer.close()


async def test_a_batch_is_told_once_with_all_its_customers(harness: Harness) -> None:
    """Each customer is named once, by the key of their records."""
    await harness.apply(bet(), bet(bet_id="b-2"), bet(bet_id="b-3", customer_id="c-2"))
    assert harness.told == [{b"northbet:c-1", b"northbet:c-2"}]


async def test_it_is_told_when_others_can_see_it(harness: Harness) -> None:
    """At that moment another connection reads what was committed."""
    seen: list[int] = []

    def look(_keys: Iterable[bytes]) -> None:
        with closing(sqlite3.connect(harness.folder / "progress.sqlite")) as connection:
            ((counted,),) = connection.execute("SELECT sum(counted_bets) FROM progress")
        seen.append(counted)

    object.__setattr__(harness.consumer.sink, "changed", look)
    await harness.apply(bet())
    await harness.apply(bet(bet_id="b-2"))
    assert seen == [1, 2]


async def test_what_changes_nothing_is_not_told(harness: Harness) -> None:
    """Neither repeated records nor dead letters are."""
    await harness.apply(bet())
    harness.told.clear()
    await harness.apply(bet())
    await harness.apply(bet(bet_id="b-9", brand_id="nowhere"))
    assert harness.told == []


async def test_what_is_rolled_back_is_not_told(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither if the database fails before the commit, nor if another member was faster."""

    async def fail(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("gone"))

    await harness.apply(bet())
    harness.told.clear()
    with pytest.raises(PositionMoved):
        await harness.apply(bet(bet_id="b-2"), follows=7)
    monkeypatch.setattr(type(harness.consumer.sink.positions), "store", fail)
    with pytest.raises(OperationalError):
        await harness.apply(bet(bet_id="b-3"), follows=1)
    assert harness.told == []
