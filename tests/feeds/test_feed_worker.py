"""What carries a feed: nothing is lost or skipped in silence, and what comes twice is the same."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from feed_records import example, written
from source_grounds import make_anew

from consumers.feeds.adapters.sports import FEED
from consumers.stream.errors import PositionOutOfRange, TooManyDeadLetters, TopicRecreated

on_real_kafka = pytest.mark.parametrize(
    "line", [pytest.param("real", marks=pytest.mark.kafka)], indirect=True
)
BROKEN = b"{broken"


def bet(brand: str, number: int, version: int = 1, **changes: Any) -> bytes:
    """A record of a bet; the brand is the test's own, so that it finds its messages again."""
    return written(example(FEED, brand=brand, bet=f"b-{number}", version=version, **changes))


def revisions(records: Sequence[ConsumerRecord]) -> list[tuple[str, int]]:
    """Which bets arrived, at which revision."""
    return [(body["bet_id"], body["bet_revision"]) for body in (json.loads(one.value) for one in records)]


async def test_records_arrive_as_progress_in_their_order(line: Any) -> None:
    """Under the customer's key, with the headers of the contract and the trace that the record belongs to."""
    values = [bet(line.topic, number, version) for version in (1, 2) for number in range(20)]
    await line.send(*values, traceparent=b"00-ab-cd-01")
    line.start(FEED)
    records = await line.arrived(40, brand=line.topic)
    assert revisions(records) == [(f"sports.b-{n}", version) for version in (1, 2) for n in range(20)]
    assert {one.key for one in records} == {f"{line.topic}:c-4821".encode()}
    assert dict(records[0].headers) == {
        "schema": b"club.progress/1",
        "event_id": json.loads(records[0].value)["event_id"].encode(),
        "producer": b"feed-sports",
        "brand": line.topic.encode(),
        "traceparent": b"00-ab-cd-01",
    }


@on_real_kafka
async def test_the_same_record_again_is_the_same_message(line: Any) -> None:
    """To the byte, its event's id included: so its readers know it."""
    await line.send(bet(line.topic, 1), bet(line.topic, 1))
    line.start(FEED)
    first, second = await line.arrived(2, brand=line.topic)
    assert (first.key, first.value, first.headers) == (second.key, second.value, second.headers)


@on_real_kafka
async def test_who_comes_next_goes_on_where_the_last_one_stopped(line: Any) -> None:
    """A pump that is stopped has committed what it published: nothing is missed, and nothing comes again."""
    await line.send(bet(line.topic, 1))
    first = line.start(FEED)
    await line.arrived(1, brand=line.topic)
    await line.stop(first)
    await line.send(bet(line.topic, 2))
    line.start(FEED)
    records = await line.arrived(2, brand=line.topic)
    assert revisions(records) == [("sports.b-1", 1), ("sports.b-2", 1)]


async def test_what_cannot_be_mapped_is_put_aside_as_it_came(line: Any) -> None:
    """With the reason and where it came from; what follows it arrives."""
    strange = bet(line.topic, 1, currency="pounds")
    await line.send(BROKEN, strange, None, bet(line.topic, 2), key=b"k", event_id=b"e-7")
    line.start(FEED)
    letters = await line.arrived(3, f"{line.topic}.dlq")
    assert [(letter.key, letter.value) for letter in letters] == [
        (b"k", BROKEN),
        (b"k", strange),
        (b"k", None),
    ]
    told = [dict(letter.headers) for letter in letters]
    assert [one["furlong.reason"].decode().split(":")[0] for one in told] == [
        "not JSON",
        "not a record of sports.bets.v1",
        "a null value has no meaning here",
    ]
    assert {one["event_id"] for one in told} == {b"e-7"}
    assert [one["furlong.offset"] for one in told] == [b"0", b"1", b"2"]
    assert {(one["furlong.app"], one["furlong.topic"]) for one in told} == {
        (b"feed-sports", line.topic.encode())
    }
    assert revisions(await line.arrived(1, brand=line.topic)) == [("sports.b-2", 1)]


@on_real_kafka
async def test_a_broken_platform_stops_its_feed_before_the_topic_is_drained(line: Any) -> None:
    """Of a batch with too much poison nothing is published, not even what is right in it."""
    await line.send(*[BROKEN] * 30, bet(line.topic, 1))
    ended = await line.ended(line.start(FEED, dead_letter_limit=20))
    assert isinstance(ended, TooManyDeadLetters)
    await line.send(bet(line.topic, 2))
    line.start(FEED, dead_letter_limit=100)  # once somebody has decided so, it goes on from there
    records = await line.arrived(2, brand=line.topic)
    assert revisions(records) == [("sports.b-1", 1), ("sports.b-2", 1)]
    assert len(await line.arrived(30, f"{line.topic}.dlq")) == 30


@on_real_kafka
async def test_starting_again_and_again_drains_nothing_either(line: Any) -> None:
    """Letters of the last minutes count after a start, whoever published them."""
    await line.send(*[BROKEN] * 15, bet(line.topic, 1))
    first = line.start(FEED, dead_letter_limit=20)
    await line.arrived(1, brand=line.topic)
    await line.stop(first)
    await line.send(*[BROKEN] * 15)
    ended = await line.ended(line.start(FEED, dead_letter_limit=20))
    assert isinstance(ended, TooManyDeadLetters)
    assert "after 15 recent ones" in str(ended)


@on_real_kafka
async def test_a_position_that_the_broker_does_not_have_stops_the_feed(line: Any) -> None:
    """Records were lost, which a person has to know: nothing is reset."""
    await line.send(bet(line.topic, 1))
    first = line.start(FEED)
    (place,) = {(one.topic, one.partition) for one in await line.arrived(1, line.topic)}
    await line.arrived(1, brand=line.topic)
    await line.stop(first)
    await line.send(*[bet(line.topic, number) for number in range(2, 6)])
    admin = AdminClient({"bootstrap.servers": line.bootstrap})
    for done in admin.delete_records([TopicPartition(*place, 4)]).values():
        await asyncio.to_thread(done.result, 30)
    assert isinstance(await line.ended(line.start(FEED)), PositionOutOfRange)


@on_real_kafka
async def test_several_share_a_feed_and_take_over_from_one_another(line: Any) -> None:
    """A second pump gets part of the partitions; when one goes the other has all, and nothing is missed."""
    first = line.start(FEED)
    await line.until(lambda: first.health().consuming)
    second = line.start(FEED)
    await line.until(lambda: second.health().consuming)
    for number in range(40):
        await line.send(bet(line.topic, number), key=str(number).encode())
        if number == 20:
            await line.stop(first)
    arrived = revisions(await line.arrived(40, brand=line.topic))
    assert set(arrived) == {(f"sports.b-{number}", 1) for number in range(40)}


@on_real_kafka
async def test_a_missing_topic_is_waited_for_and_named(line: Any) -> None:
    """The platform may come later: the pump lives, says what is missing, and begins once it is there."""
    there, line.topic = line.topic, f"{line.topic}-later"
    pump = line.start(FEED)
    await line.until(lambda: "a topic is missing" in pump.health().detail)
    assert (pump.health().live, pump.health().consuming) == (True, False)
    await asyncio.to_thread(line.kafka.create_topics, [line.topic, f"{line.topic}.dlq"])
    await line.send(bet(there, 1))
    assert revisions(await line.arrived(1, brand=there)) == [("sports.b-1", 1)]


@pytest.mark.parametrize("line", ["embedded"], indirect=True)
async def test_a_feed_without_a_broker_waits(line: Any) -> None:
    """No fault of a server ends it: it lives, and says what it waits for."""
    pump = line.start(FEED, bootstrap="127.0.0.1:9")
    await line.until(lambda: not pump.health().kafka)
    assert (pump.health().live, pump.health().consuming) == (True, False)
    assert "Kafka is unavailable" in pump.health().detail
    await line.stop(pump)
    assert (pump.health().live, pump.health().detail) == (False, "stopped")


@on_real_kafka
async def test_a_feed_whose_topic_is_made_anew_stops(line: Any) -> None:
    """Its position would pass over records of the other topic of that name."""
    await line.send(*[bet(line.topic, number) for number in range(5)])
    pump = line.start(FEED)
    await line.arrived(5, brand=line.topic)
    await make_anew(AdminClient({"bootstrap.servers": line.bootstrap}), line.topic)
    fault = await line.ended(pump)
    assert isinstance(fault, TopicRecreated)
    assert "was deleted and recreated" in pump.health().detail
