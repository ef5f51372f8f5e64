"""Dead letters are applied once, even if they are replayed twice during live traffic."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from consumers.stream.database.dead_letter_replay import Replay
from tests.support.consumers.betting_harness import BettingHarness, betting_harness
from tests.support.consumers.sample_messages import bet, scheme
from tests.support.long_form import seed_of_run

SEED = seed_of_run(26)

LETTERS = 30


@pytest.fixture
async def betting(database_url: str) -> AsyncIterator[BettingHarness]:
    """Provide consumers over each kind of database."""
    async with betting_harness(database_url, SEED) as opened:
        yield opened


async def test_letters_replayed_twice_at_once_in_live_traffic_are_applied_once(
    betting: BettingHarness,
) -> None:
    """They are bets of a brand that was unknown; its scheme has arrived since."""
    for number in range(LETTERS):
        record = bet(brand_id="later", bet_id=f"later-{number}", customer_id=f"later-{number % 5}")
        betting.broker.send(record)
        betting.load.records.append(record)
    consumer = betting.start()
    await betting.until(lambda: betting.metric("dead_letters_total") == LETTERS)
    betting.broker.send(scheme(brand_id="later"))
    await betting.until(lambda: betting.metric("records_total", "club.scheme.v1") == 2)

    async def replay() -> None:
        replays = Replay(consumer.app.by_name, consumer.sink)
        async for _ in replays.replay_all(None):
            await asyncio.sleep(0)

    betting.send(200)
    await asyncio.gather(replay(), replay())
    await betting.reckoning()
