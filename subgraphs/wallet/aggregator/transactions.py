"""Transactions of games as they are stored: the intent first, then what became of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.columns import upsert
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.seamless.messages import Status


class Kind(StrEnum):
    """What a transaction does; `NEVER` is one that was rolled back before it came."""

    BET = "bet"
    WIN = "win"
    ROLLBACK = "rollback"
    NEVER = "never"


class GameTransaction(Struct, frozen=True, kw_only=True):
    """A transaction.

    Attributes:
        transaction_uuid: The provider's id, or what `transaction_ids.own_id` makes of it.
        reference: The bet of a win, or what a rollback takes back.
        amount_minor: In minor units of the currency; of a rollback, 0.
        currency: Of a rollback, "".
        is_free: The customer pays nothing for it.
        session_id: The hash of the token that came with it.
        status: What became of it; None until that is known.
        is_rolled_back: A rollback has taken it back, or will.
        revision: Of a bet, how many states of it were told.
        provider: Who has signed it; "" if nothing said so when it was stored.
        is_prize: Of a bet, that it is of 0 and only names a prize of the supplier; of a win, that it is one.
    """

    brand_id: str
    transaction_uuid: str
    customer_id: str
    kind: Kind
    created_at: datetime
    session_id: str
    reference: str | None = None
    round: str | None = None
    round_closed: bool = False
    game_code: str | None = None
    amount_minor: int = 0
    currency: str = ""
    is_free: bool = False
    status: Status | None = None
    is_rolled_back: bool = False
    revision: int = 0
    provider: str = ""
    is_prize: bool = False

    @property
    def owner(self) -> Owner:
        """Return the customer; the pseudonym of one who was erased."""
        return Owner(self.brand_id, self.customer_id)

    def is_same(self, other: "GameTransaction") -> bool:
        """Return whether another request under the id is the same one."""
        return all(getattr(self, name) == getattr(other, name) for name in _BODY)


_BODY: Final = ("kind", "customer_id", "reference", "round", "game_code", "amount_minor", "currency")
"""What makes a transaction under a known id another one, by Hub88's documentation."""


class GameTransactions(Struct, frozen=True):
    """Reads and writes transactions, in the caller's database transactions."""

    table: Table

    async def find(self, connection: AsyncConnection, brand: str, uuid: str) -> GameTransaction | None:
        """Return a transaction; None if there is none."""
        c = self.table.c
        query = select(self.table).where(c.brand_id == brand, c.transaction_uuid == uuid)
        row = (await connection.execute(query)).first()
        return None if row is None else _transaction(row)

    async def known(
        self, connection: AsyncConnection, brand: str, uuids: Collection[str]
    ) -> Mapping[str, GameTransaction]:
        """Return the transactions that there are of some, by their ids."""
        c = self.table.c
        query = select(self.table).where(c.brand_id == brand, c.transaction_uuid.in_(sorted(uuids)))
        return {row.transaction_uuid: _transaction(row) for row in await connection.execute(query)}

    async def held(
        self, connection: AsyncConnection, brand: str, uuids: Collection[str]
    ) -> Sequence[GameTransaction]:
        """Return transactions, which nobody else may change until the commit."""
        c = self.table.c
        query = select(self.table).where(c.brand_id == brand, c.transaction_uuid.in_(sorted(uuids)))
        rows = await connection.execute(query.order_by(c.transaction_uuid).with_for_update())
        return [_transaction(row) for row in rows]

    async def done_of(self, connection: AsyncConnection, bet: GameTransaction) -> Sequence[GameTransaction]:
        """Return what was done to a bet: its wins, its rollbacks, and those of its wins."""
        of_bet = await self._done(connection, bet.brand_id, [bet.transaction_uuid])
        wins = [done.transaction_uuid for done in of_bet if done.kind is Kind.WIN]
        return [*of_bet, *(await self._done(connection, bet.brand_id, wins) if wins else ())]

    async def _done(
        self, connection: AsyncConnection, brand: str, references: Sequence[str]
    ) -> Sequence[GameTransaction]:
        c = self.table.c
        query = select(self.table).where(c.brand_id == brand, c.reference.in_(references))
        return [
            _transaction(row) for row in await connection.execute(query.where(c.status == Status.OK.value))
        ]

    async def open_bets(self, connection: AsyncConnection, closing: GameTransaction) -> Sequence[str]:
        """Return the bets of a round that is closed of which it was told only that they were made."""
        c = self.table.c
        query = select(c.transaction_uuid).where(
            *self._in_round(closing), c.kind == Kind.BET.value, c.revision == 1
        )
        return list(await connection.scalars(query))

    async def count_revision(self, connection: AsyncConnection, bet: GameTransaction) -> int:
        """Count a state of a bet that is told, and return its revision."""
        revision = bet.revision + 1
        await connection.execute(update(self.table).where(*self._is(bet)).values(revision=revision))
        return revision

    async def add(self, connection: AsyncConnection, wanted: GameTransaction) -> GameTransaction:
        """Return what is stored under an id: the wanted one, unless another one came first."""
        await connection.execute(upsert(connection.dialect.name, self.table, [_columns(wanted)]))
        found = await self.find(connection, wanted.brand_id, wanted.transaction_uuid)
        return wanted if found is None else found

    async def end(self, connection: AsyncConnection, ended: GameTransaction, status: Status) -> bool:
        """Note what became of a transaction, unless that is known; return whether it was not."""
        c = self.table.c
        mine = update(self.table).where(*self._is(ended), c.status.is_(None))
        return (await connection.execute(mine.values(status=status.value))).rowcount == 1

    async def roll_back(self, connection: AsyncConnection, taken_back: GameTransaction) -> None:
        """Note that a transaction is taken back."""
        await connection.execute(update(self.table).where(*self._is(taken_back)).values(is_rolled_back=True))

    async def is_closed(self, connection: AsyncConnection, bet: GameTransaction) -> bool:
        """Return whether a transaction that was not rolled back has closed a bet's round."""
        return bool(await self.closers(connection, bet))

    async def closers(self, connection: AsyncConnection, bet: GameTransaction) -> Sequence[str]:
        """Return other transactions that have closed a bet's round and were not rolled back, two at most."""
        c = self.table.c
        query = select(c.transaction_uuid).where(
            *self._in_round(bet),
            c.round_closed.is_(True),
            c.is_rolled_back.is_(False),
            c.status == Status.OK.value,
            c.transaction_uuid != bet.transaction_uuid,
        )
        return list(await connection.scalars(query.limit(2)))

    def _in_round(self, one: GameTransaction) -> tuple[Any, ...]:
        """Return what is true of the transactions of a round; those of before keys had names may be of it."""
        c = self.table.c
        return (
            *([c.provider.in_([one.provider, ""])] if one.provider else []),
            c.brand_id == one.brand_id,
            c.customer_id == one.customer_id,
            c.round == one.round,
            c.game_code == one.game_code,
        )

    def _is(self, one: GameTransaction) -> tuple[Any, Any]:
        c = self.table.c
        return c.brand_id == one.brand_id, c.transaction_uuid == one.transaction_uuid


def _transaction(row: Any) -> GameTransaction:
    status = None if row.status is None else Status(row.status)
    return with_fields_of(GameTransaction, row, kind=Kind(row.kind), status=status)


def _columns(wanted: GameTransaction) -> Mapping[str, Any]:
    columns = {name: getattr(wanted, name) for name in GameTransaction.__struct_fields__}
    return columns | {"kind": wanted.kind.value, "status": wanted.status and wanted.status.value}
