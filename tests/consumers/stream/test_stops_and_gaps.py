"""A member is stopped anywhere, or its topic loses records: nothing is lost or skipped silently."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from functools import partial

import pytest

from consumers.stream.consumer import Consumer
from consumers.stream.errors import PositionOutOfRange
from tests.support.consumers.betting_harness import BettingHarness, betting_harness
from tests.support.consumers.sample_messages import bet
from tests.support.long_form import LONG_FORM, seed_of_run

SEED = seed_of_run(25)

BETS = "club.progress.v1"


@pytest.fixture
async def betting(database_url: str) -> AsyncIterator[BettingHarness]:
    """Provide consumers over each kind of database."""
    async with betting_harness(database_url, SEED) as opened:
        yield opened


@pytest.mark.parametrize("how", ["stopped", "cancelled"])
async def test_a_member_that_is_stopped_at_any_moment_leaves_nothing_half_done(
    betting: BettingHarness, how: str
) -> None:
    """It ends in time, whatever it waits for; the next one continues, and the totals are exact."""
    chance = random.Random(betting.load.seed)  # noqa: S311 - varies the order of events
    for _ in range(100 if LONG_FORM else 12):
        betting.send(10)
        consumer = betting.start()
        await asyncio.sleep(chance.uniform(0, 0.15))
        began = time.monotonic()
        if how == "stopped":
            await betting.stop(consumer)
        else:
            task = betting.running.pop(consumer)
            task.cancel()
            await asyncio.wait({task})
        assert time.monotonic() - began < 60
        assert not consumer.health().live
    betting.start()
    await betting.reckoning()


def has_caught_up(consumer: Consumer) -> bool:
    """Whether a consumer has nothing left to read."""
    health = consumer.health()
    return health.consuming and health.lag == 0


async def test_a_cancellation_at_the_moment_a_record_arrives_is_not_lost(betting: BettingHarness) -> None:
    """`asyncio.wait_for` of Python 3.11 swallows a cancellation if its awaitable is done as well."""
    betting.send(10)
    for _ in range(5):
        consumer = betting.start(poll_seconds=30)
        await betting.until(partial(has_caught_up, consumer))
        task = betting.running.pop(consumer)
        betting.send(1)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=60)
        assert done, "the consumer reads on"
    betting.start()
    await betting.reckoning()


async def test_records_dropped_before_they_were_read_stop_the_consumer(betting: BettingHarness) -> None:
    """Retention was too short, or the consumer was stopped for too long: a person has to know."""
    betting.send(40)
    first = betting.start()
    await betting.reckoning()
    await betting.stop(first)
    betting.send(40)
    partition = betting.broker.partitions(BETS)[0]
    betting.broker.forget(BETS, 0, before=betting.broker.log(partition).end)
    task = betting.running.pop(betting.start())
    await asyncio.wait({task}, timeout=60)
    assert isinstance(task.exception(), PositionOutOfRange)
    assert f"{BETS}/0: the stored position is" in str(task.exception())


async def test_the_same_revision_with_other_contents_changes_nothing_and_is_reported(
    betting: BettingHarness,
) -> None:
    """The first one stays; a counter and the log report the contradiction."""
    first = bet(brand_id="northbet", bet_id="b-x")
    betting.broker.send(first)
    betting.start()
    await betting.until(lambda: betting.metric("records_total") == 1)
    betting.broker.send(first)
    betting.broker.send(bet(brand_id="northbet", bet_id="b-x", stake_minor=900, counting_stake_minor=900))
    await betting.until(lambda: betting.metric("records_total") == 3)
    assert (betting.metric("duplicates_total"), betting.metric("conflicts_total")) == (2, 1)


async def test_a_consumer_with_nothing_to_do_does_not_grow(betting: BettingHarness) -> None:
    """Many empty polls leave no task behind."""
    betting.send(10)
    betting.start(poll_seconds=0.0005, hint_seconds=0.01)
    await betting.reckoning()
    before = len(asyncio.all_tasks())
    await asyncio.sleep(5 if LONG_FORM else 0.5)
    assert len(asyncio.all_tasks()) - before < 10
