"""Customers who were excluded when the week ended, or since, are not paid, even if readmitted later."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, literal, select

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.club_kit.records.accounts import AccountHistory
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment.accounting.repository import liability, reward_counts
from subgraphs.fulfilment.accounting.stage_sql import ended_weeks, was_excluded
from subgraphs.fulfilment.accounting.week_rewards import reward_lines, reward_rows
from subgraphs.fulfilment.models import ACCOUNT_CHANGE, QUALIFICATION, REFERENCE
from subgraphs.fulfilment.payout.origins import EligibilityCheck
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import Owner
from tests.support.fulfilment.payout_harness import BRAND, FREE_BET, WEEK, PayoutHarness
from tests.support.long_form import LONG_FORM
from tests.support.subgraphs.club_samples import (
    account_row,
    brand_row,
    good_account,
    make_brand,
    make_scheme,
    scheme_row,
)

ENDS, HOUR = week_named(WEEK, "Europe/London").ends_at, timedelta(hours=1)
OUT = {"rg_state": "self_excluded"}
NEXT_WEEK = "2026-W14"
NEXT_ENDS = week_named(NEXT_WEEK, "Europe/London").ends_at
INELIGIBLE, CREDITED = FulfilmentState.INELIGIBLE, FulfilmentState.CREDITED
QUALIFIED = {
    "revision": 1,
    "status": "provisional",
    "total_minor": 3000,
    "target_minor": 2500,
    "currency": "GBP",
    "occurred_at": ENDS,
}


async def lifted(harness: PayoutHarness, since: timedelta, until: timedelta) -> None:
    """Apply the account of a customer who was excluded for a time."""
    await harness.receive_account("c-1", 1, ENDS - 99 * HOUR)
    await harness.receive_account("c-1", 2, ENDS + since, **OUT)
    await harness.receive_account("c-1", 3, ENDS + until)


async def outcome(harness: PayoutHarness) -> tuple[FulfilmentState, int]:
    """Return the state of the customer's reward after its payment was tried, and its credits."""
    await harness.choose("c-1")
    await harness.qualify("c-1")
    await harness.run_worker(harness.open())
    return await harness.state("c-1"), harness.effects("c-1")


@pytest.mark.parametrize(
    ("since", "until"), [(-HOUR, HOUR), (timedelta(), HOUR), (HOUR, 2 * HOUR), (50 * HOUR, 51 * HOUR)]
)
async def test_an_exclusion_that_was_lifted_after_the_end_is_final(
    each_harness: PayoutHarness, since: timedelta, until: timedelta
) -> None:
    """However short the exclusion was, nothing is credited, and the figures count the reward as stopped."""
    await lifted(each_harness, since, until)
    assert await outcome(each_harness) == (INELIGIBLE, 0)
    async with each_harness.database.read() as connection:
        assert [one.stage for one in await liability(connection, each_harness.clock.now())] == ["stopped"]


@pytest.mark.parametrize(("kind", "reason"), [("EXCLUSION", "SELF_EXCLUDED"), ("BREAK", "RG_RESTRICTED")])
async def test_what_was_chosen_in_the_wallet_counts_as_an_account_message_does(
    each_harness: PayoutHarness, kind: str, reason: str
) -> None:
    """A break or an exclusion after the end of the week stops the reward for good, though it has ended."""
    harness = each_harness
    await harness.receive_account("c-1", 1, ENDS - 99 * HOUR)
    await harness.receive_exclusion("c-1", ChosenExclusion(kind, None, ENDS + HOUR, ENDS + 2 * HOUR))
    assert await outcome(harness) == (INELIGIBLE, 0)
    assert (await harness.find("c-1")).reason == reason
    async with harness.database.read() as connection:
        assert [one.stage for one in await liability(connection, harness.clock.now())] == ["stopped"]


async def test_what_was_chosen_and_ended_in_the_week_is_forgotten(harness: PayoutHarness) -> None:
    """A break that was over when the week ended does not matter."""
    await harness.receive_account("c-1", 1, ENDS - 99 * HOUR)
    await harness.receive_exclusion("c-1", ChosenExclusion("BREAK", None, ENDS - 2 * HOUR, ENDS))
    assert await outcome(harness) == (CREDITED, 1)


@pytest.mark.parametrize(("product", "expected"), [("betting", (INELIGIBLE, 0)), ("casino", (CREDITED, 1))])
async def test_a_break_of_one_product_stops_rewards_of_that_product_alone(
    harness: PayoutHarness, product: str, expected: tuple[FulfilmentState, int]
) -> None:
    """A free bet is used in betting: a break from the casino does not concern it."""
    await harness.receive_account("c-1", 1, ENDS - 99 * HOUR)
    await harness.receive_exclusion("c-1", ChosenExclusion("BREAK", product, ENDS, ENDS + 9999 * HOUR))
    assert await outcome(harness) == expected


async def test_an_exclusion_that_is_chosen_after_the_qualification_stops_the_reward(
    harness: PayoutHarness,
) -> None:
    """It is stopped in the transaction that stores the exclusion; a credited one stays credited."""
    await harness.receive_account("c-1", 1, ENDS - 99 * HOUR)
    await harness.choose("c-1")
    await harness.qualify("c-1")
    now = harness.clock.now()
    chosen = ChosenExclusion("EXCLUSION", None, now, now + 9999 * HOUR)
    await harness.receive_exclusion("c-1", chosen)
    assert await harness.state("c-1") is INELIGIBLE
    await harness.receive_account("c-2", 1, ENDS - 99 * HOUR)
    await harness.choose("c-2")
    await harness.qualify("c-2")
    await harness.run_worker(harness.open())
    await harness.receive_exclusion("c-2", chosen)
    assert await harness.state("c-2") is CREDITED


async def test_an_exclusion_that_was_lifted_in_the_week_is_forgotten(harness: PayoutHarness) -> None:
    """An exclusion that was lifted by the very instant at which the week ended does not matter."""
    await lifted(harness, -2 * HOUR, timedelta())
    assert await outcome(harness) == (CREDITED, 1)


async def test_an_old_revision_that_is_late_stops_what_is_not_credited(harness: PayoutHarness) -> None:
    """A late, old revision does not change the account, but stops the reward of the ended week."""
    await harness.receive_account("c-1", 3, ENDS + 2 * HOUR)
    await harness.choose("c-1")
    await harness.qualify("c-1")
    await harness.receive_account("c-1", 2, ENDS + HOUR, **OUT)
    assert (await harness.find("c-1")).reason == "SELF_EXCLUDED"
    assert await outcome(harness) == (INELIGIBLE, 0)


async def test_an_old_revision_that_comes_after_the_credit_changes_nothing(harness: PayoutHarness) -> None:
    """A credited reward stays credited."""
    await harness.receive_account("c-1", 3, ENDS + 2 * HOUR)
    assert await outcome(harness) == (CREDITED, 1)
    await harness.receive_account("c-1", 2, ENDS + HOUR, **OUT)
    assert await harness.state("c-1") is CREDITED


async def test_the_figures_count_exclusions_before_the_week_is_closed(each_harness: PayoutHarness) -> None:
    """An exclusion after the end of the week counts as stopped; one within the week only as expected."""
    harness = each_harness
    await lifted(harness, HOUR, 2 * HOUR)
    for customer in ("c-1", "c-2"):
        await harness.choose(customer, FREE_BET, final=False)
        await harness.qualify(customer, "provisional")
    await harness.receive_account("c-2", 1, ENDS - 2 * HOUR, **OUT)
    await harness.receive_account("c-2", 2, ENDS - HOUR)
    async with harness.database.read() as connection:
        found = await liability(connection, harness.clock.now())
        in_the_week = await liability(connection, ENDS - HOUR)
        standings = await reward_counts(connection, harness.clock.now())
        lines = await reward_lines(connection, BRAND, WEEK, harness.clock.now())
    assert {(line.stage, line.reward_id): line.customers for line in lines} == {
        ("expected", "fb-5"): 1,
        ("stopped", "fb-5"): 1,
    }
    assert [(one.stage, one.customers) for one in found] == [("expected", 1), ("stopped", 1)]
    assert [(one.stage, one.customers) for one in in_the_week] == [("expected", 2)]
    assert [(standing.reward_id, standing.expected) for standing in standings] == [("fb-5", 1)]


async def test_an_exclusion_stays_whoever_else_qualifies_later(each_harness: PayoutHarness) -> None:
    """A week stays stopped at whose end its customer was excluded, in whatever week others qualify."""
    harness, now = each_harness, NEXT_ENDS + HOUR
    await lifted(harness, -HOUR, HOUR)
    await harness.receive_account("c-2", 1, ENDS - 99 * HOUR)
    stages = {("c-1", WEEK): "stopped"}
    for customer, week in (("c-1", WEEK), ("c-2", NEXT_WEEK), ("c-2", WEEK), ("c-1", NEXT_WEEK)):
        await harness.qualify(customer, "provisional", iso_week=week)
        stages.setdefault((customer, week), "expected")
        async with harness.database.read() as connection:
            found = {
                (row.customer, each): row.stage
                for each in (WEEK, NEXT_WEEK)
                for row in await reward_rows(connection, BRAND, each, now, ["c-1", "c-2"])
            }
            lines = await liability(connection, now)
        assert found == stages
        assert {(line.iso_week, line.stage): line.customers for line in lines} == Counter(
            (week, stage) for (_, week), stage in stages.items()
        )


FACTS = st.sampled_from([{}, {}, OUT, {"verified": False}, {"jurisdiction": "MT"}, {"currency": "EUR"}])
Chosen = tuple[str, str | None, int, int]
CHOSEN = st.tuples(
    st.sampled_from(["BREAK", "EXCLUSION"]),
    st.sampled_from([None, "casino"]),
    st.integers(-3, 2),
    st.integers(1, 3),
)
HISTORIES = st.lists(
    st.tuples(
        st.lists(st.tuples(FACTS, st.integers(-3, 4)), min_size=1, max_size=4),
        st.lists(CHOSEN, max_size=2),
    ),
    min_size=20,
    max_size=20,
)
Histories = Sequence[tuple[Sequence[tuple[dict[str, object], int]], Sequence[Chosen]]]


@settings(max_examples=100 if LONG_FORM else 8)
@given(HISTORIES)
def test_the_sql_agrees_with_the_rule(migrated_fulfilment: Path, histories: Histories) -> None:
    """For any histories, the SQL excludes in each of two weeks exactly whom the worker does not pay."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(migrated_fulfilment, folder, dirs_exist_ok=True)
        asyncio.run(_compare(f"sqlite+aiosqlite:///{folder}", histories))


async def _compare(url: str, histories: Histories) -> None:
    database = Database.open(DatabaseSettings(url=url), "fulfilment")
    told = [
        account_row(Owner(BRAND, f"c-{number}"), good_account(**facts), revision)
        | {"occurred_at": ENDS + hours * HOUR}
        for number, (history, _) in enumerate(histories)
        for revision, (facts, hours) in enumerate(history, 1)
    ]
    owners = {Owner(BRAND, row["customer_id"]) for row in told}
    chosen = {
        Owner(BRAND, f"c-{number}"): [
            ChosenExclusion(kind, product, ENDS + since * HOUR, ENDS + (since + hours) * HOUR)
            for kind, product, since, hours in exclusions
        ]
        for number, (_, exclusions) in enumerate(histories)
    }
    both = [(owner.customer, week) for owner in owners for week in (WEEK, NEXT_WEEK)]
    weeks = [{"brand_id": BRAND, "customer_id": name, "iso_week": week, **QUALIFIED} for name, week in both]
    try:
        async with database.write() as connection:
            await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
            await connection.execute(insert(REFERENCE.scheme), [scheme_row(make_scheme())])
            writer = ReferenceWriter(REFERENCE, database.dialect)
            await writer.store_accounts(connection, told)
            await writer.store_exclusions(connection, chosen)
            await AccountHistory(ACCOUNT_CHANGE).remember(connection, told)
            await connection.execute(insert(QUALIFICATION), weeks)
        async with database.read() as connection:
            key = (QUALIFICATION.c.customer_id, QUALIFICATION.c.iso_week)
            by_sql = {}
            for product in ("betting", "casino"):
                weeks_ended = await ended_weeks(connection, NEXT_ENDS)
                rows = await connection.execute(
                    select(*key).where(was_excluded(weeks_ended, literal(product)))
                )
                by_sql[product] = {(name, week) for name, week in rows}
        async with database.write() as connection:
            found = await EligibilityCheck().evaluate(connection, owners, NEXT_ENDS)
        reasons = {owner.customer: one.ineligible_reason for owner, one in found.items()}
        assert by_sql == {
            product: {(name, week) for name, week in both if reasons[name](week, product)}
            for product in ("betting", "casino")
        }
    finally:
        await database.close()
