"""Corrections that two people of finance decided: each moves money once, and never below zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import structlog
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    MetaData,
    Row,
    String,
    Table,
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock
from foundation.storage.columns import Identifier, UtcDateTime, upsert
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import customer_key
from subgraphs.wallet.closing.holds import open_holds
from subgraphs.wallet.closing.tables import CloseTables
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer

log = structlog.get_logger(__name__)
_S: Final = CreateTransferStatus
MADE: Final = {_S.CREATED, _S.EXISTS}
REFUSALS: Final = {
    _S.EXCEEDS_CREDITS: "INSUFFICIENT_FUNDS",
    _S.ID_ALREADY_FAILED: "INSUFFICIENT_FUNDS",
    _S.DEBIT_ACCOUNT_ALREADY_CLOSED: "SUSPENDED",
    _S.CREDIT_ACCOUNT_ALREADY_CLOSED: "SUSPENDED",
}
CORRECTIONS: Final = LoopName("wallet-closes", "corrections")
NO_ACCOUNT: Final = "NO_ACCOUNT"
IMPOSSIBLE: Final = "IMPOSSIBLE"
"""The ledger permits no such transfer, for a reason that the log has: others are applied all the same."""


class CorrectionState(StrEnum):
    """How a correction stands.

    WAITING: It is decided, and not applied yet: payouts of its currency may be stopped.
    APPLIED: The money was moved.
    REFUSED: It never is: there was less than it takes, or no such account.
    """

    WAITING = "waiting"
    APPLIED = "applied"
    REFUSED = "refused"


class Correction(Struct, frozen=True):
    """A decided correction.

    Attributes:
        correction_id: The proposal that two people agreed on, and the id of the transfer.
        amount_minor: What the customer gets, in minor units; negative for what is taken.
        credit: The club's credit whose account it is; "" for cash.
        refusal: Why it was refused.
    """

    correction_id: str
    brand_id: str
    customer_id: str
    currency: str
    amount_minor: int
    credit: str
    reason: str
    proposed_by: str
    approved_by: str
    decided_at: datetime
    state: CorrectionState = CorrectionState.WAITING
    refusal: str | None = None
    settled_at: datetime | None = None

    @property
    def owner(self) -> Owner:
        """Return the customer."""
        return Owner(self.brand_id, self.customer_id)


def correction_table(metadata: MetaData) -> Table:
    """Declare the table of decided corrections."""
    return Table(
        "correction",
        metadata,
        Column("correction_id", Identifier(64), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("customer_id", Identifier(128), nullable=False),
        Column("currency", Identifier(3), nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("credit", Identifier(64), nullable=False),
        Column("reason", String(500), nullable=False),
        Column("proposed_by", String(200), nullable=False),
        Column("approved_by", String(200), nullable=False),
        Column("decided_at", UtcDateTime, nullable=False),
        Column("state", Identifier(16), nullable=False),
        Column("refusal", String(32), nullable=True),
        Column("settled_at", UtcDateTime, nullable=True),
        Index("correction_waiting", "state", "decided_at"),
        Index("correction_of_brand", "brand_id", "decided_at", "correction_id"),
        Index("correction_of_customer", "brand_id", "customer_id"),
    )


async def add_corrections(connection: AsyncConnection, table: Table, decided: Sequence[Correction]) -> None:
    """Store decided corrections that are not there yet, to be applied."""
    if decided:
        rows = [{**_columns(correction), "state": CorrectionState.WAITING.value} for correction in decided]
        await connection.execute(upsert(connection.dialect.name, table, rows))


async def corrections_of_brand(
    connection: AsyncConnection, table: Table, brand: str, first: int, before: tuple[datetime, str] | None
) -> list[Correction]:
    """Return up to `first` corrections of a brand before one (its time and id), newest first."""
    c = table.c
    query = select(table).where(c.brand_id == brand)
    if before is not None:
        at, id_ = before
        query = query.where(or_(c.decided_at < at, and_(c.decided_at == at, c.correction_id < id_)))
    rows = await connection.execute(query.order_by(c.decided_at.desc(), c.correction_id.desc()).limit(first))
    return [_correction(row) for row in rows]


async def count_waiting(connection: AsyncConnection, table: Table, brand: str) -> int:
    """Return how many corrections of a brand are decided, and not applied yet."""
    waiting = (table.c.brand_id == brand, table.c.state == CorrectionState.WAITING.value)
    return await connection.scalar(select(func.count()).select_from(table).where(*waiting)) or 0


def _columns(correction: Correction) -> dict[str, Any]:
    return {name: getattr(correction, name) for name in Correction.__struct_fields__}


def _named(row: Row[Any]) -> str:
    return str(row.correction_id)


def _correction(row: Row[Any]) -> Correction:
    return with_fields_of(Correction, row, state=CorrectionState(row.state))


@dataclass(frozen=True, slots=True)
class CorrectionWork:
    """Applies what waits; several processes may do so at the same time.

    Attributes:
        postponed: What could not be applied, though nobody refuses it.
        clock: The machine's.
        changed: Called with the keys of customers whose money was moved; None if nobody follows.
    """

    database: Database
    table: Table
    closes: CloseTables
    ledger: Ledger
    accounts: CustomerAccounts
    postponed: PostponedItems
    clock: Clock
    changed: CustomersChanged | None = None

    async def apply(self, at: datetime, limit: int) -> int:
        """Apply some of what payouts permit, the earliest first; return how many wait."""
        c = self.table.c
        waiting = c.state == CorrectionState.WAITING.value
        limit = await self._loop.widened(limit)
        async with self.database.read() as connection:
            held = {hold.currency for hold in await open_holds(connection, self.closes)}
            free = or_(c.amount_minor < 0, c.currency.not_in(sorted(held)))
            query = select(self.table).where(waiting, free).order_by(c.decided_at).limit(limit)
            due = (await connection.execute(query)).all()

        async def apply(row: Row[Any]) -> None:
            await self._apply(_correction(row), at)

        await self._loop.each(due, apply)
        async with self.database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(self.table).where(waiting)) or 0

    @property
    def _loop(self) -> Loop[Row[Any]]:
        return Loop(name=CORRECTIONS, postponed=self.postponed, clock=self.clock, named=_named)

    async def _apply(self, wanted: Correction, at: datetime) -> None:
        """Move the money, or refuse it."""
        account = await self._account(wanted, at)
        refusal: str | None = NO_ACCOUNT
        if account is not None:
            house = house_account(wanted.brand_id, wanted.currency, AccountCode.CORRECTIONS)
            debit, credit = (house, account) if wanted.amount_minor > 0 else (account, house)
            transfer = Transfer(
                id=wanted.correction_id,
                debit_account_id=debit,
                credit_account_id=credit,
                amount=abs(wanted.amount_minor),
                ledger=ledger_of(wanted.currency),
                code=int(TransferCode.CORRECTION),
            )
            status = (await self.ledger.create_transfer(transfer)).status
            refusal = None if status in MADE else REFUSALS.get(status, IMPOSSIBLE)
            if refusal == IMPOSSIBLE:
                log.error("correction_impossible", correction=wanted.correction_id, status=status.value)
        state = CorrectionState.APPLIED if refusal is None else CorrectionState.REFUSED
        mine = (
            self.table.c.correction_id == wanted.correction_id,
            self.table.c.state == CorrectionState.WAITING.value,
        )
        settled = update(self.table).where(*mine)
        async with self.database.write() as connection:
            await connection.execute(
                settled.values(state=state.value, refusal=refusal, settled_at=at),
            )
        if self.changed is not None and refusal is None:
            self.changed([customer_key(wanted.owner)])
        log.info("correction_settled", correction=wanted.correction_id, state=state.value, refusal=refusal)

    async def _account(self, wanted: Correction, at: datetime) -> str | None:
        """Return the customer's account; cash is opened for what they get."""
        for account in await self.accounts.of(wanted.owner):
            if (account.currency, account.credit) == (wanted.currency, wanted.credit):
                await self.accounts.open_house(wanted.brand_id, wanted.currency)
                return account.id
        if wanted.credit or wanted.amount_minor < 0:
            return None
        try:
            return await self.accounts.open_cash(wanted.owner, wanted.currency, at)
        except ValueError:  # there is no such currency
            return None
