"""What the simulator sends to the platform's feeds is what it would send to the club."""

import json
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from random import Random

import msgspec
import pytest

from consumers.feeds.settings import find, known
from simulator.events import EventSource
from simulator.kafka.feeds import feed_message
from simulator.kafka.messages import Bet
from simulator.kafka.traffic import traffic
from simulator.world import load_world
from tests.support.consumers.feed_records import feed_contract, progress_contract

NOW = datetime(2026, 3, 25, 14, 3, 11, 250_000, tzinfo=UTC)
FEEDS = {feed.topic: feed for feed in find(known())}


@pytest.fixture(scope="module")
def bets() -> list[Bet]:
    """Return a good amount of traffic, with bets on events."""
    world, source = load_world(), EventSource()
    list(source.still(world, Random(1), NOW))  # noqa: S311 - the same each time
    return list(islice(traffic(world, 4, "run", lambda: NOW, source.picks), 4000))


def test_every_record_keeps_its_contract_and_becomes_progress(bets: list[Bet]) -> None:
    """This holds for all five feeds, and no record is a dead letter."""
    seen: Counter[str] = Counter()
    for bet in bets:
        record = feed_message(bet)
        feed_contract(record.topic).validate(json.loads(record.value))
        message = FEEDS[record.topic].progress(record.value)
        progress_contract().validate(json.loads(message.value))
        assert message.key == record.key
        seen[record.topic] += 1
    assert set(seen) == set(FEEDS)


def test_a_sports_bet_keeps_its_meaning(bets: list[Bet]) -> None:
    """The simulator's format and the adapter's mapping were written independently, and are inverse."""
    for bet in (bet for bet in bets if bet.channel == "sports"):
        record = feed_message(bet)
        body = json.loads(FEEDS[record.topic].progress(record.value).value)
        own = bet.counting_stake_minor if bet.stake_source == "cash" else 0
        assert (body["bet_revision"], body["status"], body["bet_type"], body["odds_milli"]) == (
            bet.revision,
            bet.status,
            bet.bet_type,
            bet.odds_milli,
        )
        assert (body["stake_minor"], body["counting_stake_minor"], body["stake_source"]) == (
            bet.stake_minor,
            own,
            bet.stake_source,
        )
        assert datetime.fromisoformat(body["placed_at"]) == bet.placed_at
        assert body.get("legs", []) == [msgspec.to_builtins(leg) for leg in bet.legs]
    assert any(bet.legs for bet in bets)
