"""What nodes do with global messages: the end state is that of the last message of each subject."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from consumers.acknowledgements.report import read_report
from consumers.fulfilment.decisions import ProviderDecisions
from consumers.messages.global_events.message import GlobalEvent, decode_global
from consumers.messages.global_events.reducer import GlobalReducer
from consumers.rewards.decisions import RewardDecisions
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.fulfilment import models as fulfilment
from subgraphs.fulfilment.payout.provider_decisions import ProviderHolds
from subgraphs.fulfilment.repository import ProviderRepository
from subgraphs.kit.records.global_state import GlobalOrder, GlobalStateRepository, KillSwitches
from subgraphs.rewards import models as rewards
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from tests.support.database_probe import migrate, migrated
from tests.support.examples import examples
from tests.support.office.global_messages import (
    BRAND,
    NOON,
    budget,
    content,
    edition,
    event,
    record,
    status,
    switch,
)

REDUCER = RewardDecisions(ManualClock(NOON)).reducer
CATALOGUE = CatalogueRepository(rewards.REWARD_CONFIG, rewards.REWARD_CONTENT)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """The database of the rewards subgraph."""
    async with migrated(f"sqlite+aiosqlite:///{tmp_path}", "rewards", rewards.METADATA) as database:
        yield database


@pytest.fixture
async def each_database(database_url: str) -> AsyncIterator[Database]:
    """The database of the rewards subgraph, on each engine."""
    async with migrated(database_url, "rewards", rewards.METADATA) as database:
        yield database


async def apply(database: Database, *events: GlobalEvent, reducer: GlobalReducer = REDUCER) -> Outcome:
    """Apply messages as the consumer does, in one transaction."""
    messages = [Message(record(each, offset), each) for offset, each in enumerate(events)]
    async with database.write() as connection:
        return await reducer.apply(connection, messages)


async def titles(database: Database, at: datetime = NOON) -> list[tuple[int | None, str]]:
    """Return the titles that customers are shown at an instant of the node's clock."""
    async with database.read() as connection:
        found = await CATALOGUE.published(connection, [BRAND], at)
    return [(one.config_version, one.title) for one in found[BRAND]]


async def tables(database: Database) -> dict[str, Any]:
    """Return what matters of a node's tables: budgets, content, switches."""
    async with database.read() as connection:
        budgets = await connection.execute(select(rewards.BUDGET).order_by(*rewards.BUDGET.primary_key))
        shown = await CATALOGUE.published(connection, [BRAND], NOON)
        off = await KillSwitches(rewards.GLOBAL_STATE).off(connection, BRAND)
        return {
            "budgets": budgets.all(),
            "off": off,
            "titles": sorted(each.title for each in shown[BRAND]),
        }


SUBJECTS = st.sampled_from(
    [
        budget,
        lambda value: budget(value, "fb-10", "2026-W13"),
        lambda value: budget(None if value % 2 else value),
        lambda value: switch(off=bool(value % 2)),
        lambda value: switch("reward", "fb-5", off=bool(value % 2)),
        lambda value: content(f"title {value}"),
        lambda value: content(f"other {value}", version=None),
    ]
)


@pytest.fixture(scope="module")
def orders_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database that the generated cases empty before they use it."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('orders')}"
    asyncio.run(migrate(DatabaseSettings(url=url), "rewards", rewards.METADATA))
    return url


@settings(max_examples=examples(25))
@given(made=st.lists(st.tuples(SUBJECTS, st.integers(0, 5)), max_size=12), data=st.data())
def test_repeated_reordered_and_lost_messages_leave_the_last_of_each_subject(
    orders_url: str,
    made: Sequence[Any],
    data: st.DataObject,
) -> None:
    """Whatever the order and the batches, the tables are those of the last message of each subject."""
    events = [event(make(value), number) for number, (make, value) in enumerate(made, start=1)]
    last = list({each.key: each for each in events}.values())
    lost = [each for each in events if each in last or data.draw(st.booleans())]
    sent = (
        data.draw(st.permutations(lost + data.draw(st.lists(st.sampled_from(lost), max_size=6))))
        if lost
        else []
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=3)))

    async def run() -> None:
        database = Database.open(DatabaseSettings(url=orders_url), "rewards")
        try:
            await clean(database)
            for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
                await apply(database, *sent[start:end])
            found = await tables(database)
            await clean(database)
            await apply(database, *last)
            assert found == await tables(database)
        finally:
            await database.close()

    asyncio.run(run())


async def clean(database: Database) -> None:
    """Empty the tables."""
    async with database.write() as connection:
        for table in (rewards.BUDGET, rewards.REWARD_CONTENT, rewards.GLOBAL_STATE):
            await connection.execute(delete(table))


async def test_a_repetition_or_an_older_message_changes_nothing(database: Database) -> None:
    """They are counted as stale; the same number with another content is a conflict."""
    assert (await apply(database, event(budget(5), 2))).stale == 0
    assert (await apply(database, event(budget(5), 2))).stale == 1
    assert (await apply(database, event(budget(9), 1))).stale == 1
    assert len((await apply(database, event(budget(9), 2, event_id="another"))).conflicts) == 1
    assert (await tables(database))["budgets"][0].rewards == 5
    await apply(database, event(budget(7), 1, epoch=2))
    assert (await tables(database))["budgets"][0].rewards == 7


async def test_content_replaces_that_of_its_version_alone(each_database: Database) -> None:
    """Content without a version, and that of other versions, stays; texts to come are kept."""
    database = each_database
    later = content("soon", since=NOON + timedelta(days=1), version=2)
    await apply(database, event(content("first", version=None), 1), event(content("one"), 2))
    await apply(database, event(later, 3))
    await apply(database, event(content("uno"), 4))
    assert sorted(await titles(database), key=str) == [(1, "uno"), (None, "first")]
    both = content("two", version=2)
    both = msgspec.structs.replace(both, editions=(*both.editions, edition("soon", NOON + timedelta(days=1))))
    await apply(database, event(both, 5))
    assert (2, "two") in await titles(database)
    await apply(database, event(content(version=2), 6), event(content(), 7))
    assert await titles(database) == [(None, "first")]


async def test_a_node_whose_clock_is_behind_shows_what_is_published(database: Database) -> None:
    """The new text takes the place of the old one at once: customers there always have one of them."""
    for number, title in enumerate(("one", "two"), start=1):
        await apply(database, event(content(title), number))
        assert await titles(database, at=NOON - timedelta(hours=2)) == [(1, title)]


async def test_a_kind_of_a_newer_version_is_kept_and_applied_after_the_upgrade(database: Database) -> None:
    """An old node keeps and reports it; the new one applies it when it starts."""
    old = GlobalReducer(GlobalStateRepository(rewards.GLOBAL_STATE))
    newer = msgspec.structs.replace(event(budget(5), 3), kind="cell_map", subject="whole", state={"of": 24})
    assert decode_global(record(newer)).read_state() is None
    await apply(database, newer, reducer=old)
    async with database.read() as connection:
        report = await read_report(connection, old.repository, rewards.STREAM.dead_letter)
    assert report.order == GlobalOrder(1, 3)
    assert [one.kind for one in report.kept] == ["cell_map"]
    stored = event(budget(5), 4)
    async with database.write() as connection:
        kept = old._stored(Message(record(stored), stored))
        await old.repository.store(connection, [replace(kept, understood=False, state=stored.state)])
        assert await REDUCER.apply_kept(connection) == 1
    assert (await tables(database))["budgets"][0].rewards == 5


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"number": 0}, "number"),
        ({"kind": "Budget"}, "kind"),
        ({"state": {"rewards": 5}}, "not a state of kind budget"),
        ({"state": {"reward_id": "fb-5", "iso_week": None, "rewards": -1}}, "not a state of kind budget"),
        ({"subject": "fb-10:every-week"}, "the state is of"),
        ({"brand_id": "*"}, "providers and sports events belong to all brands"),
        ({"decided_at": NOON.replace(tzinfo=None)}, "decided_at"),
    ],
)
def test_what_breaks_the_contract_is_poison(change: dict[str, Any], reason: str) -> None:
    """It becomes a dead letter, with the reason."""
    broken = msgspec.structs.asdict(event(budget(5), 1)) | change
    key = f"{broken['brand_id']}:{broken['kind']}:{broken['subject']}".encode()
    with pytest.raises(Poison, match=reason):
        decode_global(Record("club.global.v1", 0, 0, key, msgspec.json.encode(broken)))


async def test_of_the_upstreams_status_and_the_operators_the_later_holds(each_database: Database) -> None:
    """And a recall is for ever; it does not matter which of them arrives first."""
    database = each_database
    async with database.write() as connection:
        await connection.execute(rewards.REWARD_CONFIG.insert().values(config_row()))
    await apply(database, event(status("paused"), 1, at=NOON - timedelta(hours=2)))
    assert await statuses(database) == ["active"]
    await apply(database, event(status("paused"), 2, at=NOON + timedelta(hours=1)))
    assert await statuses(database) == ["paused"]
    await apply(database, event(status("active"), 3, at=NOON + timedelta(hours=2)))
    await apply(database, event(switch("reward", "fb-5"), 4))
    assert await statuses(database) == ["paused"]
    await apply(database, event(switch("reward", "fb-5", off=False), 5), event(switch(), 6))
    assert await statuses(database) == ["paused"]
    await apply(database, event(switch(off=False), 7))
    assert await statuses(database) == ["active"]
    await apply(database, event(status("recalled"), 8, at=NOON - timedelta(days=9)))
    assert await statuses(database) == ["withdrawn"]


async def statuses(database: Database) -> list[str]:
    """Return the statuses in force."""
    async with database.read() as connection:
        return [config.status for config in (await CATALOGUE.configs(connection, [BRAND]))[BRAND]]


def config_row() -> dict[str, Any]:
    """Return a reward's version, active since noon."""
    return {
        "brand_id": BRAND,
        "reward_id": "fb-5",
        "config_version": 1,
        "status": "active",
        "kind": "free_bet",
        "product": "betting",
        "value_minor": 500,
        "spins": None,
        "currency": "GBP",
        "qualifying_product": "betting",
        "target_minor": 2500,
        "jurisdictions": ["GB"],
        "expiry_days": 7,
        "wagering_multiple": 0,
        "effective_from": NOON,
        "effective_to": None,
        "occurred_at": NOON,
        "recalled": False,
    }


async def test_a_provider_that_is_switched_on_stays_stopped_by_a_later_alarm(tmp_path: Path) -> None:
    """A switch stops it and resumes it; an alarm since the decision prevails, also if it is repeated."""
    async with migrated(f"sqlite+aiosqlite:///{tmp_path}", "fulfilment", fulfilment.METADATA) as database:
        clock = ManualClock(NOON)
        holds = ProviderHolds(ProviderRepository(database.dialect), clock)
        reducer = ProviderDecisions(holds).reducer
        off, on = switch("provider", "wallet"), switch("provider", "wallet", off=False)
        await apply(database, event(off, 1, brand="*"), reducer=reducer)
        assert await stopped(database, holds) == ["wallet"]
        resumed = event(on, 2, brand="*", at=NOON + timedelta(minutes=1))
        await apply(database, resumed, reducer=reducer)
        assert await stopped(database, holds) == []
        clock.advance(timedelta(hours=1))
        async with database.write() as connection:
            await holds.stop(connection, "wallet", "credentials refused")
        again = event(on, 1, epoch=2, brand="*", event_id="event-1-2", at=NOON + timedelta(minutes=1))
        await apply(database, again, reducer=reducer)
        assert await stopped(database, holds) == ["wallet"]


async def stopped(database: Database, holds: ProviderHolds) -> list[str]:
    """Return the providers that are stopped."""
    async with database.read() as connection:
        return sorted(await holds.stopped(connection))
