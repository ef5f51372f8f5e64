"""The database's clock decides whether a choice is in time, on whatever node it is made (M9)."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock, SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.rewards.app import create_subgraph
from tests.support.long_form import LONG_FORM
from tests.support.recovery.harness import CHANGE, LOCK_MINUTES, LOCKED_AT, reasons
from tests.support.skewed_clock import SkewedClock
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, session, session_settings
from tests.support.subgraphs.club_samples import (
    BRAND,
    CUSTOMER,
    NOW,
    OWNER,
    good_account,
    make_brand,
    make_config,
    make_scheme,
)
from tests.support.subgraphs.upstream_double import UpstreamDouble

TRIES: Final = 1000 if LONG_FORM else 60
SKEWS: Final = (timedelta(seconds=-2), timedelta(), timedelta(seconds=2))


@dataclass(slots=True)
class WaitingClock:
    """A database's clock that advances while a transaction waits."""

    instants: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the node's time, which decides nothing."""
        return NOW

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the next instant."""
        del connection
        return self.instants.pop(0)

    @property
    def machine(self) -> Clock:
        """Return this clock."""
        return self


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes over the databases of a fixture."""

    club_fixture: ClubFixture
    stack: AsyncExitStack

    def node(self, clock: Clock) -> Subgraph:
        """Build a node with a clock."""
        parts = SubgraphParts(
            DatabaseSettings(url=self.club_fixture.url),
            UpstreamSettings(url=self.club_fixture.upstream_url, retry_delay_seconds=0),
            SessionVerifier.from_settings(session_settings(), self.club_fixture.clock),
            clock,
        )
        node = create_subgraph(parts)
        self.stack.push_async_callback(node.close)
        return node


@pytest.fixture
async def nodes(club_fixture: ClubFixture) -> AsyncIterator[Nodes]:
    """Provide nodes in a week whose choice locks an hour after the fixture's time."""
    await club_fixture.add_brand(make_brand(), make_scheme(choice_lock_minutes=LOCK_MINUTES))
    await club_fixture.add_accounts({OWNER: good_account()})
    await club_fixture.add_rewards([make_config("fb-5"), make_config("fb-2x3")])
    async with AsyncExitStack() as stack:
        yield Nodes(club_fixture, stack)


async def choose(node: Subgraph, key: str, version: int) -> list[str]:
    """Choose; return the codes of the errors."""
    wanted = {"optionId": f"{BRAND}:fb-2x3:1", "expectedVersion": version, "idempotencyKey": key}
    data = await data_of(node, CHANGE, {"i": {"brand": BRAND} | wanted}, session(CUSTOMER))
    return reasons(data["changeReward"])


async def test_the_lock_is_the_same_for_all_nodes(nodes: Nodes, upstream: UpstreamDouble) -> None:
    """Within 200 ms of the lock, exactly the choices that are in time by the database's clock are made."""
    clock, chance = nodes.club_fixture.clock, random.Random(9)  # noqa: S311 - tries, not secrets
    several = [nodes.node(SkewedClock(clock, skew)) for skew in SKEWS]
    outcomes: Counter[tuple[bool, str]] = Counter()
    version = 0
    for number in range(TRIES):
        clock.instant = LOCKED_AT + timedelta(milliseconds=chance.randint(-200, 200))
        errors = await choose(chance.choice(several), f"k-{number}", version)
        version += not errors
        (outcome,) = errors or ["made"]
        outcomes[clock.instant < LOCKED_AT, outcome] += 1
    assert set(outcomes) == {(True, "made"), (False, "CHOICE_LOCKED")}
    assert len(upstream.effects) == version == outcomes[True, "made"]


async def test_a_fast_node_chooses_nothing_in_the_next_week(nodes: Nodes, upstream: UpstreamDouble) -> None:
    """For it the week is over while the database's clock says that the choice is locked."""
    nodes.club_fixture.clock.instant = LOCKED_AT + timedelta(minutes=LOCK_MINUTES - 2)
    fast = nodes.node(SkewedClock(nodes.club_fixture.clock, timedelta(minutes=5)))
    assert await choose(fast, "k", 0) == ["CHOICE_LOCKED"]
    assert not upstream.effects
    nodes.club_fixture.clock.advance(timedelta(minutes=2))
    assert await choose(fast, "k-2", 0) == []


async def test_a_choice_that_waits_beyond_the_lock_is_late(nodes: Nodes, upstream: UpstreamDouble) -> None:
    """Time that passes while the intent waits to be written counts, and nothing of a late choice stays."""
    before, after = LOCKED_AT - timedelta(milliseconds=1), LOCKED_AT
    node = nodes.node(WaitingClock([before, before, after]))
    assert await choose(node, "k", 0) == ["CHOICE_LOCKED"]
    assert (upstream.calls, await nodes.club_fixture.intents(nodes.club_fixture.rewards)) == ([], [])


async def test_a_transaction_goes_by_the_servers_clock(migrated_mariadb: str) -> None:
    """MariaDB's time counts, however wrong this machine's clock is."""
    database = Database.open(DatabaseSettings(url=migrated_mariadb), "club")
    async with database.write() as connection:
        await connection.execute(text("SET SESSION timestamp = 1774440000.25"))
        told = await SystemClock().at(connection)
        await connection.execute(text("SET SESSION timestamp = DEFAULT"))
    await database.close()
    assert told == datetime(2026, 3, 25, 12, 0, 0, 250_000, tzinfo=UTC)


async def test_sqlite_goes_by_this_machine(sqlite_url: str) -> None:
    """With SQLite the database's clock is this machine's."""
    database = Database.open(DatabaseSettings(url=sqlite_url), "club")
    before = datetime.now(UTC)
    async with database.write() as connection:
        told = await SystemClock().at(connection)
    await database.close()
    assert before <= told <= datetime.now(UTC)
