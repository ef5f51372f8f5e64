"""After its database was lost, or restored from an older copy, fulfilment pays nobody twice (R1, R2)."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from sqlalchemy import insert, select

from consumers.fulfilment.messages import decode_published
from consumers.fulfilment.wiring import create_consumer
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.workers.catch_up import gate_of
from subgraphs.club_kit.topics import OUTCOMES_TOPIC
from subgraphs.fulfilment.models import ATTEMPT, CHOICE, FULFILMENT, METADATA, OUTBOX, QUALIFICATION
from subgraphs.fulfilment.payout.decisions import Decisions
from subgraphs.fulfilment.payout.steps import RedemptionTracker
from subgraphs.fulfilment.providers.provider import CreditOutcome
from subgraphs.fulfilment.state.outcomes import PublishedOutcome, furthest
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.examples import examples
from tests.support.fulfilment.payout_harness import CASH, SPINS, PayoutHarness, club_of, key_of

A_WEEK = timedelta(days=7)
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
LOST = (FULFILMENT, QUALIFICATION, CHOICE, ATTEMPT, OUTBOX.outbox)


async def outcomes(harness: PayoutHarness) -> list[PublishedOutcome]:
    """Return the outcomes in the outbox, as the consumer reads them back."""
    return [
        decode_published(Record(OUTCOMES_TOPIC, 0, 0, row.key.encode(), row.value.encode())).outcome()
        for row in await harness.published()
    ]


async def snapshot(harness: PayoutHarness) -> dict[str, list[dict[str, Any]]]:
    """Return a copy of the database, without what the server derives."""
    async with harness.database.read() as connection:
        return {
            name: [
                dict(row)
                for row in (
                    await connection.execute(select(*(c for c in table.c if c.computed is None)))
                ).mappings()
            ]
            for name, table in METADATA.tables.items()
        }


async def restore(harness: PayoutHarness, copied: dict[str, list[dict[str, Any]]]) -> None:
    """Restore the database from a copy."""
    async with harness.database.write() as connection:
        for name, table in METADATA.tables.items():
            await connection.execute(table.delete())
            if copied[name]:
                await connection.execute(insert(table), copied[name])


async def lose(harness: PayoutHarness) -> None:
    """Empty all tables but those of brands, schemes and accounts, which the upstream publishes again."""
    async with harness.database.write() as connection:
        for table in LOST:
            await connection.execute(table.delete())


async def read_back(harness: PayoutHarness, published: Sequence[PublishedOutcome]) -> int:
    """Apply outcomes, as the consumer reads them back."""
    async with harness.database.write() as connection:
        return await harness.service.restore_published(connection, published, harness.clock.now())


def forget(harness: PayoutHarness) -> None:
    """Make all providers forget their keys."""
    for provider in harness.providers.values():
        provider.handler.ledger.forget()


@pytest.mark.parametrize("outcomes_first", [True, False])
async def test_a_lost_database_learns_what_it_published(
    each_harness: PayoutHarness, *, outcomes_first: bool
) -> None:
    """Credited rewards stay so in any order of the topics, even if providers have forgotten their keys."""
    harness, customers = each_harness, {"c-1": None, "c-2": SPINS, "c-3": CASH}
    for customer, reward in customers.items():
        await (harness.owe(customer) if reward is None else harness.owe(customer, reward))
    worker = harness.open()
    await harness.run_worker(worker, 3)
    published = await outcomes(harness)
    confirmed_at = harness.clock.now()
    before = {customer: await harness.find(customer) for customer in customers}
    await lose(harness)
    forget(harness)
    harness.clock.advance(A_WEEK)

    async def again() -> None:
        for customer, reward in customers.items():
            await (harness.choose(customer) if reward is None else harness.choose(customer, reward))
            await harness.qualify(customer, occurred_at=confirmed_at)

    if outcomes_first:
        await read_back(harness, published)
        await again()
    else:
        await again()
        await harness.run_worker(worker, 2)  # which finds nothing that it may send
        await read_back(harness, published)
    await harness.run_worker(worker, 3, pause=timedelta(hours=1))
    for customer in customers:
        assert harness.effects(customer) == 1
        found = await harness.find(customer)
        assert found.state is FulfilmentState.CREDITED
        assert (found.reward, found.provider) == (before[customer].reward, before[customer].provider)
        assert (found.reference, found.credited_at) == (
            before[customer].reference,
            before[customer].credited_at,
        )


async def test_what_was_never_published_waits_for_a_person(each_harness: PayoutHarness) -> None:
    """A reward confirmed longer ago than the provider remembers keys goes to review; a person has it sent."""
    harness = each_harness
    await harness.owe("c-1")
    worker = harness.open()
    confirmed_at = harness.clock.now()
    harness.clock.advance(timedelta(days=2))
    await harness.qualify("c-1", occurred_at=confirmed_at)
    await lose(harness)
    await harness.choose("c-1")
    await harness.qualify("c-1", occurred_at=confirmed_at)
    await harness.run_worker(worker, 3, pause=timedelta(hours=1))
    found = await harness.find("c-1")
    assert (found.state, found.reason) == (FulfilmentState.REVIEW, "CONFIRMED_TOO_LONG_AGO")
    assert harness.effects("c-1") == 0

    assert await Decisions(worker.uow).retry_all("CONFIRMED_TOO_LONG_AGO", "a person") == 1
    await harness.run_worker(worker, 2, pause=timedelta(hours=1))
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


async def test_what_the_provider_still_remembers_is_sent_under_the_same_key(
    each_harness: PayoutHarness,
) -> None:
    """If the database is lost between a credit and its publication, the provider still recognizes the key."""
    harness = each_harness
    await harness.owe("c-1")
    worker = harness.open()
    await harness.run_worker(worker)
    assert harness.effects("c-1") == 1
    await lose(harness)
    await harness.choose("c-1")
    await harness.qualify("c-1")
    await harness.run_worker(worker, 2)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


@pytest.mark.parametrize("forgotten", [True, False])
async def test_a_copy_of_an_hour_ago_takes_over_what_was_published_since(
    each_harness: PayoutHarness, *, forgotten: bool
) -> None:
    """Rows that are behind adopt what was published; other outcomes wait until the week is confirmed."""
    harness = each_harness
    await harness.owe("c-1")
    copied = await snapshot(harness)
    await harness.owe("c-2")
    worker = harness.open()
    await harness.run_worker(worker)
    published = await outcomes(harness)
    await restore(harness, copied)
    if forgotten:
        forget(harness)
        harness.clock.advance(A_WEEK)
    await read_back(harness, published)
    await harness.owe("c-2")
    await harness.run_worker(worker, 2)
    for customer in ("c-1", "c-2"):
        assert await harness.state(customer) is FulfilmentState.CREDITED
        assert harness.effects(customer) == 1


async def test_the_provider_is_asked_about_what_was_published_as_sent(each_harness: PayoutHarness) -> None:
    """A reward that was published as sent is sent again only if the provider does not know its key."""
    harness = each_harness
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "timeout_before", times=1)
    worker = harness.open()
    await harness.run_worker(worker)
    published = [
        outcome for outcome in await outcomes(harness) if outcome.state is FulfilmentState.FULFILLING
    ]
    assert published
    await lose(harness)
    await read_back(harness, published)
    await harness.choose("c-1")
    await harness.qualify("c-1")
    found = await harness.find("c-1")
    assert (found.state, found.sent_at) == (FulfilmentState.FULFILLING, published[0].sent_at)
    await harness.run_worker(worker, 3, pause=timedelta(minutes=2))
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


async def test_its_own_echo_changes_nothing(each_harness: PayoutHarness) -> None:
    """Reading back its own outcomes changes nothing, in whatever order they come."""
    harness = each_harness
    for customer in ("c-1", "c-2"):
        await harness.owe(customer)
    await harness.run_worker(harness.open(), 2)
    before = await snapshot(harness)
    published = await outcomes(harness)
    for batch in (published, published[::-1], published[:1]):
        assert await read_back(harness, batch) == 0
    assert await snapshot(harness) == before


async def test_messages_of_the_previous_version_are_understood(harness: PayoutHarness) -> None:
    """Old messages contain only the club's state, from which credited rewards become credited again."""
    await harness.owe("c-1")
    await harness.run_worker(harness.open())
    rows = [row for row in await harness.published() if '"CREDITED"' in row.value]
    body = decode_published(Record(OUTCOMES_TOPIC, 0, 0, rows[0].key.encode(), rows[0].value.encode()))
    old = PublishedOutcome(
        club=club_of("c-1"),
        revision=body.revision,
        state=body._state_before_details(),
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
    await lose(harness)
    forget(harness)
    await harness.choose("c-1")
    await harness.qualify("c-1")
    await read_back(harness, [old])
    await harness.run_worker(harness.open(), 2, pause=timedelta(hours=1))
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


async def told(harness: PayoutHarness) -> list[tuple[int, str, str]]:
    """Return revision, state and event id of the messages in the outbox."""
    bodies = [json.loads(row.value) for row in await harness.published()]
    return [(body["revision"], body["state"], body["event_id"]) for body in bodies]


@pytest.mark.parametrize("loss", ["an older copy", "a copy from after the credit", "everything"])
async def test_no_published_revision_is_used_again(each_harness: PayoutHarness, loss: str) -> None:
    """What is published after a loss is above all that was published, and no state goes back meanwhile."""
    harness = each_harness
    await harness.owe("c-1")
    copied, worker = await snapshot(harness), harness.open()
    await harness.run_worker(worker)
    if loss == "a copy from after the credit":
        copied = await snapshot(harness)
    await harness.qualify("c-1", "revoked")  # which flags the credit: the state stays, the revision does not
    published, before = await outcomes(harness), await told(harness)
    await (lose(harness) if loss == "everything" else restore(harness, copied))
    async with harness.database.write() as connection:
        await connection.execute(OUTBOX.outbox.delete())
    assert await read_back(harness, published) == 1
    harness.clock.advance(timedelta(minutes=5))
    if loss == "everything":
        await harness.choose("c-1")
    await harness.qualify("c-1")
    await harness.run_worker(worker)
    harness.providers["sportsbook"].handler.ledger.change(key_of("c-1"), "used", harness.clock.now())
    harness.clock.advance(A_WEEK)
    await harness.run_worker(worker)
    since = await told(harness)
    assert min(revision for revision, *_ in since) > max(revision for revision, *_ in before)
    assert since[-1][1] == "USED"
    assert {state for _, state, _ in since} <= {"CREDITED", "USED"}
    assert not {event for *_, event in since} & {event for *_, event in before}


async def test_a_revision_that_was_used_twice_is_followed_by_the_present_state(
    each_harness: PayoutHarness,
) -> None:
    """A provider's callback may come before the topic is read back: then its message has a used number."""
    harness = each_harness
    await harness.owe("c-1")
    await harness.run_worker(harness.open())
    copied = await snapshot(harness)
    await harness.qualify("c-1", "revoked")
    published = await outcomes(harness)
    await restore(harness, copied)
    tracker = RedemptionTracker(harness.open().uow)
    await tracker.receive("sportsbook", key_of("c-1"), CreditOutcome.USED, harness.clock.now())
    twice = (await told(harness))[-1]
    assert twice[0] == published[-1].revision
    assert await read_back(harness, published) == 1
    revision, state, event = (await told(harness))[-1]
    assert (revision, state) == (twice[0] + 1, "USED")
    assert event != twice[2]
    assert await read_back(harness, published) == 0


STATES = st.sampled_from(sorted(FulfilmentState, key=lambda state: state.value))


@given(st.lists(st.tuples(STATES, st.integers(1, 9)), min_size=1, max_size=6), st.randoms())
@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_furthest_outcome_does_not_depend_on_the_order(told: Any, random: Any) -> None:
    """Whatever the order in which outcomes come back, the same one is adopted."""
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
    harness: PayoutHarness, embedded_broker: EmbeddedBroker
) -> None:
    """A new database is behind until its consumer has applied what the topics held at first sight."""
    topics = [
        "club.scheme.v1",
        "club.week.v1",
        "club.global.v1",
        "club.account-status.v1",
        "club.choice.v1",
        "club.goodwill.v1",
        "club.qualification.v1",
        OUTCOMES_TOPIC,
    ]
    await asyncio.to_thread(embedded_broker.create_topics, topics)
    stream = StreamSettings(
        bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation, poll_seconds=0.1
    )
    gate = gate_of("fulfilment", DatabaseSettings(url=harness.url), stream, SystemClock())
    async with AIOKafkaProducer(bootstrap_servers=embedded_broker.bootstrap) as producer:
        for number in range(3):
            await producer.send_and_wait(OUTCOMES_TOPIC, value=b"no message", key=f"k{number}".encode())
        assert sum((await gate.behind()).values()) == 3
        for number in range(5):  # what comes later is not waited for
            await producer.send_and_wait(OUTCOMES_TOPIC, value=b"no message", key=f"l{number}".encode())
        assert sum((await gate.behind()).values()) == 3
        consumer = create_consumer(
            DatabaseSettings(url=harness.url), stream, CollectorRegistry(), SystemClock()
        )
        running = asyncio.create_task(consumer.run())

        async def caught_up() -> bool:
            return not await gate.behind()

        await harness.until(caught_up, "the consumer has applied the topics")
        await consumer.stop()
        await running
    await gate.close()
