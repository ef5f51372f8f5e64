"""The feed worker loses nothing, skips nothing silently, and publishes the same message again."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from consumers.feeds.adapters.sports import FEED
from consumers.stream.errors import PositionOutOfRange, TooManyDeadLetters, TopicRecreated
from tests.support.consumers.feed_records import example, written
from tests.support.consumers.source_brokers import recreate

on_real_kafka = pytest.mark.parametrize(
    "harness", [pytest.param("real", marks=pytest.mark.kafka)], indirect=True
)
BROKEN = b"{broken"


def bet(brand: str, number: int, version: int = 1, **changes: Any) -> bytes:
    """Return a record of a bet of the test's own brand, by which it finds its messages."""
    return written(example(FEED, brand=brand, bet=f"b-{number}", version=version, **changes))


def revisions(records: Sequence[ConsumerRecord]) -> list[tuple[str, int]]:
    """Return which bets arrived, at which revision."""
    return [
        (body["bet_id"], body["bet_revision"]) for body in (json.loads(record.value) for record in records)
    ]


async def test_records_arrive_as_progress_in_their_order(harness: Any) -> None:
    """They have the customer's key, the contract's headers and the record's trace."""
    values = [bet(harness.topic, number, version) for version in (1, 2) for number in range(20)]
    await harness.send(*values, traceparent=b"00-ab-cd-01")
    harness.start(FEED)
    records = await harness.arrived(40, brand=harness.topic)
    assert revisions(records) == [(f"sports.b-{n}", version) for version in (1, 2) for n in range(20)]
    assert {record.key for record in records} == {f"{harness.topic}:c-4821".encode()}
    assert dict(records[0].headers) == {
        "schema": b"club.progress/1",
        "event_id": json.loads(records[0].value)["event_id"].encode(),
        "producer": b"feed-sports",
        "brand": harness.topic.encode(),
        "traceparent": b"00-ab-cd-01",
    }


@on_real_kafka
async def test_the_same_record_again_is_the_same_message(harness: Any) -> None:
    """It is the same to the byte, including its event id, so readers recognize it."""
    await harness.send(bet(harness.topic, 1), bet(harness.topic, 1))
    harness.start(FEED)
    first, second = await harness.arrived(2, brand=harness.topic)
    assert (first.key, first.value, first.headers) == (second.key, second.value, second.headers)


@on_real_kafka
async def test_the_next_worker_continues_where_the_last_one_stopped(harness: Any) -> None:
    """A stopped worker has committed what it published: nothing is missed or repeated."""
    await harness.send(bet(harness.topic, 1))
    first = harness.start(FEED)
    await harness.arrived(1, brand=harness.topic)
    await harness.stop(first)
    await harness.send(bet(harness.topic, 2))
    harness.start(FEED)
    records = await harness.arrived(2, brand=harness.topic)
    assert revisions(records) == [("sports.b-1", 1), ("sports.b-2", 1)]


async def test_what_cannot_be_mapped_becomes_a_dead_letter_as_it_came(harness: Any) -> None:
    """It has the reason and the origin; what follows it arrives."""
    strange = bet(harness.topic, 1, currency="pounds")
    await harness.send(BROKEN, strange, None, bet(harness.topic, 2), key=b"k", event_id=b"e-7")
    harness.start(FEED)
    letters = await harness.arrived(3, f"{harness.topic}.dlq")
    assert [(letter.key, letter.value) for letter in letters] == [
        (b"k", BROKEN),
        (b"k", strange),
        (b"k", None),
    ]
    origins = [dict(letter.headers) for letter in letters]
    assert [origin["furlong.reason"].decode().split(":")[0] for origin in origins] == [
        "not JSON",
        "not a record of sports.bets.v1",
        "a null value has no meaning here",
    ]
    assert {origin["event_id"] for origin in origins} == {b"e-7"}
    assert [origin["furlong.offset"] for origin in origins] == [b"0", b"1", b"2"]
    assert {(origin["furlong.app"], origin["furlong.topic"]) for origin in origins} == {
        (b"feed-sports", harness.topic.encode())
    }
    assert revisions(await harness.arrived(1, brand=harness.topic)) == [("sports.b-2", 1)]


@pytest.mark.parametrize("place", [(0, 3), (2, 3), (0, 1)], ids=["first", "last", "alone"])
@pytest.mark.parametrize("harness", ["embedded"], indirect=True)
async def test_what_a_mapping_has_not_foreseen_is_a_dead_letter(harness: Any, place: tuple[int, int]) -> None:
    """The others arrive, also those behind it."""
    poisoned, number = place

    def strange(record: Any) -> Any:
        mapped = FEED.bet(record)
        if mapped.bet_id.endswith(f"b-{poisoned}"):
            raise KeyError("nobody has thought of this")
        return mapped

    await harness.send(*(bet(harness.topic, at) for at in range(number)), bet(harness.topic, 9))
    harness.start(replace(FEED, bet=strange))
    [letter] = await harness.arrived(1, f"{harness.topic}.dlq")
    reason = dict(letter.headers)["furlong.reason"].decode()
    assert reason == "it cannot be applied: KeyError: 'nobody has thought of this'"
    others = [(f"sports.b-{at}", 1) for at in [*range(number), 9] if at != poisoned]
    assert revisions(await harness.arrived(number, brand=harness.topic)) == others


@on_real_kafka
async def test_a_broken_platform_stops_its_feed_before_the_topic_is_drained(harness: Any) -> None:
    """Nothing of a batch with too much poison is published, not even its good records."""
    await harness.send(*[BROKEN] * 30, bet(harness.topic, 1))
    ended = await harness.ended(harness.start(FEED, dead_letter_limit=20))
    assert isinstance(ended, TooManyDeadLetters)
    await harness.send(bet(harness.topic, 2))
    harness.start(FEED, dead_letter_limit=100)  # with a higher limit it continues from there
    records = await harness.arrived(2, brand=harness.topic)
    assert revisions(records) == [("sports.b-1", 1), ("sports.b-2", 1)]
    assert len(await harness.arrived(30, f"{harness.topic}.dlq")) == 30


@on_real_kafka
async def test_restarts_do_not_drain_the_topic(harness: Any) -> None:
    """Letters of the last minutes count after a restart, whichever process published them."""
    await harness.send(*[BROKEN] * 15, bet(harness.topic, 1))
    first = harness.start(FEED, dead_letter_limit=20)
    await harness.arrived(1, brand=harness.topic)
    await harness.stop(first)
    await harness.send(*[BROKEN] * 15)
    ended = await harness.ended(harness.start(FEED, dead_letter_limit=20))
    assert isinstance(ended, TooManyDeadLetters)
    assert "after 15 recent ones" in str(ended)


@on_real_kafka
async def test_a_position_that_the_broker_does_not_have_stops_the_feed(harness: Any) -> None:
    """Records were lost, which a person has to know; nothing is reset."""
    await harness.send(bet(harness.topic, 1))
    first = harness.start(FEED)
    (place,) = {(one.topic, one.partition) for one in await harness.arrived(1, harness.topic)}
    await harness.arrived(1, brand=harness.topic)
    await harness.stop(first)
    await harness.send(*[bet(harness.topic, number) for number in range(2, 6)])
    admin = AdminClient({"bootstrap.servers": harness.bootstrap})
    for done in admin.delete_records([TopicPartition(*place, 4)]).values():
        await asyncio.to_thread(done.result, 30)
    assert isinstance(await harness.ended(harness.start(FEED)), PositionOutOfRange)


@on_real_kafka
async def test_several_workers_share_a_feed_and_take_over_from_each_other(harness: Any) -> None:
    """A second worker gets some partitions; when one leaves, the other has all, and nothing is missed."""
    first = harness.start(FEED)
    await harness.until(lambda: first.health().consuming)
    second = harness.start(FEED)
    await harness.until(lambda: second.health().consuming)
    for number in range(40):
        await harness.send(bet(harness.topic, number), key=str(number).encode())
        if number == 20:
            await harness.stop(first)
    arrived = revisions(await harness.arrived(40, brand=harness.topic))
    assert set(arrived) == {(f"sports.b-{number}", 1) for number in range(40)}


@on_real_kafka
async def test_a_missing_topic_is_waited_for_and_named(harness: Any) -> None:
    """The worker stays alive, names the missing topic, and starts once it exists."""
    there, harness.topic = harness.topic, f"{harness.topic}-later"
    worker = harness.start(FEED)
    await harness.until(lambda: "a topic is missing" in worker.health().detail)
    assert (worker.health().live, worker.health().consuming) == (True, False)
    await asyncio.to_thread(harness.kafka.create_topics, [harness.topic, f"{harness.topic}.dlq"])
    await harness.send(bet(there, 1))
    assert revisions(await harness.arrived(1, brand=there)) == [("sports.b-1", 1)]


@pytest.mark.parametrize("harness", ["embedded"], indirect=True)
async def test_a_feed_without_a_broker_waits(harness: Any) -> None:
    """No server fault ends it: it stays alive and says what it waits for."""
    worker = harness.start(FEED, bootstrap="127.0.0.1:9")
    await harness.until(lambda: not worker.health().kafka)
    assert (worker.health().live, worker.health().consuming) == (True, False)
    assert "Kafka is unavailable" in worker.health().detail
    await harness.stop(worker)
    assert (worker.health().live, worker.health().detail) == (False, "stopped")


@on_real_kafka
async def test_a_feed_whose_topic_is_recreated_stops(harness: Any) -> None:
    """Its offsets would skip records of the new topic."""
    await harness.send(*[bet(harness.topic, number) for number in range(5)])
    worker = harness.start(FEED)
    await harness.arrived(5, brand=harness.topic)
    await recreate(AdminClient({"bootstrap.servers": harness.bootstrap}), harness.topic)
    fault = await harness.ended(worker)
    assert isinstance(fault, TopicRecreated)
    assert "was deleted and recreated" in worker.health().detail
