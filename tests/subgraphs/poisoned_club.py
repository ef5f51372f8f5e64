"""Loops over rows of the club, of which one is poisoned."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from furlong.workers.upstream_reconciliation import UpstreamReconciliation
from subgraphs.club.models import POSTPONED
from subgraphs.club_kit.upstream import membership_path
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.settings import CompareSettings, UpstreamSettings
from tests.subgraphs.poisoned import LoopFixture, run_sql
from tests.support.recovery.harness import harness_over, reasons
from tests.support.subgraphs.club_fixture import migrate
from tests.support.subgraphs.club_samples import good_account


@asynccontextmanager
async def changes_in_doubt(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Customers who have joined, and the outcome was lost; of one, the request is no JSON."""
    url = f"sqlite+aiosqlite:///{folder}"
    await migrate(url)
    async with harness_over(url, folder) as harness:
        database = harness.club_fixture.club.database
        members = [harness.of(f"c-{number}") for number in range(len(poisoned))]
        for member, is_poisoned in zip(members, poisoned, strict=True):
            await harness.set_account(good_account(), member.owner)
            await member.fault("busy")
            assert reasons(await member.opt_in(club_fixture=harness.once)) == ["UPSTREAM_PENDING"]
            if is_poisoned:
                wrong = "update intent set request = '{' where customer_id = :id"
                await run_sql(database, wrong, id=member.owner.customer)
        await harness.no_more_faults()

        async def done() -> set[int]:
            rows = await run_sql(database, "select customer_id from membership_event")
            joined = {row[0] for row in rows}
            return {number for number, member in enumerate(members) if member.owner.customer in joined}

        yield LoopFixture(PostponedItems(database, POSTPONED), harness.recover, done, harness.advance)


@asynccontextmanager
async def comparisons(folder: Path, poisoned: Sequence[bool]) -> AsyncIterator[LoopFixture]:
    """Members who have left through another channel; of one, what they did before cannot be read."""
    url = f"sqlite+aiosqlite:///{folder}"
    await migrate(url)
    async with harness_over(url, folder) as harness:
        database = harness.club_fixture.club.database
        members = [harness.of(f"c-{number}") for number in range(len(poisoned))]
        for member, is_poisoned in zip(members, poisoned, strict=True):
            await harness.set_account(good_account(), member.owner)
            assert reasons(await member.opt_in()) == []
            path = membership_path(member.owner)
            await harness.by_another_channel(path, {"state": "opted_out"}, member.owner.customer)
            if is_poisoned:
                wrong = "update membership_event set kind = '?' where customer_id = :id"
                await run_sql(database, wrong, id=member.owner.customer)
        upstream = UpstreamSettings(url=harness.club_fixture.upstream_url, timeout_seconds=60.0)
        every = CompareSettings(per_second=1000.0, every_minutes=10)
        comparing = UpstreamReconciliation.open(harness.parts(upstream), every)

        async def again() -> None:
            while await comparing.compare_some():
                pass

        async def done() -> set[int]:
            rows = await run_sql(
                database, "select customer_id from membership_event where kind = 'opted_out'"
            )
            left = {row[0] for row in rows}
            return {number for number, member in enumerate(members) if member.owner.customer in left}

        yield LoopFixture(PostponedItems(database, POSTPONED), again, done, harness.advance)
