"""Currencies that pay out nothing: a close differed, and nobody has lifted that since.

Bets, games and deposits go on. What stops is money that would leave for good: corrections in favour of a
customer, and withdrawals.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum

from msgspec import Struct
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.columns import upsert
from subgraphs.wallet.closing import chain
from subgraphs.wallet.closing.tables import CloseTables


class PayoutHold(Struct, frozen=True):
    """Why a currency pays out nothing, or paid out nothing.

    Attributes:
        day: The day whose close differed.
        differences: In how many ways.
        held_at: By the database's clock.
        lifted_at: By product time; None while it holds.
        lifted_by: The two people who lifted it.
        reason: What they gave as the reason.
    """

    currency: str
    day: date
    differences: int
    held_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    reason: str | None


class LiftOutcome(Enum):
    """What became of a decision to lift the holds of a currency.

    LIFTED: The currency pays out again.
    NOT_HELD: What the decision is about stops nothing, or no longer.
    STILL_DIFFERS: No later day was closed without a difference in it.
    """

    LIFTED = "lifted"
    NOT_HELD = "not held"
    STILL_DIFFERS = "still differs"


class Lifting(Struct, frozen=True):
    """A decision to let a currency pay out again.

    Attributes:
        days: The days that it is about, such as `2026-11-28`: those that the two people looked at.
    """

    currency: str
    days: frozenset[str]
    decision_id: str
    by: str
    reason: str
    at: datetime


async def is_held(connection: AsyncConnection, tables: CloseTables, currency: str) -> bool:
    """Tell whether a currency pays out nothing now."""
    hold = tables.hold.c
    query = select(func.count()).where(hold.currency == currency, hold.lifted_at.is_(None))
    return bool(await connection.scalar(query))


async def open_holds(connection: AsyncConnection, tables: CloseTables) -> list[PayoutHold]:
    """Return what holds now, by currency and day."""
    hold = tables.hold
    query = select(hold).where(hold.c.lifted_at.is_(None)).order_by(hold.c.currency, hold.c.day)
    return [with_fields_of(PayoutHold, row) for row in await connection.execute(query)]


async def held_or_decided(connection: AsyncConnection, tables: CloseTables) -> set[tuple[str, date]]:
    """Return the currencies and days of all stops that hold, or that a decision has lifted."""
    c = tables.hold.c
    query = select(c.currency, c.day).where(or_(c.lifted_at.is_(None), c.decision_id.is_not(None)))
    return {(row.currency, row.day) for row in await connection.execute(query)}


async def hold(connection: AsyncConnection, tables: CloseTables, holds: Sequence[PayoutHold]) -> None:
    """Let currencies pay out nothing, in the transaction of their close."""
    if holds:
        rows = [
            {"currency": one.currency, "day": one.day, "differences": one.differences, "held_at": one.held_at}
            for one in holds
        ]
        await connection.execute(upsert(connection.dialect.name, tables.hold, rows))


async def lift(connection: AsyncConnection, tables: CloseTables, lifting: Lifting) -> LiftOutcome:
    """Lift what the decision is about, if the last close is of a later day, and has no difference in it.

    In the caller's write transaction. A decision that comes again, or late, lifts no stop of another day.
    """
    table = tables.hold
    open_ = (table.c.currency == lifting.currency, table.c.lifted_at.is_(None))
    held = list(await connection.scalars(select(table.c.day).where(*open_).with_for_update()))
    mine = [day for day in held if str(day) in lifting.days]
    if not mine:
        return LiftOutcome.NOT_HELD
    last = await chain.last(connection, tables)
    if last is None or last.day <= max(held) or last.close.currencies & {lifting.currency, ""}:
        return LiftOutcome.STILL_DIFFERS
    values = {
        "lifted_at": lifting.at,
        "lifted_by": lifting.by,
        "reason": lifting.reason,
        "decision_id": lifting.decision_id,
    }
    await connection.execute(update(table).where(*open_, table.c.day.in_(mine)).values(values))
    return LiftOutcome.LIFTED
