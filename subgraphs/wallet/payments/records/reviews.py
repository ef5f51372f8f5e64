"""Which withdrawals among transactions wait for a person."""

from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.wallet.funds.codes import TransferCode
from subgraphs.wallet.history.transactions import REVIEWED, Page
from subgraphs.wallet.ledger.tables import PENDING
from subgraphs.wallet.payments.payment import PaymentState
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
