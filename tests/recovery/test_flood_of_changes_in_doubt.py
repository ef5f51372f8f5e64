"""Thousands of changes in doubt are settled oldest first, at a limited pace, across a restart (M14).

The long form, with FURLONG_TORTURE=1 as `make torture` sets it, has 10,000 of them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import func, insert, select

from foundation.storage.settings import DatabaseSettings
from furlong.workers.recovery_worker import create_recovery_rounds
from subgraphs.club.models import INTENT, MEMBERSHIP_EVENT
from subgraphs.club_kit.upstream import membership_path
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.intents import ChangeRequest
from subgraphs.kit.mutations.recovery import PACE_SECONDS, RecoveryRounds
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from subgraphs.kit.settings import UpstreamSettings
from tests.support.long_form import LONG_FORM
from tests.support.subgraphs.club_fixture import ClubFixture
from tests.support.subgraphs.upstream_double import UpstreamDouble

CHANGES: Final = 10_000 if LONG_FORM else 160
AT_ONCE: Final = 8


@dataclass(slots=True)
class Node:
    """A node that recovers, and its pauses, which take no time here."""

    recovering: RecoveryRounds
    pauses: list[float]
    dies_after: int | None = None

    async def round(self) -> int:
        """Settle changes until the node dies; return how many."""
        return (await self.recovering.round()).settled

    async def rest(self, seconds: float) -> None:
        """Pause, or die."""
        self.pauses.append(seconds)
        if len(self.pauses) == self.dies_after:
            raise asyncio.CancelledError


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """Close the nodes."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def flooded(club_fixture: ClubFixture) -> ClubFixture:
    """Store customers who have all asked to leave, each later than the next one in the alphabet."""
    async with club_fixture.club.database.write() as connection:
        await connection.execute(insert(INTENT), [row(club_fixture, place) for place in range(CHANGES)])
    return club_fixture


def row(club_fixture: ClubFixture, place: int) -> dict[str, Any]:
    """Return a change in doubt; a greater number is older."""
    owner = Owner("northbet", f"f-{CHANGES - place:05}")
    request = ChangeRequest(owner, "optOut", "membership", "k", {})
    return {
        "upstream_key": request.upstream_key,
        "brand_id": owner.brand,
        "customer_id": owner.customer,
        "operation": request.operation,
        "client_key": request.client_key,
        "slot": request.slot,
        "body_hash": request.body_hash,
        "request": {"path": membership_path(owner), "body": {"state": "opted_out"}, "facts": {}},
        "status": "pending",
        "created_at": club_fixture.clock.now() - timedelta(minutes=5, milliseconds=place),
    }


def node(stack: AsyncExitStack, club_fixture: ClubFixture, dies_after: int | None = None) -> Node:
    """Build another node."""
    upstream_settings = UpstreamSettings(url=club_fixture.upstream_url, retry_delay_seconds=0)
    database = DatabaseSettings(url=club_fixture.url)
    made = create_recovery_rounds(RecoveryParts(stack, database, upstream_settings, club_fixture.clock))
    new = Node(made, [], dies_after)
    new.recovering = replace(made, rest=new.rest)
    return new


async def test_a_flood_drains_over_a_restart(
    flooded: ClubFixture, upstream: UpstreamDouble, stack: AsyncExitStack
) -> None:
    """Each is made once, oldest first, a batch at a time with a pause after it, even if a node dies."""
    first, second = node(stack, flooded, dies_after=CHANGES // AT_ONCE // 2), node(stack, flooded)
    with pytest.raises(asyncio.CancelledError):
        await first.round()
    await first.recovering.leave()
    done = len(first.pauses) * AT_ONCE
    assert await second.round() == CHANGES - done
    handfuls = [first.pauses, second.pauses]
    assert {seconds for pauses in handfuls for seconds in pauses} == {PACE_SECONDS}
    assert sum(map(len, handfuls)) >= CHANGES / AT_ONCE
    asked = [call.path for call in upstream.calls]
    oldest_first = [membership_path(Owner("northbet", f"f-{n:05}")) for n in range(1, CHANGES + 1)]
    for begin in range(0, CHANGES, AT_ONCE):
        assert sorted(asked[begin : begin + AT_ONCE]) == oldest_first[begin : begin + AT_ONCE]
    assert len(upstream.calls) == len(upstream.effects) == CHANGES
    assert await flooded.count(flooded.club, MEMBERSHIP_EVENT) == CHANGES
    async with flooded.club.database.read() as connection:
        pending = select(func.count()).select_from(INTENT).where(INTENT.c.status == "pending")
        assert await connection.scalar(pending) == 0
