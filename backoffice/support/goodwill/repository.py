"""SQL over goodwill budgets and what is reserved of them, and how much is left of a week's.

That is decided here, by one transaction at a time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.approvals.repository import PROPOSAL
from backoffice.support.goodwill.budget import (
    EVERY_WEEK,
    GoodwillBudget,
    GoodwillBudgetKey,
    GoodwillLimits,
    Reservation,
    ReservationStatus,
    WeekUse,
)
from backoffice.support.models import GOODWILL_BUDGET, GOODWILL_RESERVATION
from foundation.storage.bulk_sql import in_portions
from foundation.storage.cells.pseudonym import PSEUDONYM_PREFIX
from foundation.storage.clock import Clock
from foundation.storage.columns import upsert
from foundation.storage.database import Database
from subgraphs.fulfilment.goodwill import GoodwillRepository, goodwill_key
from subgraphs.fulfilment.state.state_machine import PAID, STOPPED
from subgraphs.kit.domain.keys import Owner


async def budget_of(
    connection: AsyncConnection, key: GoodwillBudgetKey, *, locked: bool = False
) -> GoodwillBudget | None:
    """Return the budget in force for a week: its own, or the one of every week.

    `locked`: nobody else spends or sets a budget of this brand and currency until the transaction ends.
    """
    c = GOODWILL_BUDGET.c
    query = (
        select(GOODWILL_BUDGET)
        .where(
            c.brand_id == key.brand,
            c.currency == key.currency,
            c.iso_week.in_(sorted({EVERY_WEEK, key.iso_week})),
        )
        .order_by(c.iso_week)
    )
    rows = (await connection.execute(query.with_for_update() if locked else query)).all()
    return _budget(rows[-1]) if rows else None


async def set_budgets(connection: AsyncConnection, brand: str) -> list[GoodwillBudget]:
    """Return the budgets of a brand as they were set, by currency and week."""
    c = GOODWILL_BUDGET.c
    rows = await connection.execute(
        select(GOODWILL_BUDGET).where(c.brand_id == brand).order_by(c.currency, c.iso_week)
    )
    return [_budget(row) for row in rows]


async def store_budget(
    connection: AsyncConnection, dialect: str, budget: GoodwillBudget, raised_by: Sequence[str], at: datetime
) -> None:
    """Set a budget; without persons who raised it, those of before stay."""
    raised = ("raised_by", "approved_by")
    row = {
        **_key_columns(budget.key),
        **budget.limits._asdict(),
        **dict(zip(raised, raised_by or (None, None), strict=True)),
        "changed_at": at,
    }
    columns = [*GoodwillLimits._fields, *(raised if raised_by else ()), "changed_at"]
    await connection.execute(upsert(dialect, GOODWILL_BUDGET, [row], update=columns))


async def held(connection: AsyncConnection, week: GoodwillBudgetKey) -> list[Reservation]:
    """Return the reservations of a week that take something from its budget."""
    c = GOODWILL_RESERVATION.c
    rows = await connection.execute(
        select(GOODWILL_RESERVATION).where(
            c.brand_id == week.brand,
            c.iso_week == week.iso_week,
            c.currency == week.currency,
            c.status != ReservationStatus.RELEASED.value,
        )
    )
    return [_reservation(row) for row in rows]


async def weeks_held(connection: AsyncConnection, brand: str, since: str) -> list[GoodwillBudgetKey]:
    """Return the weeks of a brand, from one on, of which anything was proposed."""
    c = GOODWILL_RESERVATION.c
    query = select(c.brand_id, c.currency, c.iso_week).where(c.brand_id == brand, c.iso_week >= since)
    return [GoodwillBudgetKey(*row) for row in await connection.execute(query.distinct())]


async def find(connection: AsyncConnection, proposal_id: str) -> Reservation | None:
    """Return the reservation of a credit, and lock it until the transaction ends."""
    c = GOODWILL_RESERVATION.c
    query = select(GOODWILL_RESERVATION).where(c.proposal_id == proposal_id).with_for_update()
    row = (await connection.execute(query)).first()
    return None if row is None else _reservation(row)


async def add(connection: AsyncConnection, reservation: Reservation, at: datetime) -> None:
    """Reserve part of a budget that the transaction has locked."""
    values = {
        "proposal_id": reservation.proposal_id,
        **_key_columns(reservation.key),
        "customer_id": reservation.customer,
        "agent": reservation.agent,
        "amount_minor": reservation.amount_minor,
        "status": reservation.status.value,
        "changed_at": at,
    }
    await connection.execute(insert(GOODWILL_RESERVATION).values(values))


async def mark(
    connection: AsyncConnection, proposal_ids: Collection[str], status: ReservationStatus, at: datetime
) -> None:
    """Record what became of credits."""
    for some in in_portions(sorted(proposal_ids)):
        await connection.execute(
            update(GOODWILL_RESERVATION)
            .where(GOODWILL_RESERVATION.c.proposal_id.in_(some))
            .values(status=status.value, changed_at=at)
        )


async def customers_named(connection: AsyncConnection) -> list[Owner]:
    """Return the customers of whom anything was proposed, without those who have a pseudonym."""
    c = GOODWILL_RESERVATION.c
    query = select(c.brand_id, c.customer_id).where(c.customer_id.not_like(f"{PSEUDONYM_PREFIX}%"))
    return [Owner(*row) for row in await connection.execute(query.distinct())]


async def reservations_of(connection: AsyncConnection, owner: Owner) -> list[Mapping[str, Any]]:
    """Return the rows about a customer, for the export of their data."""
    c = GOODWILL_RESERVATION.c
    mine = (c.brand_id == owner.brand, c.customer_id == owner.customer)
    rows = await connection.execute(select(GOODWILL_RESERVATION).where(*mine).order_by(c.proposal_id))
    return [dict(row) for row in rows.mappings()]


async def rename_customer(connection: AsyncConnection, owner: Owner, pseudonym: str, until: datetime) -> int:
    """Rename a customer in what was proposed up to an instant; return how many rows that were."""
    c, proposal = GOODWILL_RESERVATION.c, PROPOSAL.c
    before = select(proposal.proposal_id).where(
        proposal.proposal_id == c.proposal_id, proposal.proposed_at <= until
    )
    mine = (c.brand_id == owner.brand, c.customer_id == owner.customer, before.exists())
    renamed = update(GOODWILL_RESERVATION).where(*mine).values(customer_id=pseudonym)
    return (await connection.execute(renamed)).rowcount


def _key_columns(key: GoodwillBudgetKey) -> dict[str, str]:
    return {"brand_id": key.brand, "currency": key.currency, "iso_week": key.iso_week}


def _budget(row: Row[Any]) -> GoodwillBudget:
    return GoodwillBudget(
        GoodwillBudgetKey(row.brand_id, row.currency, row.iso_week),
        GoodwillLimits(row.amount_minor, row.customer_minor, row.agent_minor),
        frozenset(person for person in (row.raised_by, row.approved_by) if person is not None),
    )


def _reservation(row: Row[Any]) -> Reservation:
    return Reservation(
        row.proposal_id,
        GoodwillBudgetKey(row.brand_id, row.currency, row.iso_week),
        row.customer_id,
        row.agent,
        row.amount_minor,
        ReservationStatus(row.status),
    )


@dataclass(frozen=True, slots=True)
class GoodwillSpending:
    """Reads what a week's credits take from its budget.

    Attributes:
        fulfilment: The fulfilment subgraph's database, which knows what became of approved credits. What it
            does not know yet counts as taken.
    """

    fulfilment: Database
    clock: Clock

    async def lock(self, connection: AsyncConnection, week: GoodwillBudgetKey) -> WeekUse:
        """Lock a week's budget until the transaction ends, and return its use.

        What was paid, or stopped for good, is recorded with the reservations: a stopped credit is never paid
        later, so its part of the budget is free again.
        """
        budget = await budget_of(connection, week, locked=True)
        reservations = await held(connection, week)
        approved = [
            reservation for reservation in reservations if reservation.status is ReservationStatus.APPROVED
        ]
        ends = await self._ends(week.brand, [proposal.proposal_id for proposal in approved])
        now = await self.clock.at(connection)
        for status in (ReservationStatus.PAID, ReservationStatus.RELEASED):
            ended = [proposal for proposal, end in ends.items() if end is status]
            await mark(connection, ended, status, now)
        if ends:
            reservations = await held(connection, week)
        return WeekUse(week, budget, tuple(reservations))

    async def read(self, connection: AsyncConnection, week: GoodwillBudgetKey) -> WeekUse:
        """Return a week's use as it was last recorded; nothing is locked."""
        budget = await budget_of(connection, week)
        return WeekUse(week, budget, tuple(await held(connection, week)))

    async def _ends(self, brand: str, proposals: list[str]) -> dict[str, ReservationStatus]:
        if not proposals:
            return {}
        keys = {goodwill_key(brand, proposal): proposal for proposal in proposals}
        async with self.fulfilment.read() as connection:
            states = await GoodwillRepository().states(connection, keys)
        ends = {}
        for key, state in states.items():
            if state in PAID:
                ends[keys[key]] = ReservationStatus.PAID
            elif state in STOPPED:
                ends[keys[key]] = ReservationStatus.RELEASED
        return ends
