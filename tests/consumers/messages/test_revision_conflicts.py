"""Equal revisions with different bodies are conflicts in every consumer, on every database."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from consumers.fulfilment.reducers import FulfilmentReducer
from consumers.messages.accounts import decode_account
from consumers.messages.customer_weeks import ChoiceChanged, ChosenReward, QualificationChanged
from consumers.messages.memberships import decode_membership
from consumers.messages.reducers import ReferenceReducer
from consumers.messages.schemes import decode_scheme
from consumers.progress.messages import OutcomeChanged
from consumers.progress.reducers import ProgressReducer
from consumers.rewards.messages import decode_reward_config
from consumers.rewards.reducers import RewardConfigReducer
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment.models import METADATA as FULFILMENT
from subgraphs.fulfilment.models import REFERENCE as FULFILMENT_REFERENCE
from subgraphs.fulfilment.service import FulfilmentService
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import METADATA as PROGRESS
from subgraphs.progress.models import REFERENCE as PROGRESS_REFERENCE
from subgraphs.rewards.catalogue.config_repository import ConfigWriter
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REFERENCE as REWARDS_REFERENCE
from subgraphs.rewards.models import REWARD_CONFIG
from tests.support.consumers.sample_messages import BRAND, account, membership, reward, scheme
from tests.support.database_probe import contents, migrated

LATER = "2026-03-21T09:00:00Z"
ACCOUNTS = [account(), account(verified=False)]
SCHEMES = [scheme(), scheme(grace_minutes=1)]
ROME = BRAND | {"time_zone": "Europe/Rome"}
CLUB = {"schema": "x/1", "event_id": "e-1", "brand_id": "northbet", "customer_id": "c-1"}
AT = "2026-03-30T02:00:00Z"


async def both(database: Database, apply: Any, first: Any, second: Any) -> list[Outcome]:
    """Apply two messages in two transactions, then both in one."""
    found = []
    for messages in ([first], [second], [first, second]):
        async with database.write() as connection:
            found.append(await apply(connection, messages))
    return found


def decoded(records: list[Record], decode: Callable[[Record], object]) -> list[Message[Any]]:
    """Return records with their decoded events."""
    return [Message(record, decode(record)) for record in records]


def named(event: object, name: str) -> Message[Any]:
    """Return a message whose record is distinguishable from others."""
    return Message(Record("topic", 0, 0, None, name.encode()), event)


def assert_alarmed(outcomes: list[Outcome], second: Message[Any]) -> None:
    """Assert that only the differing record is reported, both times."""
    assert [list(outcome.conflicts) for outcome in outcomes] == [[], [second.record], [second.record]]


Applying = Callable[[Database], Awaitable[None]]


async def test_progress_reports_conflicts(database_url: str) -> None:
    """Accounts, schemes, memberships and outcomes with two bodies at one revision are conflicts."""
    async with migrated(database_url, "progress", PROGRESS) as database:
        apply = ProgressReducer(
            ledger_of(database.dialect),
            ReferenceWriter(PROGRESS_REFERENCE, database.dialect),
            SystemClock(),
        )
        joined = [membership(), membership(since=LATER)]
        outcome = {"schema": "club.outcomes/1", "iso_week": "2026-W13", "revision": 1, "occurred_at": AT}
        outcomes = [
            named(_of(OutcomeChanged, outcome | {"state": state}), state) for state in ("CREDITED", "MISSED")
        ]
        for applied, messages in (
            (apply.schemes, decoded(SCHEMES, decode_scheme)),
            (apply.accounts, decoded(ACCOUNTS, decode_account)),
            (apply.memberships, decoded(joined, decode_membership)),
            (apply.outcomes, outcomes),
        ):
            assert_alarmed(await both(database, applied, *messages), messages[1])


async def test_rewards_reports_conflicts(database_url: str) -> None:
    """Changed terms under an old version are a conflict, and so are two statuses at one instant."""
    async with migrated(database_url, "rewards", REWARDS) as database:
        reference = ReferenceReducer(ReferenceWriter(REWARDS_REFERENCE, database.dialect))
        configs = RewardConfigReducer(ConfigWriter(REWARD_CONFIG, database.dialect)).configs
        for records in (
            [reward(), reward(value_minor=1000, occurred_at=LATER)],
            [reward(config_version=2), reward(config_version=2, status="paused")],
        ):
            messages = decoded(records, decode_reward_config)
            assert_alarmed(await both(database, configs, *messages), messages[1])
        for applied, messages in (
            (reference.schemes, decoded(SCHEMES, decode_scheme)),
            (reference.accounts, decoded(ACCOUNTS, decode_account)),
        ):
            assert_alarmed(await both(database, applied, *messages), messages[1])


async def test_a_later_status_is_no_conflict(database_url: str) -> None:
    """Pausing a version and publishing it again, as the upstream does, is no conflict."""
    async with migrated(database_url, "rewards", REWARDS) as database:
        apply = RewardConfigReducer(ConfigWriter(REWARD_CONFIG, database.dialect)).configs
        messages = decoded([reward(), reward(status="paused", occurred_at=LATER)], decode_reward_config)
        outcomes = await both(database, apply, *messages)
        assert [list(outcome.conflicts) for outcome in outcomes] == [[], [], []]


async def test_fulfilment_reports_conflicts(database_url: str) -> None:
    """Choices, qualifications and accounts with two bodies at one revision are conflicts."""
    async with migrated(database_url, "fulfilment", FULFILMENT) as database:
        service = FulfilmentService.of(database.dialect)
        writer = ReferenceWriter(FULFILMENT_REFERENCE, database.dialect)
        apply = FulfilmentReducer(service, writer, SystemClock())
        qualified = {"iso_week": "2026-W13", "revision": 1, "status": "provisional", "currency": "GBP"}
        qualified |= {"total_minor": 2500, "target_minor": 2500, "occurred_at": AT}
        qualifications = [
            named(_of(QualificationChanged, qualified | {"total_minor": total}), str(total))
            for total in (2500, 3000)
        ]
        reward_ = ChosenReward(
            reward_id="fb-5",
            config_version=1,
            kind=RewardKind.FREE_BET,
            product="betting",
            value_minor=500,
            spins=None,
            currency="GBP",
            expiry_days=7,
            wagering_multiple=0,
        )
        chosen = {"iso_week": "2026-W13", "revision": 1, "final": False, "reward": reward_}
        choices = [
            named(_of(ChoiceChanged, chosen | {"source": source, "occurred_at": AT}), source)
            for source in ("chosen", "default")
        ]
        for applied, messages in (
            (apply.qualifications, qualifications),
            (apply.choices, choices),
            (apply.accounts, decoded(ACCOUNTS, decode_account)),
        ):
            assert_alarmed(await both(database, applied, *messages), messages[1])


def _of(event: Any, body: dict[str, Any]) -> Any:
    from datetime import datetime  # noqa: PLC0415 - used here only

    return event(**(CLUB | body | {"occurred_at": datetime.fromisoformat(body["occurred_at"])}))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in_order", "reversed"])
async def test_the_zone_of_a_brand_is_the_first_that_was_issued(
    database_url: str, order: tuple[int, int]
) -> None:
    """A later message with another time zone moves no week, in either order, and is a conflict."""
    records = [scheme(), scheme(version=2, brand=ROME | {"name": "New"}, occurred_at=LATER)]
    async with migrated(database_url, "rewards", REWARDS) as database:
        apply = ReferenceReducer(ReferenceWriter(REWARDS_REFERENCE, database.dialect)).schemes
        messages = decoded([records[place] for place in order], decode_scheme)
        await both(database, apply, *messages)
        row = (await contents(database, REWARDS_REFERENCE.brand))["brand"][0]
        assert row[1:3] == ("New", "Europe/London")
        async with database.write() as connection:
            again = await apply(connection, messages)
        assert list(again.conflicts) == [records[1]]
