"""Totals are the sums of their contributions; one that is not is found and repaired, with an audit row."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from foundation.storage.clock import ManualClock
from subgraphs.progress.ledger.reconciliation import Drift, Reconciliation, Sums
from subgraphs.progress.models import PROGRESS, REPAIR
from tests.support.consumers.progress_reducer import Reducer, reducer
from tests.support.consumers.sample_messages import bet
from tests.support.database_probe import contents

__all__ = ["reducer"]

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
PLACED = datetime(2026, 3, 25, 14, 3, 11, tzinfo=UTC)
NEXT = datetime(2026, 3, 31, 10, tzinfo=UTC)
RIGHT = Sums(500, 1, PLACED)


async def drift_of(reducer: Reducer, **asked: Any) -> list[Drift]:
    """Return what a reconciliation finds."""
    reconciliation = Reconciliation(reducer.database, reducer.database.dialect, ManualClock(NOW))
    return [drift async for drift in reconciliation.drift(**asked)]


async def plant(reducer: Reducer, statement: Any) -> None:
    """Change a table behind the ledger's back."""
    async with reducer.database.write() as connection:
        await connection.execute(statement)


@pytest.fixture
async def filled(reducer: Reducer) -> Reducer:
    """Bets of many customers in two weeks, some of which count nothing."""
    await reducer.bets(
        *(bet(bet_id=f"b-{n}", customer_id=f"c-{n}") for n in range(40)),
        *(bet(bet_id=f"w-{n}", customer_id=f"c-{n}", placed_at=f"{NEXT:%Y-%m-%dT%TZ}") for n in range(20)),
        *(bet(bet_id=f"x-{n}", customer_id=f"c-{n}", odds_milli=1200) for n in range(20, 60)),
    )
    return reducer


async def test_what_the_ledger_has_written_does_not_drift(filled: Reducer) -> None:
    """Neither bets that count nor others, nor weeks that count nothing, drift."""
    assert await drift_of(filled) == []


async def test_a_wrong_total_is_found(filled: Reducer) -> None:
    """It comes with the stored sums and the right ones; nothing is changed."""
    await plant(filled, update(PROGRESS).where(PROGRESS.c.customer_id == "c-7").values(total_minor=9999))
    before = await contents(filled.database, PROGRESS, REPAIR)
    assert await drift_of(filled) == [
        Drift("northbet", "c-7", "2026-W13", Sums(9999, 1, PLACED), RIGHT, repaired=False),
        Drift("northbet", "c-7", "2026-W14", Sums(9999, 1, NEXT), replace(RIGHT, as_of=NEXT), repaired=False),
    ]
    assert await contents(filled.database, PROGRESS, REPAIR) == before


async def test_a_missing_total_and_one_without_contributions_are_found(filled: Reducer) -> None:
    """Rows on one side only are drift as well."""
    row = {"brand_id": "northbet", "customer_id": "c-none", "iso_week": "2026-W13"}
    await plant(filled, insert(PROGRESS).values(**row, total_minor=1, counted_bets=1, as_of=PLACED))
    await plant(filled, delete(PROGRESS).where(PROGRESS.c.customer_id == "c-39"))
    assert [(drift.customer, drift.stored, drift.right) for drift in await drift_of(filled)] == [
        ("c-39", None, RIGHT),
        ("c-none", Sums(1, 1, PLACED), None),
    ]


async def test_repairing_mends_each_with_an_audit_row(filled: Reducer) -> None:
    """The tables are as the ledger left them, each change is recorded, and a second run finds nothing."""
    before = await contents(filled.database, PROGRESS)
    row = {"brand_id": "northbet", "customer_id": "c-none", "iso_week": "2026-W13"}
    await plant(filled, insert(PROGRESS).values(**row, total_minor=1, counted_bets=1, as_of=PLACED))
    await plant(filled, delete(PROGRESS).where(PROGRESS.c.customer_id == "c-39"))
    found = await drift_of(filled)
    assert await drift_of(filled, repair=True) == [replace(drift, repaired=True) for drift in found]
    assert await contents(filled.database, PROGRESS) == before
    audit = (await contents(filled.database, REPAIR))["repair"]
    right = {"total_minor": 500, "counted_bets": 1, "as_of": "2026-03-25T14:03:11+00:00"}
    wrong = {"total_minor": 1, "counted_bets": 1, "as_of": "2026-03-25T14:03:11+00:00"}
    assert [row[1:] for row in audit] == [
        ("northbet", "c-39", "2026-W13", None, right, NOW),
        ("northbet", "c-none", "2026-W13", wrong, None, NOW),
    ]
    assert await drift_of(filled) == []


async def test_only_the_brand_and_week_asked_for_are_compared(filled: Reducer) -> None:
    """Drift elsewhere is left for another run."""
    await plant(filled, update(PROGRESS).where(PROGRESS.c.customer_id == "c-7").values(counted_bets=5))
    found = await drift_of(filled, brand="northbet", iso_week="2026-W14")
    assert [(drift.customer, drift.iso_week) for drift in found] == [("c-7", "2026-W14")]
    assert await drift_of(filled, brand="southbet") == []


async def test_bets_that_are_applied_meanwhile_are_no_drift(filled: Reducer) -> None:
    """If two tables were read at two moments, they are read again with the brand locked."""

    async def go_on() -> None:
        for n in range(30):
            await filled.bets(*(bet(bet_id=f"m-{n}-{c}", customer_id=f"c-{c}") for c in range(10)))

    going_on = asyncio.create_task(go_on())
    while not going_on.done():
        assert await drift_of(filled) == []
    await going_on
