"""Who could not take part once the week was over is not paid for it, even if they could again later."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from club_samples import account_row, brand_row, good_account, make_brand, make_scheme, scheme_row
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from till import BRAND, FREE_BET, LONG_FORM, WEEK, Till

from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.fulfilment.accounting.exclusion_sql import ended_weeks, was_excluded
from subgraphs.fulfilment.accounting.repository import liability, reward_counts
from subgraphs.fulfilment.models import ACCOUNT_CHANGE, QUALIFICATION, REFERENCE
from subgraphs.fulfilment.payout.eligibility import EligibilityCheck
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.weeks import week_named
from subgraphs.kit.records.account_history import AccountHistory
from subgraphs.kit.records.reference import ReferenceWriter

ENDS, HOUR = week_named(WEEK, "Europe/London").ends_at, timedelta(hours=1)
OUT = {"rg_state": "self_excluded"}
INELIGIBLE, CREDITED = FulfilmentState.INELIGIBLE, FulfilmentState.CREDITED
QUALIFIED = {
    "revision": 1,
    "status": "provisional",
    "total_minor": 3000,
    "target_minor": 2500,
    "currency": "GBP",
    "occurred_at": ENDS,
}


async def lifted(till: Till, since: timedelta, until: timedelta) -> None:
    """A customer who was excluded for a time, told before anything else is."""
    await till.hear_of("c-1", 1, ENDS - 99 * HOUR)
    await till.hear_of("c-1", 2, ENDS + since, **OUT)
    await till.hear_of("c-1", 3, ENDS + until)


async def outcome(till: Till) -> tuple[FulfilmentState, int]:
    """What comes of the customer's reward, and how many credits there were."""
    await till.choose("c-1")
    await till.qualify("c-1")
    await till.work(till.open())
    return await till.state("c-1"), till.effects("c-1")


@pytest.mark.parametrize(
    ("since", "until"), [(-HOUR, HOUR), (timedelta(), HOUR), (HOUR, 2 * HOUR), (50 * HOUR, 51 * HOUR)]
)
async def test_an_exclusion_that_was_lifted_after_the_end_is_final(
    each_till: Till, since: timedelta, until: timedelta
) -> None:
    """However short it was; nothing is credited, and the figures say stopped."""
    await lifted(each_till, since, until)
    assert await outcome(each_till) == (INELIGIBLE, 0)
    async with each_till.database.home.read() as connection:
        assert [one.stage for one in await liability(connection, each_till.clock.now())] == ["stopped"]


async def test_an_exclusion_that_was_lifted_in_the_week_is_forgotten(till: Till) -> None:
    """Up to the very instant in which the week ended."""
    await lifted(till, -2 * HOUR, timedelta())
    assert await outcome(till) == (CREDITED, 1)


async def test_an_old_revision_that_is_late_stops_what_is_not_credited(till: Till) -> None:
    """The account stays as it is; the reward of the week that was over then is not paid."""
    await till.hear_of("c-1", 3, ENDS + 2 * HOUR)
    await till.choose("c-1")
    await till.qualify("c-1")
    await till.hear_of("c-1", 2, ENDS + HOUR, **OUT)
    assert (await till.find("c-1")).reason == "SELF_EXCLUDED"
    assert await outcome(till) == (INELIGIBLE, 0)


async def test_an_old_revision_that_comes_after_the_credit_changes_nothing(till: Till) -> None:
    """What is credited stays the customer's."""
    await till.hear_of("c-1", 3, ENDS + 2 * HOUR)
    assert await outcome(till) == (CREDITED, 1)
    await till.hear_of("c-1", 2, ENDS + HOUR, **OUT)
    assert await till.state("c-1") is CREDITED


async def test_the_figures_honour_it_before_the_week_is_closed(each_till: Till) -> None:
    """Qualified and barred is stopped; qualified and barred in the week alone is expected."""
    till = each_till
    await lifted(till, HOUR, 2 * HOUR)
    for customer in ("c-1", "c-2"):
        await till.choose(customer, FREE_BET, final=False)
        await till.qualify(customer, "provisional")
    await till.hear_of("c-2", 1, ENDS - 2 * HOUR, **OUT)
    await till.hear_of("c-2", 2, ENDS - HOUR)
    async with till.database.home.read() as connection:
        found = await liability(connection, till.clock.now())
        in_the_week = await liability(connection, ENDS - HOUR)
        standings = await reward_counts(connection, till.clock.now())
    assert [(one.stage, one.customers) for one in found] == [("expected", 1), ("stopped", 1)]
    assert [(one.stage, one.customers) for one in in_the_week] == [("expected", 2)]
    assert [(one.reward_id, one.expected) for one in standings] == [("fb-5", 1)]


FACTS = st.sampled_from([{}, {}, OUT, {"verified": False}, {"jurisdiction": "MT"}, {"currency": "EUR"}])
HISTORIES = st.lists(
    st.lists(st.tuples(FACTS, st.integers(-3, 4)), min_size=1, max_size=4), min_size=20, max_size=20
)
Histories = Sequence[Sequence[tuple[dict[str, object], int]]]


@settings(max_examples=100 if LONG_FORM else 8)
@given(HISTORIES)
def test_the_rule_in_sql_is_the_rule(migrated_fulfilment: Path, histories: Histories) -> None:
    """Of any histories of accounts the figures leave out whom the worker would not pay."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(migrated_fulfilment, folder, dirs_exist_ok=True)
        asyncio.run(_compare(f"sqlite+aiosqlite:///{folder}", histories))


async def _compare(url: str, histories: Histories) -> None:
    database = Database.open(DatabaseSettings(url=url), "fulfilment")
    told = [
        account_row(Owner(BRAND, f"c-{number}"), good_account(**facts), revision)
        | {"occurred_at": ENDS + hours * HOUR}
        for number, history in enumerate(histories)
        for revision, (facts, hours) in enumerate(history, 1)
    ]
    owners = {Owner(BRAND, row["customer_id"]) for row in told}
    weeks = [
        {"brand_id": BRAND, "customer_id": owner.customer, "iso_week": WEEK, **QUALIFIED} for owner in owners
    ]
    try:
        async with database.home.write() as connection:
            await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
            await connection.execute(insert(REFERENCE.scheme), [scheme_row(make_scheme())])
            await ReferenceWriter(REFERENCE, database.dialect).store_accounts(connection, told)
            await AccountHistory(ACCOUNT_CHANGE).remember(connection, told)
            await connection.execute(insert(QUALIFICATION), weeks)
        async with database.home.read() as connection:
            excluded = was_excluded(await ended_weeks(connection, ENDS))
            by_sql = set(await connection.scalars(select(QUALIFICATION.c.customer_id).where(excluded)))
        async with database.home.write() as connection:
            found = await EligibilityCheck().evaluate(connection, owners)
        assert by_sql == {owner.customer for owner, one in found.items() if one.ineligible_reason(WEEK)}
    finally:
        await database.close()
