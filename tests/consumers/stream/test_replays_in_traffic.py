"""Dead letters are applied once, even if they are replayed twice during live traffic."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from betting_field import Field, betting_field
from squad_messages import bet, scheme

from consumers.stream.database.dead_letter_replay import Replay

LETTERS = 30


@pytest.fixture
async def meadow(database_url: str) -> AsyncIterator[Field]:
    """Provide consumers over each kind of database."""
    async with betting_field(database_url, random.SystemRandom().randrange(10**6)) as opened:
        yield opened


async def test_letters_replayed_twice_at_once_in_live_traffic_are_applied_once(meadow: Field) -> None:
    """They are bets of a brand that was unknown; its scheme has arrived since."""
    for number in range(LETTERS):
        record = bet(brand_id="later", bet_id=f"later-{number}", customer_id=f"later-{number % 5}")
        meadow.broker.send(record)
        meadow.load.records.append(record)
    consumer = meadow.start()
    await meadow.until(lambda: meadow.metric("dead_letters_total") == LETTERS)
    meadow.broker.send(scheme(brand_id="later"))
    await meadow.until(lambda: meadow.metric("records_total", "club.scheme.v1") == 2)

    async def replay() -> None:
        replays = Replay(consumer.app.by_name, consumer.sink)
        async for _ in replays.replay_all(None):
            await asyncio.sleep(0)

    meadow.send(200)
    await asyncio.gather(replay(), replay())
    await meadow.reckoning()
