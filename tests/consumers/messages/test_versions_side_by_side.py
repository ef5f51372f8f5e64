"""An old and a new version of the consumer in one group, while the upstream's messages change (C32)."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from consumers.stream.consumer import Consumer
from consumers.stream.database.dead_letter_replay import Replay
from consumers.stream.records import Record
from consumers.stream.topics import AnyTopic
from subgraphs.progress.models import STREAM
from tests.support.consumers.betting_harness import BettingHarness, betting_harness
from tests.support.long_form import seed_of_run

SEED = seed_of_run(24)

BETS = "club.progress.v1"
NEXT_SCHEMA = "club.progress/2"


@pytest.fixture
async def betting(database_url: str) -> AsyncIterator[BettingHarness]:
    """Provide consumers over each kind of database."""
    async with betting_harness(database_url, SEED) as opened:
        yield opened


def _in_new_words(record: Record) -> Record:
    """Return the same bet in a possible next version of the upstream's schema."""
    body = json.loads(record.value or b"")
    body["schema"] = NEXT_SCHEMA
    body["stake"] = {"minor": body.pop("stake_minor"), "counting": body.pop("counting_stake_minor")}
    return replace(record, value=json.dumps(body).encode())


def _in_old_words(record: Record) -> Record:
    if f'"{NEXT_SCHEMA}"'.encode() not in (record.value or b""):
        return record
    body = json.loads(record.value or b"")
    stake = body.pop("stake")
    body |= {
        "schema": "club.progress/1",
        "stake_minor": stake["minor"],
        "counting_stake_minor": stake["counting"],
    }
    return replace(record, value=json.dumps(body).encode())


def _start_new(betting: BettingHarness) -> Consumer:
    """Start a member that knows both versions of the schema."""
    consumer = betting.start()

    def learned(topic: AnyTopic) -> AnyTopic:
        return replace(topic, decode=lambda record: topic.decode(_in_old_words(record)))

    consumer.app = replace(
        consumer.app,
        topics=[learned(topic) if topic.name == BETS else topic for topic in consumer.app.topics],
    )
    return consumer


def _send_mixed(betting: BettingHarness, bets: int) -> None:
    """Send bets, half of them in the new version of the schema."""
    for place, record in enumerate(betting.load.more(bets)):
        new = place % 2 == 0 and not (record.value or b"").startswith(b"{broken")
        betting.broker.send(_in_new_words(record) if new else record)


async def _all_read(betting: BettingHarness) -> None:
    ends = sum(betting.broker.log(partition).end for partition in betting.broker.partitions(BETS))
    position = STREAM.position.c
    applied = 0
    while applied != ends:
        await betting.until(lambda: True)  # fails where a member has ended
        async with betting.database.read() as connection:
            query = select(func.sum(position.next_offset)).where(position.topic == BETS)
            applied = int((await connection.execute(query)).scalar_one() or 0)


async def _letters(betting: BettingHarness) -> int:
    async with betting.database.read() as connection:
        return int(
            (await connection.execute(select(func.count()).select_from(STREAM.dead_letter))).scalar_one()
        )


async def test_what_an_old_version_does_not_know_is_applied_by_the_new_one_later(
    betting: BettingHarness,
) -> None:
    """The old one parks new messages as dead letters; the new one replays them, twice without harm."""
    old, new = betting.start(), _start_new(betting)
    _send_mixed(betting, 60)
    await _all_read(betting)
    assert await _letters(betting) > betting.load.poison
    await betting.stop(old)
    _send_mixed(betting, 20)
    await _all_read(betting)
    for _ in range(2):
        async for _letter in Replay(new.app.by_name, new.sink).replay_all(None):
            pass
    await betting.reckoning()
