"""A brand's payments, the newest first: a page reads few rows, however rare what is looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.wallet.payments.payment import Direction, Payment, PaymentState
from subgraphs.wallet.payments.records.store import payment_of
from subgraphs.wallet.payments.records.tables import PaymentTables

MAX_READ: Final = 1_000
"""Among how many payments a page looks for those that no index has together."""

Position = tuple[datetime, str]
"""When a payment was asked for, and its id."""


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Which payments of a brand are wanted; None does not restrict.

    Attributes:
        payment_id, customer: The whole id.
        processor: One that was asked for a part of it.
    """

    brand: str
    payment_id: str | None = None
    customer: str | None = None
    direction: Direction | None = None
    state: PaymentState | None = None
    processor: str | None = None
    currency: str | None = None


class PaymentPage(NamedTuple):
    """A page of payments.

    Attributes:
        processors: Who was asked for a part of each, by the payment's id.
        end: After what the next page begins; None if nothing was read.
        has_next: Whether there may be more: a page may be shorter than asked, and yet have a next one.
    """

    payments: Sequence[Payment]
    processors: dict[str, list[str]]
    end: Position | None
    has_next: bool


async def newest_payments(
    connection: AsyncConnection,
    tables: PaymentTables,
    wanted: PaymentFilter,
    first: int,
    after: Position | None,
) -> PaymentPage:
    """Return up to `first` payments after a position, the newest first.

    An index that serves most of the filter has their keys in order. The rest of the filter is looked for
    among the next `MAX_READ` of them.
    """
    payment, c = tables.payment, tables.payment.c
    others, keys = _others(tables, wanted), _keys(tables, wanted, after)
    read = keys.limit(MAX_READ if others else first + 1).subquery()
    query = select(payment).join(read, read.c.payment_id == c.payment_id).where(*others)
    newest = query.order_by(read.c.asked_at.desc(), read.c.payment_id.desc()).limit(first + 1)
    found = [payment_of(row) for row in await connection.execute(newest)]
    shown, has_next = found[:first], len(found) > first
    last: Any = shown[-1] if shown else None
    if others and not has_next:
        last = (await connection.execute(keys.offset(MAX_READ - 1).limit(1))).first()
        has_next = last is not None
    end = None if last is None else (last.asked_at, last.payment_id)
    return PaymentPage(shown, await _processors(connection, tables, shown), end, has_next)


def _keys(tables: PaymentTables, wanted: PaymentFilter, after: Position | None) -> Select[Any]:
    """Return the keys after a position, in order: of the brand, of one customer, or in one state."""
    c = tables.payment.c
    query = select(c.payment_id, c.asked_at).where(c.brand_id == wanted.brand)
    if wanted.payment_id is not None:
        query = query.where(c.payment_id == wanted.payment_id)
    elif wanted.customer is not None:
        query = query.where(c.customer_id == wanted.customer)
    elif wanted.state is not None:
        query = query.where(c.state == wanted.state.value)
    if after is not None:
        at, payment_id = after
        query = query.where(c.asked_at <= at, or_(c.asked_at < at, c.payment_id < payment_id))
    return query.order_by(c.asked_at.desc(), c.payment_id.desc())


def _others(tables: PaymentTables, wanted: PaymentFilter) -> list[ColumnElement[bool]]:
    """Return the part of the filter that `_keys` does not serve."""
    c, part = tables.payment.c, tables.part.c
    found = []
    if wanted.direction is not None:
        found.append(c.direction == wanted.direction.value)
    if wanted.currency is not None:
        found.append(c.currency == wanted.currency)
    if wanted.state is not None and not (wanted.payment_id is None and wanted.customer is None):
        found.append(c.state == wanted.state.value)
    if wanted.processor is not None:
        asked = select(part.part_id).where(
            part.payment_id == c.payment_id, part.processor == wanted.processor
        )
        found.append(asked.exists())
    return found


async def _processors(
    connection: AsyncConnection, tables: PaymentTables, payments: Sequence[Payment]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {payment.payment_id: [] for payment in payments}
    if found:
        c = tables.part.c
        query = select(c.payment_id, c.processor).where(c.payment_id.in_(list(found))).distinct()
        for row in await connection.execute(query.order_by(c.payment_id, c.processor)):
            found[row.payment_id].append(row.processor)
    return found
