"""Which withdrawals wait for a person."""

from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.wallet.funds.codes import TransferCode
from subgraphs.wallet.history.transactions import REVIEWED, Page
from subgraphs.wallet.ledger.tables import PENDING
from subgraphs.wallet.payments.payment import Payment, PaymentState
from subgraphs.wallet.payments.records.store import payment_of
from subgraphs.wallet.payments.records.tables import PaymentTables


async def with_reviews(connection: AsyncConnection, tables: PaymentTables, page: Page) -> Page:
    """Return a page of transactions in which withdrawals that wait for a person say so.

    It reads only if a withdrawal is on its way.
    """
    waiting = {
        line.reference
        for line in page.transactions
        if line.code is TransferCode.WITHDRAWAL and line.status == PENDING
    }
    if not waiting:
        return page
    c = tables.payment.c
    query = select(c.payment_id).where(c.payment_id.in_(waiting), c.state == PaymentState.REVIEW.value)
    reviewed = set(await connection.scalars(query))
    lines = (
        replace(line, status=REVIEWED) if line.status == PENDING and line.reference in reviewed else line
        for line in page.transactions
    )
    return Page(tuple(lines), page.has_next)


async def in_review(
    connection: AsyncConnection,
    tables: PaymentTables,
    brand: str,
    first: int,
    after: tuple[datetime, str] | None,
) -> list[Payment]:
    """Return up to `first` withdrawals of a brand that wait after one (its time and id), the oldest first."""
    c = tables.payment.c
    query = select(tables.payment).where(c.brand_id == brand, c.state == PaymentState.REVIEW.value)
    if after is not None:
        at, payment_id = after
        query = query.where(or_(c.asked_at > at, and_(c.asked_at == at, c.payment_id > payment_id)))
    rows = await connection.execute(query.order_by(c.asked_at, c.payment_id).limit(first))
    return [payment_of(row) for row in rows]


async def count_in_review(connection: AsyncConnection, tables: PaymentTables, brand: str) -> int:
    """Return how many withdrawals of a brand wait."""
    c = tables.payment.c
    waiting = (c.brand_id == brand, c.state == PaymentState.REVIEW.value)
    return await connection.scalar(select(func.count()).select_from(tables.payment).where(*waiting)) or 0


async def find_payment(connection: AsyncConnection, tables: PaymentTables, payment_id: str) -> Payment | None:
    """Return a payment; None if there is none."""
    query = select(tables.payment).where(tables.payment.c.payment_id == payment_id)
    row = (await connection.execute(query)).first()
    return None if row is None else payment_of(row)
