"""Dead letters are applied later by the same reducer, once, during live traffic; on every database."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from consumers.progress.wiring import create_consumer
from consumers.stream.consumer import Consumer
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.database.dead_letter_replay import Fate, Replay, Replayed
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import CONTRIBUTION, METADATA, PROGRESS, STREAM
from tests.support.consumers.sample_messages import bet, scheme
from tests.support.database_probe import contents, migrated

NOW = datetime(2026, 3, 25, 14, 3, 11, tzinfo=UTC)


@dataclass
class ReplayHarness:
    """The progress consumer's app over a database, without a stream."""

    database: Database
    consumer: Consumer

    async def apply(self, *records: Record, follows: int = 0) -> None:
        """Apply records of one partition as the stream would."""
        topic = self.consumer.app.by_name[records[0].topic]
        numbered = [_at(record, follows + place) for place, record in enumerate(records)]
        partition = Partition(topic.name, 0, "g-1")
        await self.consumer.sink.apply(Batch(topic, [PartitionRecords(partition, follows, numbered)]))

    async def replay(self) -> list[Replayed]:
        """Replay all letters."""
        replays = Replay(self.consumer.app.by_name, self.consumer.sink)
        return [replayed async for _, replayed in replays.replay_all(None)]

    async def rows(self, table: Any) -> Sequence[tuple[Any, ...]]:
        """Return all rows of a table."""
        return (await contents(self.database, table))[table.name]


def _at(record: Record, offset: int) -> Record:
    return Record(record.topic, 0, offset, record.key, record.value, record.headers, NOW)


@pytest.fixture
async def replay_harness(database_url: str) -> AsyncIterator[ReplayHarness]:
    """Provide the app over a new database."""
    async with migrated(database_url, "progress", METADATA) as database:
        consumer = create_consumer(
            DatabaseSettings(url=database_url), StreamSettings(), CollectorRegistry(), ManualClock(NOW)
        )
        yield ReplayHarness(database, consumer)
        await consumer.close()


async def test_a_letter_is_applied_once_what_it_lacked_has_come(replay_harness: ReplayHarness) -> None:
    """A bet of an unknown brand counts once its scheme has arrived, and the letter is removed."""
    await replay_harness.apply(bet())
    assert [row[5] for row in await replay_harness.rows(STREAM.dead_letter)] == ["unknown brand 'northbet'"]
    await replay_harness.apply(scheme())
    assert await replay_harness.replay() == [Replayed(Fate.APPLIED)]
    assert [row[:5] for row in await replay_harness.rows(PROGRESS)] == [
        ("northbet", "c-1", "2026-W13", 500, 1)
    ]
    assert await replay_harness.rows(STREAM.dead_letter) == []


async def test_open_streams_are_told_of_letters_that_changed_something(replay_harness: ReplayHarness) -> None:
    """After the commit, and not of letters that stay or come too late."""
    told: list[bytes] = []
    for records in ([bet(bet_id="late", bet_revision=1)], [bet(brand_id="nowhere", customer_id="c-2")]):
        await replay_harness.apply(*records, follows=len(await replay_harness.rows(STREAM.dead_letter)))
    await replay_harness.apply(scheme())
    consumer = replay_harness.consumer
    replays = Replay(consumer.app.by_name, replace(consumer.sink, changed=told.extend))
    fates = [replayed.fate async for _, replayed in replays.replay_all(None)]
    assert fates == [Fate.APPLIED, Fate.POISON]
    assert told == [b"northbet:c-1"]


async def test_a_second_replay_changes_nothing(replay_harness: ReplayHarness) -> None:
    """Neither by the letter's number, nor for all letters."""
    await replay_harness.apply(bet())
    await replay_harness.apply(scheme())
    (letter,) = await replay_harness.rows(STREAM.dead_letter)
    await replay_harness.replay()
    before = [await replay_harness.rows(table) for table in (CONTRIBUTION, PROGRESS)]
    replays = Replay(replay_harness.consumer.app.by_name, replay_harness.consumer.sink)
    assert (await replays.replay(letter[0]), await replay_harness.replay()) == (Replayed(Fate.GONE), [])
    assert [await replay_harness.rows(table) for table in (CONTRIBUTION, PROGRESS)] == before


async def test_a_letter_that_is_still_poison_stays_with_its_new_reason(replay_harness: ReplayHarness) -> None:
    """Its number and its bytes stay the same."""
    await replay_harness.apply(bet(brand_id="nowhere"))
    (before,) = await replay_harness.rows(STREAM.dead_letter)
    (replayed,) = await replay_harness.replay()
    assert (replayed.fate, replayed.reason) == (Fate.POISON, "unknown brand 'nowhere'")
    assert await replay_harness.rows(STREAM.dead_letter) == [before]


async def test_a_letter_older_than_what_is_stored_changes_nothing_and_is_removed(
    replay_harness: ReplayHarness,
) -> None:
    """The bet's next revision was applied meanwhile."""
    await replay_harness.apply(bet())
    await replay_harness.apply(scheme())
    await replay_harness.apply(bet(bet_revision=2, status="void", counting_stake_minor=0), follows=1)
    before = await replay_harness.rows(CONTRIBUTION)
    assert await replay_harness.replay() == [Replayed(Fate.STALE)]
    assert await replay_harness.rows(CONTRIBUTION) == before
    assert await replay_harness.rows(STREAM.dead_letter) == []


async def test_letters_are_replayed_oldest_first(replay_harness: ReplayHarness) -> None:
    """Some may stay; the others are applied nevertheless."""
    await replay_harness.apply(bet(), bet(brand_id="nowhere"), bet(bet_id="b-2"))
    await replay_harness.apply(scheme())
    assert [one.fate for one in await replay_harness.replay()] == [Fate.APPLIED, Fate.POISON, Fate.APPLIED]
    assert [row[1] for row in await replay_harness.rows(CONTRIBUTION)] == ["b-1", "b-2"]


async def test_a_letter_of_a_topic_that_is_no_longer_read_stays(replay_harness: ReplayHarness) -> None:
    """No reducer applies it."""
    await replay_harness.apply(bet())
    replays = Replay({}, replay_harness.consumer.sink)
    (letter,) = await replay_harness.rows(STREAM.dead_letter)
    assert await replays.replay(letter[0]) == Replayed(Fate.UNREAD)
    assert len(await replay_harness.rows(STREAM.dead_letter)) == 1
