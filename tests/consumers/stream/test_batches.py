"""One batch is one transaction: rows, dead letters and position, or none of them; on every database."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import decode_account
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.database.dead_letters import (
    DeadLetterLimit,
    DeadLetters,
    list_dead_letters,
    show_dead_letter,
)
from consumers.stream.database.positions import Positions
from consumers.stream.database.sink import Applied, Sink
from consumers.stream.errors import Poison, PositionMoved, TooManyDeadLetters
from consumers.stream.records import Partition, Record
from consumers.stream.topics import AnyTopic, Message, Outcome, Topic
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.club.models import METADATA, REFERENCE, STREAM
from tests.support.consumers.sample_messages import account
from tests.support.database_probe import contents, migrated

NOW = datetime(2026, 3, 25, 14, 3, 11, 250_000, tzinfo=UTC)
PARTITION = Partition("words", 2, "g-1")


def _decode(record: Record) -> str:
    word = (record.value or b"").decode(errors="replace")
    if not word.isalpha():
        raise Poison(f"not a word: {word!r}")
    return word


def _word(number: int) -> bytes:
    """Return a different word for each number."""
    return bytes(97 + int(digit) for digit in str(number))


def _record(offset: int, value: bytes | None) -> Record:
    return Record("words", 2, offset, b"key", value, (("who", b"\xff\x00"), ("none", None)), NOW)


async def _never(_connection: AsyncConnection, _messages: Sequence[Message[str]]) -> Outcome:
    raise AssertionError


@dataclass
class Words:
    """A sink with a topic of words, which are stored as customer ids."""

    database: Database
    sink: Sink

    async def store(self, connection: AsyncConnection, messages: Sequence[Message[str]]) -> Outcome:
        """Store each word; `no` is refused, `bang` fails after the others were written, `odd` before."""
        if any(message.event == "odd" for message in messages):
            raise KeyError("nobody has thought of this")
        words = [message.event for message in messages if message.event not in {"no", "bang"}]
        rows = [decode_account(account()).row() | {"customer_id": word} for word in words]
        if rows:
            await connection.execute(insert(REFERENCE.account).values(rows))
        if any(message.event == "bang" for message in messages):
            raise RuntimeError("bang")
        return Outcome(stale=0, refused=[(m.record, "we know better") for m in messages if m.event == "no"])

    @property
    def topic(self) -> AnyTopic:
        """Return the topic of words."""
        return Topic("words", _decode, self.store)

    async def apply(self, follows: int, *values: bytes | None, first: int | None = None) -> Applied:
        """Apply values as a batch that continues from a position."""
        start = follows if first is None else first
        records = [_record(start + place, value) for place, value in enumerate(values)]
        return await self.sink.apply(Batch(self.topic, [PartitionRecords(PARTITION, follows, records)]))

    async def words(self) -> list[str]:
        """Return the stored words."""
        return [row[1] for row in (await contents(self.database, REFERENCE.account))["account"]]

    async def position(self) -> int | None:
        """Return the stored position."""
        async with self.database.read() as connection:
            return (await self.sink.positions.load(connection, [PARTITION])).get(PARTITION)

    async def dead(self) -> list[tuple[int, str]]:
        """Return offsets and reasons of the dead letters, oldest first."""
        async with self.database.read() as connection:
            letters = await list_dead_letters(connection, STREAM.dead_letter, 100)
        return [(letter.record.offset, letter.reason) for letter in reversed(letters)]


@pytest.fixture
async def words(database_url: str) -> AsyncIterator[Words]:
    """Provide a sink over a new database."""
    async with migrated(database_url, "club", METADATA) as database:
        yield _words(database)


def _words(database: Database, now: datetime = NOW) -> Words:
    clock = ManualClock(now)
    positions = Positions.of(STREAM.position, database.dialect, clock)
    letters = DeadLetters(STREAM.dead_letter, database.dialect, clock, positions)
    return Words(database, Sink(database, positions, letters, DeadLetterLimit(most=10, share=0.1)))


async def test_a_batch_moves_the_position_behind_its_last_record(words: Words) -> None:
    """Rows and position are committed together."""
    assert await words.apply(0, b"one", b"two") == Applied(records=2)
    assert (await words.words(), await words.position()) == (["one", "two"], 2)


async def test_offsets_that_hold_no_record_are_stepped_over(words: Words) -> None:
    """Compaction leaves gaps: a batch follows the position, not the offset before its first record."""
    await words.apply(0, b"one")
    await words.apply(1, b"two", first=40)
    assert await words.position() == 41


async def test_poison_goes_to_the_dead_letters_while_the_rest_goes_on(words: Words) -> None:
    """Refused by the decoder or by the app: both become dead letters with their reason."""
    applied = await words.apply(0, b"one", b"?", b"no", b"two")
    assert (applied.records, [reason for _, reason in applied.dead]) == (
        4,
        ["not a word: '?'", "we know better"],
    )
    assert await words.words() == ["one", "two"]
    assert await words.dead() == [(1, "not a word: '?'"), (2, "we know better")]


async def test_a_batch_of_nothing_but_poison_moves_on_too(words: Words) -> None:
    """Poison does not block its partition."""
    await words.apply(0, b"?", None)
    assert (await words.position(), len(await words.dead())) == (2, 2)


async def test_a_dead_letter_keeps_the_record_byte_for_byte(words: Words) -> None:
    """Key, value, headers, origin and times, so that it can be replayed."""
    poison = replace(_record(7, bytes(range(256)) * 4096), key=b"\x00\xff")
    await words.sink.apply(Batch(words.topic, [PartitionRecords(PARTITION, 7, [poison])]))
    async with words.database.read() as connection:
        listed = await list_dead_letters(connection, STREAM.dead_letter, 10)
        shown = await show_dead_letter(connection, STREAM.dead_letter, listed[0].id)
        missing = await show_dead_letter(connection, STREAM.dead_letter, listed[0].id + 1)
    assert shown == listed[0]
    assert (shown.record, shown.generation, shown.stored_at) == (poison, "g-1", NOW)
    assert missing is None


async def test_a_long_reason_is_cut_to_what_the_column_holds(words: Words) -> None:
    """A reason quotes what it found, which may be long."""
    await words.apply(0, b"?" * 3000)
    ((_, reason),) = await words.dead()
    assert len(reason) == 500


@pytest.mark.parametrize("place", [(0, 3), (2, 3), (0, 1)], ids=["first", "last", "alone"])
async def test_a_record_that_cannot_be_applied_is_a_dead_letter_and_the_others_are_applied(
    words: Words, place: tuple[int, int]
) -> None:
    """Although its reducer has not foreseen it; it can be replayed once the consumer is mended."""
    poisoned, number = place
    values = [b"odd" if offset == poisoned else _word(offset) for offset in range(number)]
    applied = await words.apply(0, *values)
    assert (applied.records, len(applied.dead)) == (number, 1)
    assert await words.words() == [value.decode() for value in values if value != b"odd"]
    assert await words.position() == number
    reason = "it cannot be applied: KeyError: 'nobody has thought of this'"
    assert await words.dead() == [(poisoned, reason)]
    await words.apply(number, b"next")
    assert "next" in await words.words()


async def test_a_failure_leaves_neither_rows_nor_dead_letters_nor_position(words: Words) -> None:
    """The batch can be applied again as if for the first time."""
    with pytest.raises(RuntimeError):
        await words.apply(0, b"one", b"?", b"bang")
    assert (await words.words(), await words.dead(), await words.position()) == ([], [], None)


async def test_a_batch_is_refused_when_the_stored_position_has_moved_on(words: Words) -> None:
    """A member that lost its partition without noticing changes nothing."""
    await words.apply(0, b"one", b"two")
    with pytest.raises(PositionMoved) as moved:
        await words.apply(0, b"three", b"four", b"five")
    assert moved.value.stored == {PARTITION: 2}
    assert (await words.words(), await words.position()) == (["one", "two"], 2)


async def test_a_batch_is_refused_when_it_would_leave_a_gap(words: Words) -> None:
    """Records between the stored position and the batch would be lost."""
    await words.apply(0, b"one")
    with pytest.raises(PositionMoved):
        await words.apply(5, b"two")


async def test_a_database_that_forgot_a_partition_gets_all_its_records_again(words: Words) -> None:
    """It was restored from an earlier copy, which lacks what was applied since."""
    await words.apply(0, b"one")
    async with words.database.write() as connection:
        await connection.execute(delete(words.sink.positions.table))
    begins = replace(PartitionRecords(PARTITION, 1, [_record(1, b"two")]), initial_position=0)
    with pytest.raises(PositionMoved) as moved:
        await words.sink.apply(Batch(words.topic, [begins]))
    assert (moved.value.stored, await words.words()) == ({PARTITION: 0}, ["one"])


async def test_the_same_record_is_a_dead_letter_only_once(words: Words) -> None:
    """Positions that a person sets back do not duplicate the dead letters."""
    await words.apply(0, b"?")
    async with words.database.write() as connection:
        await words.sink.positions.store(connection, {PARTITION: 0})
    await words.apply(0, b"?")
    assert await words.dead() == [(0, "not a word: '?'")]


async def test_another_generation_has_positions_and_dead_letters_of_its_own(words: Words) -> None:
    """The same offsets of another broker belong to other records."""
    await words.apply(0, b"?")
    other = PARTITION._replace(generation="g-2")
    await words.sink.apply(Batch(words.topic, [PartitionRecords(other, 0, [_record(0, b"!")])]))
    assert len(await words.dead()) == 2
    async with words.database.read() as connection:
        assert await words.sink.positions.load(connection, [PARTITION, other]) == {PARTITION: 1, other: 1}


async def test_a_batch_of_several_partitions_moves_all_their_positions(words: Words) -> None:
    """They share the transaction, and each has its own position."""
    other = PARTITION._replace(number=3)
    parts = [
        PartitionRecords(PARTITION, 0, [_record(0, b"one"), _record(1, b"?")]),
        PartitionRecords(other, 7, [_record(7, b"two")]),
    ]
    applied = await words.sink.apply(Batch(words.topic, parts))
    async with words.database.read() as connection:
        stored = await words.sink.positions.load(connection, [PARTITION, other])
    assert (applied.records, len(applied.dead), stored) == (3, 1, {PARTITION: 2, other: 8})


async def test_one_partition_that_moved_refuses_the_batch_and_is_named(words: Words) -> None:
    """The other partitions are not applied either: they are read again."""
    other = PARTITION._replace(number=3)
    await words.apply(0, b"one")
    parts = [
        PartitionRecords(PARTITION, 0, [_record(0, b"again")]),
        PartitionRecords(other, 0, [_record(0, b"two")]),
    ]
    with pytest.raises(PositionMoved) as moved:
        await words.sink.apply(Batch(words.topic, parts))
    assert moved.value.stored == {PARTITION: 1}
    assert await words.words() == ["one"]


async def test_a_record_that_only_the_database_refuses_is_found_and_parked(mariadb_url: str) -> None:
    """The rest of its batch is applied, in any order; SQLite accepts words of any length."""
    async with migrated(mariadb_url, "club", METADATA) as database:
        words = _words(database)
        await words.apply(0, b"one", b"two", b"w" * 200, b"three", b"?")
        assert sorted(await words.words()) == ["one", "three", "two"]
        assert await words.position() == 5
        assert [offset for offset, _ in sorted(await words.dead())] == [2, 4]
        assert "Data too long" in dict(await words.dead())[2]


def test_a_bisected_batch_comes_to_the_same_as_the_whole() -> None:
    """Both halves together have the same records in the same order, and consecutive positions."""
    topic: AnyTopic = Topic("words", _decode, _never)
    records = PartitionRecords(PARTITION, 3, [_record(offset, b"a") for offset in (3, 5, 6)])
    two = PartitionRecords(PARTITION._replace(number=3), 0, [_record(offset, b"b") for offset in (0, 1)])
    whole = Batch(topic, [records, two])
    first, second = whole.bisect()
    assert [*first.records, *second.records] == [*whole.records]
    assert (len(first), len(second)) == (2, 3)
    assert first.next_offsets == {PARTITION: 6}
    assert second.expected_positions == {PARTITION: 6, two.partition: 0}
    assert second.next_offsets == whole.next_offsets


async def test_more_poison_than_the_limit_is_not_applied_at_all(words: Words) -> None:
    """Position and dead letters stay as they are: a person has to decide."""
    await words.apply(0, b"one", *[b"?"] * 8)
    with pytest.raises(TooManyDeadLetters, match="4 of 5 records are poison") as stopped:
        await words.apply(9, b"two", *[b"?"] * 4)
    assert "2/13: not a word: '?'" in str(stopped.value)
    assert (await words.words(), await words.position(), len(await words.dead())) == (["one"], 9, 8)


async def test_a_share_of_poison_is_always_allowed(words: Words) -> None:
    """One record in ten, which is the limit's share in these tests, however many there are."""
    for start in range(0, 300, 10):
        await words.apply(start, b"?", *(_word(start + place) for place in range(1, 10)))
    assert len(await words.dead()) == 30


async def test_letters_of_the_last_minutes_count_after_a_start(words: Words) -> None:
    """A supervisor that keeps restarting the process does not gradually drain the topic."""
    await words.apply(0, *[b"?"] * 10)
    again = _words(words.database)
    async with words.database.read() as connection:
        again.sink.limit.restore(await again.sink.dead_letters.recent(connection, 100))
    with pytest.raises(TooManyDeadLetters):
        await again.apply(10, b"?", b"?")


async def test_letters_of_long_ago_do_not_count_after_a_start(words: Words) -> None:
    """They say nothing about today's producer."""
    await words.apply(0, *[b"?"] * 10)
    again = _words(words.database, NOW + timedelta(minutes=11))
    async with words.database.read() as connection:
        assert await again.sink.dead_letters.recent(connection, 100) == {}
