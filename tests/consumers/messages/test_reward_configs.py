"""Versions of rewards keep their first terms and take their last status, on every database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from consumers.rewards.messages import RewardConfigured, decode_reward_config
from consumers.rewards.reducers import RewardConfigReducer
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.database import Database
from subgraphs.rewards.catalogue.config_repository import ConfigWriter
from subgraphs.rewards.models import METADATA, REWARD_CONFIG
from tests.support.consumers.sample_messages import reward
from tests.support.database_probe import contents, migrated

LATER = "2026-03-21T09:00:00Z"
LATEST = "2026-03-22T09:00:00Z"


@dataclass
class Catalogue:
    """A catalogue of which each call applies a batch in a transaction of its own."""

    database: Database

    async def take(self, *records: Record) -> Outcome:
        """Apply reward-config records."""
        apply = RewardConfigReducer(ConfigWriter(REWARD_CONFIG, self.database.dialect))
        async with self.database.write() as connection:
            return await apply.configs(connection, [Message(r, decode_reward_config(r)) for r in records])

    async def stored(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return some columns of all versions, in order."""
        rows = (await contents(self.database, REWARD_CONFIG))["reward_config"]
        places = [list(REWARD_CONFIG.c.keys()).index(column) for column in columns]
        return [tuple(row[place] for place in places) for row in rows]


def _retired(at: str, version: int = 1) -> Record:
    return replace(reward(config_version=version), value=None, timestamp=datetime.fromisoformat(at))


@pytest.fixture
async def catalogue(database_url: str) -> AsyncIterator[Catalogue]:
    """Provide a new database without rewards."""
    async with migrated(database_url, "rewards", METADATA) as database:
        yield Catalogue(database)


async def test_every_version_has_a_row(catalogue: Catalogue) -> None:
    """All versions are stored, because a choice is bound to the version it was made with."""
    await catalogue.take(reward(), reward(config_version=2, value_minor=600), reward(reward_id="fb-9"))
    assert await catalogue.stored("reward_id", "config_version", "value_minor", "jurisdictions") == [
        ("fb-5", 1, 500, ["GB"]),
        ("fb-5", 2, 600, ["GB"]),
        ("fb-9", 1, 500, ["GB"]),
    ]


async def test_a_later_message_changes_the_status_and_nothing_else(catalogue: Catalogue) -> None:
    """The terms of a version never change, in one batch or in two."""
    await catalogue.take(reward(), reward(status="paused", value_minor=1, occurred_at=LATER))
    await catalogue.take(reward(status="active", value_minor=2, occurred_at=LATEST))
    assert await catalogue.stored("status", "value_minor") == [("active", 500)]


async def test_an_earlier_message_that_arrives_late_changes_nothing(catalogue: Catalogue) -> None:
    """The latest event time wins, not the latest arrival."""
    await catalogue.take(reward(status="paused", occurred_at=LATER))
    outcome = await catalogue.take(reward(status="active"))
    assert outcome.stale == 1
    assert await catalogue.stored("status") == [("paused",)]


async def test_a_retired_version_is_kept_as_withdrawn(catalogue: Catalogue) -> None:
    """Customers who chose it still get it; nobody else is offered it. Other versions do not change."""
    await catalogue.take(reward(), reward(config_version=2))
    await catalogue.take(_retired(LATER))
    assert await catalogue.stored("config_version", "status") == [(1, "withdrawn"), (2, "active")]


async def test_a_version_retired_in_the_batch_that_brought_it_is_withdrawn(catalogue: Catalogue) -> None:
    """A batch may contain both."""
    await catalogue.take(reward(), _retired(LATER))
    assert await catalogue.stored("status") == [("withdrawn",)]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_a_recall_holds_in_any_order(catalogue: Catalogue, order: tuple[int, ...]) -> None:
    """What was recalled for safety or law stays recalled, whatever arrives before or after."""
    history = (
        reward(),
        reward(status="withdrawn", recalled=True, occurred_at=LATER),
        reward(status="active", occurred_at=LATEST),
    )
    for place in order:
        await catalogue.take(history[place])
    assert await catalogue.stored("status", "recalled") == [("active", 1)]


def test_a_recalled_reward_that_is_active_is_poison() -> None:
    """A message that contradicts itself is refused rather than interpreted."""
    with pytest.raises(Poison, match="recalled"):
        decode_reward_config(reward(status="active", recalled=True))


async def test_retiring_an_unknown_version_does_nothing(catalogue: Catalogue) -> None:
    """After compaction a null value may be all that is left of a version."""
    outcome = await catalogue.take(_retired(LATER))
    assert outcome.stale == 1
    assert await catalogue.stored("status") == []


async def test_a_replay_does_not_bring_a_retired_version_back(catalogue: Catalogue) -> None:
    """Reading the topic from its start again gives the same result."""
    history = (reward(), reward(status="paused", occurred_at=LATER), _retired(LATEST))
    await catalogue.take(*history)
    for record in history:
        await catalogue.take(record)
    assert await catalogue.stored("status") == [("withdrawn",)]


async def test_a_retirement_holds_against_an_event_time_ahead_of_its_record(catalogue: Catalogue) -> None:
    """A producer whose clock is ahead cannot make a version immune to being retired."""
    produced = datetime(2026, 3, 20, 9, 0, 1, tzinfo=UTC)
    await catalogue.take(replace(reward(occurred_at="2027-01-01T00:00:00Z"), timestamp=produced))
    await catalogue.take(_retired(LATER))
    assert await catalogue.stored("status") == [("withdrawn",)]


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"kind": "free_spins", "value_minor": None}, "free_spins without spins"),
        ({"kind": "free_spins", "spins": 10}, "free_spins with a value"),
        ({"value_minor": 0}, "free_bet without a value"),
        ({"value_minor": None}, "free_bet without a value"),
        ({"kind": "cash", "value_minor": None}, "cash without a value"),
        ({"spins": 10}, "free_bet with spins"),
        ({"kind": "bet_boost", "value_minor": 0}, "bet_boost with the value 0"),
        ({"target_minor": 0}, "a target of 0"),
        ({"effective_to": "2026-01-19T00:00:00Z"}, "ends before it begins"),
        ({"wagering_multiple": 11}, "unlawful in GB: wagering 11 times, at most 10"),
        ({"product": "casino"}, "unlawful in GB: a casino reward for betting"),
    ],
    ids=str,
)
async def test_an_invalid_version_is_refused_with_the_reason(
    catalogue: Catalogue, terms: dict[str, Any], reason: str
) -> None:
    """It becomes a dead letter, active or paused, and the others of its batch are stored."""
    bad, paused = reward(config_version=2, **terms), reward(config_version=3, status="paused", **terms)
    outcome = await catalogue.take(reward(), bad, paused)
    assert [record for record, _ in outcome.refused] == [bad, paused]
    assert all(reason in why for _, why in outcome.refused)
    assert await catalogue.stored("config_version") == [(1,)]


@pytest.mark.parametrize(
    "terms",
    [
        {"effective_from": "2026-01-18T00:00:00Z", "wagering_multiple": 11},
        {"jurisdictions": ["GB", "IE"], "product": "casino"},
        {"jurisdictions": ["MT"], "product": "casino", "wagering_multiple": 35},
        {"wagering_multiple": 10},
        {"kind": "free_spins", "spins": 1, "value_minor": None},
        {"kind": "bet_boost", "value_minor": None},
    ],
    ids=str,
)
async def test_a_version_that_is_lawful_somewhere_or_was_is_stored(
    catalogue: Catalogue, terms: dict[str, Any]
) -> None:
    """A version from before the law still describes what was chosen then."""
    assert not (await catalogue.take(reward(**terms))).refused
    assert await catalogue.stored("status") == [("active",)]


async def test_what_an_older_release_stored_can_still_be_stopped(catalogue: Catalogue) -> None:
    """A stored version that would be refused now can still be paused and withdrawn."""
    stored = decode_reward_config(reward(value_minor=0))
    assert isinstance(stored, RewardConfigured)
    async with catalogue.database.write() as connection:
        await ConfigWriter(REWARD_CONFIG, catalogue.database.dialect).store(connection, [stored.row()], [])
    for status, at in (("paused", LATER), ("withdrawn", LATEST)):
        outcome = await catalogue.take(reward(value_minor=0, status=status, occurred_at=at))
        assert not outcome.refused
        assert await catalogue.stored("status") == [(status,)]
