"""A member is stopped anywhere, or its topic loses records: nothing is lost or skipped silently."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator

import pytest
from betting_field import Field, betting_field
from squad_messages import bet

from consumers.stream.errors import PositionOutOfRange

BETS = "club.progress.v1"
LONG = os.environ.get("FURLONG_TORTURE", "") not in {"", "0"}


@pytest.fixture
async def meadow(database_url: str) -> AsyncIterator[Field]:
    """Provide consumers over each kind of database."""
    async with betting_field(database_url, random.SystemRandom().randrange(10**6)) as opened:
        yield opened


@pytest.mark.parametrize("how", ["stopped", "cancelled"])
async def test_a_member_that_is_stopped_at_any_moment_leaves_nothing_half_done(
    meadow: Field, how: str
) -> None:
    """It ends in time, whatever it waits for; the next one continues, and the totals are exact."""
    chance = random.Random(meadow.load.seed)  # noqa: S311 - varies the order of events
    for _ in range(100 if LONG else 12):
        meadow.send(10)
        consumer = meadow.start()
        await asyncio.sleep(chance.uniform(0, 0.15))
        began = time.monotonic()
        if how == "stopped":
            await meadow.stop(consumer)
        else:
            task = meadow.running.pop(consumer)
            task.cancel()
            await asyncio.wait({task})
        assert time.monotonic() - began < 60
        assert not consumer.health().live
    meadow.start()
    await meadow.reckoning()


async def test_a_cancellation_at_the_moment_a_record_arrives_is_not_lost(meadow: Field) -> None:
    """`asyncio.wait_for` of Python 3.11 swallows a cancellation if its awaitable is done as well."""
    meadow.send(10)
    for _ in range(5):
        consumer = meadow.start(poll_seconds=30)
        await meadow.until(lambda health=consumer.health: health().consuming and health().lag == 0)
        task = meadow.running.pop(consumer)
        meadow.send(1)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=60)
        assert done, "the consumer reads on"
    meadow.start()
    await meadow.reckoning()


async def test_records_dropped_before_they_were_read_stop_the_consumer(meadow: Field) -> None:
    """Retention was too short, or the consumer was stopped for too long: a person has to know."""
    meadow.send(40)
    first = meadow.start()
    await meadow.reckoning()
    await meadow.stop(first)
    meadow.send(40)
    partition = meadow.broker.partitions(BETS)[0]
    meadow.broker.forget(BETS, 0, before=meadow.broker.log(partition).end)
    task = meadow.running.pop(meadow.start())
    await asyncio.wait({task}, timeout=60)
    assert isinstance(task.exception(), PositionOutOfRange)
    assert f"{BETS}/0: the stored position is" in str(task.exception())


async def test_the_same_revision_with_other_contents_changes_nothing_and_is_reported(meadow: Field) -> None:
    """The first one stays; a counter and the log report the contradiction."""
    first = bet(brand_id="northbet", bet_id="b-x")
    meadow.broker.send(first)
    meadow.start()
    await meadow.until(lambda: meadow.metric("records_total") == 1)
    meadow.broker.send(first)
    meadow.broker.send(bet(brand_id="northbet", bet_id="b-x", stake_minor=900, counting_stake_minor=900))
    await meadow.until(lambda: meadow.metric("records_total") == 3)
    assert (meadow.metric("duplicates_total"), meadow.metric("conflicts_total")) == (2, 1)


async def test_a_consumer_with_nothing_to_do_does_not_grow(meadow: Field) -> None:
    """Many empty polls leave no task behind."""
    meadow.send(10)
    meadow.start(poll_seconds=0.0005, hint_seconds=0.01)
    await meadow.reckoning()
    before = len(asyncio.all_tasks())
    await asyncio.sleep(5 if LONG else 0.5)
    assert len(asyncio.all_tasks()) - before < 10
