"""A fulfilment database that was lost, or came back as an older copy, pays nobody a second time (R1, R2)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from sqlalchemy import insert, select
from till import CASH, SPINS, Till, club_of

from consumers.fulfilment.published import decode_published
from consumers.fulfilment.wiring import catch_up, create_consumer
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from furlong.embedded_broker import EmbeddedBroker
from storage.clock import SystemClock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.fulfilment.models import ATTEMPT, CHOICE, FULFILMENT, METADATA, OUTBOX, QUALIFICATION
from subgraphs.fulfilment.payout.decisions import Decisions
from subgraphs.fulfilment.state.outcome_facts import OUTCOMES_TOPIC
from subgraphs.fulfilment.state.published_outcome import PublishedOutcome, furthest
from subgraphs.fulfilment.state.state_machine import FulfilmentState

A_WEEK = timedelta(days=7)
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
LOST = (FULFILMENT, QUALIFICATION, CHOICE, ATTEMPT, OUTBOX.outbox)


async def outcomes(till: Till) -> list[PublishedOutcome]:
    """What the outbox holds, as it comes back from Kafka."""
    return [
        decode_published(Record(OUTCOMES_TOPIC, 0, 0, row.key.encode(), row.value.encode())).outcome()
        for row in await till.told()
    ]


async def snapshot(till: Till) -> dict[str, list[dict[str, Any]]]:
    """A copy of the database."""
    async with till.database.home.read() as connection:
        return {
            name: [dict(row) for row in (await connection.execute(select(table))).mappings()]
            for name, table in METADATA.tables.items()
        }


async def restore(till: Till, copied: dict[str, list[dict[str, Any]]]) -> None:
    """Makes the database what it was when the copy was taken."""
    async with till.database.home.write() as connection:
        for name, table in METADATA.tables.items():
            await connection.execute(table.delete())
            if copied[name]:
                await connection.execute(insert(table), copied[name])


async def lose(till: Till) -> None:
    """Empties all but what the squad tells anew: brands, schemes and accounts."""
    async with till.database.home.write() as connection:
        for table in LOST:
            await connection.execute(table.delete())


async def read_back(till: Till, published: Sequence[PublishedOutcome]) -> int:
    """Lets the consumer read outcomes."""
    async with till.database.home.write() as connection:
        return await till.service.restore_published(connection, published, till.clock.now())


def forget(till: Till) -> None:
    """Lets all providers forget their keys."""
    for provider in till.providers.values():
        provider.handler.books.forget()


@pytest.mark.parametrize("outcomes_first", [True, False])
async def test_a_lost_database_learns_what_it_published(each_till: Till, *, outcomes_first: bool) -> None:
    """Credited stays credited, in any order of the topics, though providers have forgotten their keys."""
    till, customers = each_till, {"c-1": None, "c-2": SPINS, "c-3": CASH}
    for customer, reward in customers.items():
        await (till.owe(customer) if reward is None else till.owe(customer, reward))
    worker = till.open()
    await till.work(worker, 3)
    published = await outcomes(till)
    confirmed_at = till.clock.now()
    before = {customer: await till.find(customer) for customer in customers}
    await lose(till)
    forget(till)
    till.clock.advance(A_WEEK)

    async def again() -> None:
        for customer, reward in customers.items():
            await (till.choose(customer) if reward is None else till.choose(customer, reward))
            await till.qualify(customer, occurred_at=confirmed_at)

    if outcomes_first:
        await read_back(till, published)
        await again()
    else:
        await again()
        await till.work(worker, 2)  # which finds nothing that it may send
        await read_back(till, published)
    await till.work(worker, 3, pause=timedelta(hours=1))
    for customer in customers:
        assert till.effects(customer) == 1
        found = await till.find(customer)
        assert found.state is FulfilmentState.CREDITED
        assert (found.reward, found.provider) == (before[customer].reward, before[customer].provider)
        assert (found.reference, found.credited_at) == (
            before[customer].reference,
            before[customer].credited_at,
        )


async def test_what_was_never_published_waits_for_a_person(each_till: Till) -> None:
    """Confirmed longer ago than the provider knows keys, it goes to review; a person lets it be sent."""
    till = each_till
    await till.owe("c-1")
    worker = till.open()
    confirmed_at = till.clock.now()
    till.clock.advance(timedelta(days=2))
    await till.qualify("c-1", occurred_at=confirmed_at)
    await lose(till)
    await till.choose("c-1")
    await till.qualify("c-1", occurred_at=confirmed_at)
    await till.work(worker, 3, pause=timedelta(hours=1))
    found = await till.find("c-1")
    assert (found.state, found.reason) == (FulfilmentState.REVIEW, "CONFIRMED_TOO_LONG_AGO")
    assert till.effects("c-1") == 0

    assert await Decisions(worker.uow).retry_all("CONFIRMED_TOO_LONG_AGO", "a person") == 1
    await till.work(worker, 2, pause=timedelta(hours=1))
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert till.effects("c-1") == 1


async def test_what_the_provider_still_remembers_is_sent_under_the_same_key(each_till: Till) -> None:
    """Killed between the credit and its publication, then lost within the hour: the key is known again."""
    till = each_till
    await till.owe("c-1")
    worker = till.open()
    await till.work(worker)
    assert till.effects("c-1") == 1
    await lose(till)
    await till.choose("c-1")
    await till.qualify("c-1")
    await till.work(worker, 2)
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert till.effects("c-1") == 1


@pytest.mark.parametrize("forgotten", [True, False])
async def test_a_copy_of_an_hour_ago_takes_over_what_was_published_since(
    each_till: Till, *, forgotten: bool
) -> None:
    """Its rows are behind; those that it does not have are kept until their weeks are confirmed."""
    till = each_till
    await till.owe("c-1")
    copied = await snapshot(till)
    await till.owe("c-2")
    worker = till.open()
    await till.work(worker)
    published = await outcomes(till)
    await restore(till, copied)
    if forgotten:
        forget(till)
        till.clock.advance(A_WEEK)
    await read_back(till, published)
    await till.owe("c-2")
    await till.work(worker, 2)
    for customer in ("c-1", "c-2"):
        assert await till.state(customer) is FulfilmentState.CREDITED
        assert till.effects(customer) == 1


async def test_what_was_published_as_sent_is_asked_about_first(each_till: Till) -> None:
    """The provider's word decides: not known there and the key still fresh, it is sent once."""
    till = each_till
    await till.owe("c-1")
    till.upset("sportsbook", "timeout_before", times=1)
    worker = till.open()
    await till.work(worker)
    published = [one for one in await outcomes(till) if one.state is FulfilmentState.FULFILLING]
    assert published
    await lose(till)
    await read_back(till, published)
    await till.choose("c-1")
    await till.qualify("c-1")
    found = await till.find("c-1")
    assert (found.state, found.sent_at) == (FulfilmentState.FULFILLING, published[0].sent_at)
    await till.work(worker, 3, pause=timedelta(minutes=2))
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert till.effects("c-1") == 1


async def test_its_own_echo_changes_nothing(each_till: Till) -> None:
    """In the usual case every outcome that is read back is known, in whatever order it comes."""
    till = each_till
    for customer in ("c-1", "c-2"):
        await till.owe(customer)
    await till.work(till.open(), 2)
    before = await snapshot(till)
    published = await outcomes(till)
    for batch in (published, published[::-1], published[:1]):
        assert await read_back(till, batch) == 0
    assert await snapshot(till) == before


async def test_messages_of_the_version_before_are_understood(till: Till) -> None:
    """They told the club's state alone: who was credited is so again, with what is known of the choice."""
    await till.owe("c-1")
    await till.work(till.open())
    rows = [row for row in await till.told() if '"CREDITED"' in row.value]
    body = decode_published(Record(OUTCOMES_TOPIC, 0, 0, rows[0].key.encode(), rows[0].value.encode()))
    old = PublishedOutcome(
        club=club_of("c-1"),
        revision=body.revision,
        state=body._told_state(),
        provider=None,
        reward=None,
        sent_at=None,
        credited_at=body.credited_at,
        expires_at=body.expires_at,
        reference=body.reference,
        reason=None,
        flag=None,
        occurred_at=body.occurred_at,
    )
    await lose(till)
    forget(till)
    await till.choose("c-1")
    await till.qualify("c-1")
    await read_back(till, [old])
    await till.work(till.open(), 2, pause=timedelta(hours=1))
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert till.effects("c-1") == 1


STATES = st.sampled_from(sorted(FulfilmentState, key=lambda state: state.value))


@given(st.lists(st.tuples(STATES, st.integers(1, 9)), min_size=1, max_size=6), st.randoms())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_furthest_outcome_does_not_depend_on_the_order(told: Any, random: Any) -> None:
    """Whatever the order in which outcomes come back, the same one is taken over."""
    club = club_of("c-1")
    by_revision = {revision: state for state, revision in told}
    made = [
        PublishedOutcome(
            club=club,
            revision=revision,
            state=state,
            provider=None,
            reward=None,
            sent_at=None,
            credited_at=None,
            expires_at=None,
            reference=None,
            reason=None,
            flag=None,
            occurred_at=NOON,
        )
        for revision, state in by_revision.items()
    ]
    shuffled = list(made)
    random.shuffle(shuffled)
    assert furthest(made) == furthest(shuffled)


async def test_nothing_counts_as_caught_up_before_the_topics_ends_are_applied(
    till: Till, embedded_broker: EmbeddedBroker
) -> None:
    """A new database is behind until its consumer has read what the topics held at first sight."""
    topics = [
        "club.scheme.v1",
        "club.week.v1",
        "club.account-status.v1",
        "club.choice.v1",
        "club.qualification.v1",
        OUTCOMES_TOPIC,
    ]
    await asyncio.to_thread(embedded_broker.create_topics, topics)
    stream = StreamSettings(
        bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation, poll_seconds=0.1
    )
    database = Database.open(DatabaseSettings(url=till.url), "fulfilment")
    gate = catch_up(database, stream, SystemClock())
    async with AIOKafkaProducer(bootstrap_servers=embedded_broker.bootstrap) as producer:
        for number in range(3):
            await producer.send_and_wait(OUTCOMES_TOPIC, value=b"no message", key=f"k{number}".encode())
        assert sum((await gate.behind()).values()) == 3
        for number in range(5):  # what comes later is not waited for
            await producer.send_and_wait(OUTCOMES_TOPIC, value=b"no message", key=f"l{number}".encode())
        assert sum((await gate.behind()).values()) == 3
        consumer = create_consumer(DatabaseSettings(url=till.url), stream, CollectorRegistry(), SystemClock())
        running = asyncio.create_task(consumer.run())

        async def caught_up() -> bool:
            return not await gate.behind()

        await till.until(caught_up, "the consumer has applied the topics")
        await consumer.stop()
        await running
    await database.close()
