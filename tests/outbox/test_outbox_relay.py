"""Facts leave an outbox at least once and in order, with any number of relays."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from foundation.storage.clock import Clock, ClockDiffers, ManualClock
from foundation.storage.database import Database
from furlong.demo.embedded_broker import PARTITIONS, EmbeddedBroker
from furlong.workers.outbox_worker import KafkaPublisher
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import MEMBERSHIP_EVENT, METADATA, OUTBOX, POSTPONED
from subgraphs.club_kit.topics import MEMBERSHIP_TOPIC
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.records.outbox import Fact, Outbox, UnpublishedFact
from subgraphs.kit.records.outbox_relay import FACTS, LEASE, Delivery, Relay
from tests.support.database_probe import migrated
from tests.support.skewed_clock import SkewedClock

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
OWNER = Owner("northbet", "c-1")
BOX = Outbox(OUTBOX)
CONTRACT = Path(__file__).parents[2] / "contracts" / "club.membership.v1.schema.json"


@dataclass
class Broker:
    """Records what is published; refuses `refused` facts, and waits while the `gate` is closed.

    Attributes:
        unsendable: Facts that it would never take.
        closed: A topic that takes nothing; what follows is not sent.
    """

    refused: set[int] = field(default_factory=set)
    unsendable: set[int] = field(default_factory=set)
    closed: str = ""
    taken: list[UnpublishedFact] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Open the gate."""
        self.gate.set()

    async def publish(self, facts: Sequence[UnpublishedFact]) -> Delivery:
        """Accept every fact that is not refused."""
        self.begun.set()
        await self.gate.wait()
        shut = [number for number, fact in enumerate(facts) if fact.topic == self.closed][:1]
        sent = facts[: shut[0]] if shut else facts
        good = [fact for fact in sent if fact.id not in self.refused | self.unsendable]
        self.taken += good
        bad = {fact.id: ValueError("too large") for fact in sent if fact.id in self.unsendable}
        away = {facts[number].id: ValueError("no such topic") for number in shut}
        return Delivery({fact.id for fact in good}, bad, away)

    @property
    def identities(self) -> list[str]:
        """Return the identities of the accepted facts, in order."""
        return [json.loads(fact.value)["identity"] for fact in self.taken]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Provide the club's database, on each engine."""
    async with migrated(database_url, "club", METADATA) as database:
        yield database


def relay_of(database: Database, broker: Broker, clock: Clock | None = None) -> Relay:
    """Return a relay, as in a process of its own."""
    postponed = PostponedItems(database, POSTPONED)
    return Relay(database, BOX, broker, clock or ManualClock(NOW), postponed)


async def put(database: Database, *identities: str, key: str = "northbet:c-1", topic: str = "t") -> None:
    """Write facts, each in its own transaction."""
    for identity in identities:
        fact = Fact(topic, "some.fact/1", key, identity, {"brand_id": "northbet", "identity": identity})
        async with database.write() as connection:
            await BOX.put(connection, fact, NOW)


async def left(database: Database) -> int:
    """Return how many facts wait."""
    async with database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(OUTBOX.outbox)) or 0)


async def test_facts_leave_in_the_order_in_which_they_were_written(database: Database) -> None:
    """Facts leave in order; afterwards nothing waits, and another pass does nothing."""
    broker = Broker()
    relay = relay_of(database, broker)
    await put(database, "1", "2", "3")
    assert [await relay.publish_waiting(), await relay.publish_waiting()] == [3, 0]
    assert broker.identities == ["1", "2", "3"]
    assert await left(database) == 0


async def test_a_fact_of_a_transaction_that_fails_is_never_told(database: Database) -> None:
    """A fact that did not become true is never published."""

    async def fail() -> None:
        async with database.write() as connection:
            await BOX.put(connection, Fact("t", "s/1", "k", "1", {"brand_id": "northbet"}), NOW)
            raise RuntimeError("the transaction fails")

    with pytest.raises(RuntimeError):
        await fail()
    assert await left(database) == 0


async def test_what_the_broker_did_not_take_goes_out_again_with_all_that_followed(
    database: Database,
) -> None:
    """Otherwise the older fact would come last, and a compacted topic would keep it."""
    broker = Broker()
    relay = relay_of(database, broker)
    await put(database, "1", "2", "3")
    async with database.read() as connection:
        second = (await BOX.waiting(connection, 3))[1].id
    broker.refused = {second}
    assert await relay.publish_waiting() == 1
    broker.refused = set()
    assert await relay.publish_waiting() == 2
    assert broker.identities == ["1", "3", "2", "3"]


async def test_what_cannot_be_sent_holds_back_its_own_key_alone(database: Database) -> None:
    """Later facts of the key wait behind it, in order, until it can be sent or is removed; others go on."""
    clock, broker = ManualClock(NOW), Broker()
    relay = relay_of(database, broker, clock)
    await put(database, "1", "2")
    await put(database, "3", key="northbet:c-2")
    async with database.read() as connection:
        first = (await BOX.waiting(connection, 1))[0].id
    broker.unsendable = {first}
    broker.refused = {first + 1}
    assert await relay.publish_waiting() == 1
    assert await relay.publish_waiting() == 0
    [noted] = (await relay_of(database, broker).postponed.of(FACTS)).values()  # type: ignore[union-attr]
    assert (noted.item, noted.reason, noted.tries) == (str(first), "ValueError: too large", 1)
    broker.unsendable, broker.refused = set(), set()
    assert await relay.publish_waiting() == 0
    clock.advance(timedelta(seconds=6))
    assert await relay.publish_waiting() == 2
    assert broker.identities == ["3", "1", "2"]
    assert await relay_of(database, broker).postponed.of(FACTS) == {}  # type: ignore[union-attr]


async def test_a_topic_that_takes_nothing_holds_back_no_other(database: Database) -> None:
    """All that is for it waits, and is sent soon after the topic is there."""
    clock, broker = ManualClock(NOW), Broker(closed="missing")
    relay = relay_of(database, broker, clock)
    await put(database, "1", topic="missing")
    await put(database, "2", key="northbet:c-2", topic="missing")
    await put(database, "3")
    assert await relay.publish_waiting() == 0
    assert "missing" in relay.status.trouble
    assert await relay.publish_waiting() == 1
    broker.closed = ""
    clock.advance(timedelta(seconds=6))
    assert await relay.publish_waiting() == 2
    assert broker.identities == ["3", "1", "2"]
    assert await relay_of(database, broker).postponed.of(FACTS) == {}  # type: ignore[union-attr]


async def test_a_second_relay_stands_by_while_the_first_publishes(database: Database) -> None:
    """Both relays see the facts, but only one publishes them."""
    first, second = Broker(), Broker()
    first.gate.clear()
    await put(database, "1")
    publishing = asyncio.create_task(relay_of(database, first).publish_waiting())
    await first.begun.wait()
    assert await relay_of(database, second).publish_waiting() == 0
    first.gate.set()
    assert await publishing == 1
    assert (first.identities, second.identities) == (["1"], [])


async def test_after_a_crash_another_relay_goes_on_when_the_lease_has_ended(database: Database) -> None:
    """Facts that were published but not removed are published again, with the same event id."""
    clock, crashed, other = ManualClock(NOW), Broker(), Broker()
    relay = relay_of(database, crashed, clock)
    await put(database, "1")
    async with database.write() as connection:
        await BOX.lease(relay.holder).hold(connection, NOW, LEASE)
    async with database.read() as connection:
        await crashed.publish(await BOX.waiting(connection, 10))
    successor = relay_of(database, other, clock)
    assert await successor.publish_waiting() == 0
    clock.advance(LEASE + timedelta(seconds=1))
    assert await successor.publish_waiting() == 1
    assert crashed.taken == other.taken


async def test_a_relay_that_slept_through_its_lease_forgets_nothing(database: Database) -> None:
    """The relay that took over decides what is removed, not the one that slept."""
    clock, sleeper, other = ManualClock(NOW), Broker(), Broker()
    sleeper.gate.clear()
    await put(database, "1")
    sleeping = asyncio.create_task(relay_of(database, sleeper, clock).publish_waiting())
    await sleeper.begun.wait()
    clock.advance(LEASE + timedelta(seconds=1))
    async with database.write() as connection:
        assert await BOX.lease("another").hold(connection, clock.now(), LEASE)
    sleeper.gate.set()
    assert await sleeping == 0
    assert await left(database) == 1
    async with database.write() as connection:
        await BOX.lease("another").end(connection)
    assert await relay_of(database, other, clock).publish_waiting() == 1


async def test_a_relay_that_leaves_makes_way_at_once(database: Database) -> None:
    """A relay that leaves gives up its lease, so a rolling restart does not wait for it."""
    first, second = Broker(), Broker()
    relay = relay_of(database, first)
    await put(database, "1")
    await relay.publish_waiting()
    await relay.leave()
    await put(database, "2")
    assert await relay_of(database, second).publish_waiting() == 1


async def test_every_change_of_a_membership_is_told_within_its_contract(database: Database) -> None:
    """Each message is the whole membership after the change, and the first opt-in stays for ever."""
    broker = Broker()
    repository = MembershipRepository(MEMBERSHIP_EVENT)
    kinds = [MembershipKind.OPTED_IN, MembershipKind.OPTED_OUT, MembershipKind.OPTED_IN]
    for hour, kind in enumerate([*kinds, MembershipKind.FORCED_OUT]):
        async with database.write() as connection:
            at = NOW + timedelta(hours=hour)
            await repository.append(
                connection, OWNER, kind, terms_version=None, upstream_key=f"k-{hour}", at=at
            )
    await relay_of(database, broker).publish_waiting()
    bodies = [json.loads(fact.value) for fact in broker.taken]
    contract = Draft202012Validator(json.loads(CONTRACT.read_text(encoding="utf-8")))
    for body in bodies:
        contract.validate(body)
    assert [(body["version"], body["opted_in"]) for body in bodies] == [
        (1, True),
        (2, False),
        (3, True),
        (4, False),
    ]
    assert {body["first_opted_in_at"] for body in bodies} == {"2026-03-25T12:00:00Z"}
    assert {(fact.topic, fact.key) for fact in broker.taken} == {(MEMBERSHIP_TOPIC, "northbet:c-1")}


async def test_facts_reach_kafka_with_key_and_headers(
    database: Database, embedded_broker: EmbeddedBroker
) -> None:
    """The record's key is the customer's, and its headers repeat the body."""
    await asyncio.to_thread(embedded_broker.create_topics, ["t"])
    await put(database, "1", "2")
    async with AIOKafkaProducer(
        bootstrap_servers=embedded_broker.bootstrap, enable_idempotence=True
    ) as producer:
        relay = Relay(database, BOX, KafkaPublisher(producer), ManualClock(NOW))
        assert await relay.publish_waiting() == 2
    partitions = [TopicPartition("t", number) for number in range(PARTITIONS)]
    async with AIOKafkaConsumer(
        bootstrap_servers=embedded_broker.bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign(partitions)
        found: list[Any] = []
        while len(found) < 2:
            found += [r for records in (await consumer.getmany(timeout_ms=500)).values() for r in records]
    assert [json.loads(record.value)["identity"] for record in found] == ["1", "2"]
    assert {record.key for record in found} == {b"northbet:c-1"}
    headers = dict(found[0].headers)
    assert headers["event_id"].decode() == json.loads(found[0].value)["event_id"]
    assert (headers["schema"], headers["brand"]) == (b"some.fact/1", b"northbet")


async def test_what_waits_is_counted_and_who_publishes_is_shown(database: Database) -> None:
    """The status has the figures that the worker's metrics show."""
    clock, broker = ManualClock(NOW), Broker()
    relay = relay_of(database, broker, clock)
    await put(database, "1", "2", "3")
    async with database.read() as connection:
        third = (await BOX.waiting(connection, 3))[2].id
    broker.refused = {third}
    clock.advance(timedelta(seconds=20))
    assert await relay.publish_waiting() == 2
    status = relay.status
    assert (status.published, status.waiting, status.is_leader, status.oldest_seconds(clock.now())) == (
        2,
        1,
        True,
        20,
    )
    assert status.trouble == (
        "Kafka did not accept a message for t: the topic is missing (`furlong topics create`), or "
        "fewer brokers than min.insync.replicas have it (`furlong check` says which)"
    )
    broker.refused = set()
    assert await relay.publish_waiting() == 1
    assert (status.waiting, status.oldest_seconds(clock.now()), status.trouble) == (0, 0.0, "")


async def test_a_relay_whose_clock_is_wrong_publishes_nothing(database: Database) -> None:
    """It would take the lease from the relay that publishes, and its records would have wrong times."""
    broker = Broker()
    await put(database, "1")
    with pytest.raises(ClockDiffers):
        await relay_of(
            database, broker, SkewedClock(ManualClock(NOW), timedelta(minutes=5))
        ).publish_waiting()
    assert broker.identities == []
    assert await relay_of(database, broker).publish_waiting() == 1
