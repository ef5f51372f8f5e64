"""What was moved in a day, read from the ledger: the positions, and a digest of its rows.

What is counted has its place: a transfer of the day never changes, and none is added once the day is over.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson
from msgspec import Struct
from sqlalchemy import MetaData, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import fetch, quote
from foundation.storage.database import Database
from subgraphs.wallet.closing.close import CloseDifference, Movement, Position
from subgraphs.wallet.closing.days import Span
from subgraphs.wallet.funds.codes import HOUSE, AccountCode, TransferCode, currency_of, house_account
from subgraphs.wallet.ledger.accounts import AccountFlags
from subgraphs.wallet.ledger.proof import unhurried
from subgraphs.wallet.ledger.rows import TRANSFER_COLUMNS
from subgraphs.wallet.ledger.tables import EXPIRED, LedgerTables

PAGE: Final = 5_000
BEFORE: Final = -1
"""Stands for the code of all transfers before the day."""

OF_HOUSE: Final = min(HOUSE)
_CLOSED: Final = int(AccountFlags.CLOSED)
_STATIC: Final = (
    "id",
    "ledger",
    "code",
    f"flags & ~{_CLOSED}",
    "user_data_128",
    "user_data_64",
    "user_data_32",
)


class DayTables(Struct, frozen=True):
    """The tables that are read.

    Attributes:
        customer_account: Whose accounts are whose.
        brand: All brands.
    """

    ledger: LedgerTables
    customer_account: Table
    brand: Table

    @property
    def metadata(self) -> MetaData:
        """Return all tables of the wallet."""
        return self.ledger.account.metadata


class Digest(Struct, frozen=True):
    """How many rows a day has, and their SHA-256."""

    rows: int
    sha256: str


class Positions(Struct, frozen=True):
    """The positions of a day, and accounts of the house that belong to no brand."""

    all: tuple[Position, ...]
    strays: tuple[CloseDifference, ...]


class _Sums(Struct):
    """What was moved on one position: by code, debits, credits, and the number of transfers."""

    by_code: defaultdict[int, list[int]]

    @classmethod
    def empty(cls) -> "_Sums":
        return cls(defaultdict(lambda: [0, 0, 0]))


class DayReader:
    """Reads days of one wallet's database."""

    def __init__(self, database: Database, tables: DayTables) -> None:
        self._database, self._tables = database, tables
        self._dialect, self._unhurried = database.dialect, unhurried(database)
        self._account, self._transfer = tables.ledger.account.name, tables.ledger.transfer.name

    async def positions(self, span: Span) -> Positions:
        """Return what all accounts had at the beginning and the end of a day, and why it changed."""
        async with self._database.read() as connection:
            house = await self._house(connection)
            sums: defaultdict[tuple[str, str, str], _Sums] = defaultdict(_Sums.empty)
            strays: dict[str, int] = {}
            for place, side in enumerate(("debit", "credit")):
                for brand, account_id, ledger, code, movement, amount, count in await self._moved(
                    connection, side, span
                ):
                    if account_id and account_id not in house:
                        strays[account_id] = ledger
                        continue
                    owner = house.get(account_id, brand)
                    key = currency_of(ledger), owner, _name(AccountCode, code)
                    sum_ = sums[key].by_code[movement]
                    sum_[place] += int(amount)
                    sum_[2] += int(count)
        positions = (_position(key, sums[key]) for key in sorted(sums))
        return Positions(
            tuple(position for position in positions if position.opening or position.movements),
            tuple(
                CloseDifference(currency_of(strays[id_]), id_, "is of the house, but of no known brand")
                for id_ in sorted(strays)
            ),
        )

    async def _house(self, connection: AsyncConnection) -> Mapping[str, str]:
        """Return the brand of each account that the house may have."""
        owned, account = self._tables.customer_account, self._tables.ledger.account
        brands: set[str] = set(await connection.scalars(select(self._tables.brand.c.brand_id)))
        brands |= set(await connection.scalars(select(owned.c.brand_id).distinct()))
        ledgers = await connection.scalars(select(account.c.ledger).distinct())
        currencies = [currency_of(ledger) for ledger in ledgers]
        return {
            house_account(brand, currency, code): brand
            for brand in brands
            for currency in currencies
            for code in HOUSE
        }

    async def _moved(self, connection: AsyncConnection, side: str, span: Span) -> Sequence[Any]:
        """Return the sums of one side, by brand, account of the house, ledger, code and movement."""
        owned = self._tables.customer_account.name
        return await self._fetch(
            connection,
            "SELECT COALESCE(owned.brand_id,''), "
            f"CASE WHEN account.code>={OF_HOUSE} THEN account.id ELSE '' END, account.ledger, account.code, "
            f"CASE WHEN moved.timestamp<{span.start} THEN {BEFORE} ELSE moved.code END, "
            f"SUM(moved.amount), COUNT(*) FROM {self._transfer} moved "
            f"JOIN {self._account} account ON account.id=moved.{side}_account_id "
            f"LEFT JOIN {owned} owned ON owned.account_id=account.id "
            f"WHERE moved.timestamp<{span.end} AND (moved.flags & 10)=0 AND moved.failure='' "
            "GROUP BY 1, 2, 3, 4, 5",
        )

    async def digest(self, span: Span) -> Digest:
        """Return how many transfers and failed requests a day has, and the digest of its rows.

        It covers each transfer with what never changes of its accounts, and each pending one that expired.
        """
        hashed, rows = sha256(), 0
        async with self._database.read() as connection:
            after: tuple[str, int, str] = ("", 0, "")
            while page := await self._transfers(connection, span, after):
                for row in page:
                    hashed.update(orjson.dumps([str(value) for value in row]) + b"\n")
                rows += len(page)
                after = (page[-1][1], page[-1][len(TRANSFER_COLUMNS) - 1], page[-1][0])
            last = ""
            while ended := await self._expired(connection, span, last):
                for row in ended:
                    hashed.update(orjson.dumps([str(value) for value in row]) + b"\n")
                last = ended[-1][0]
        return Digest(rows, hashed.hexdigest())

    async def _transfers(
        self, connection: AsyncConnection, span: Span, after: tuple[str, int, str]
    ) -> Sequence[Any]:
        debit, at, id_ = quote(after[0], self._dialect), after[1], quote(after[2], self._dialect)
        columns = [f"moved.{name}" for name in (*TRANSFER_COLUMNS, "failure")]
        columns += [f"COALESCE({side}.{name},'')" for side in ("debit", "credit") for name in _STATIC]
        return await self._fetch(
            connection,
            f"SELECT {', '.join(columns)} FROM {self._transfer} moved "
            f"LEFT JOIN {self._account} debit ON debit.id=moved.debit_account_id "
            f"LEFT JOIN {self._account} credit ON credit.id=moved.credit_account_id "
            f"WHERE moved.timestamp>={span.start} AND moved.timestamp<{span.end} "
            f"AND (moved.debit_account_id>{debit} OR (moved.debit_account_id={debit} "
            f"AND (moved.timestamp>{at} OR (moved.timestamp={at} AND moved.id>{id_})))) "
            f"ORDER BY moved.debit_account_id, moved.timestamp, moved.id LIMIT {PAGE}",
        )

    async def _expired(self, connection: AsyncConnection, span: Span, after: str) -> Sequence[Any]:
        pending = self._tables.ledger.pending_transfer.name
        return await self._fetch(
            connection,
            f"SELECT id, ended_at FROM {pending} WHERE status='{EXPIRED}' AND ended_at>={span.start} "
            f"AND ended_at<{span.end} AND id>{quote(after, self._dialect)} ORDER BY id LIMIT {PAGE}",
        )

    async def currencies(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """Return the currency of each of some accounts that exists."""
        account = self._tables.ledger.account
        mine = select(account.c.id, account.c.ledger).where(account.c.id.in_(sorted(account_ids)))
        async with self._database.read() as connection:
            return {row.id: currency_of(row.ledger) for row in await connection.execute(mine)}

    async def all_currencies(self) -> list[str]:
        """Return the currencies of all accounts, sorted."""
        async with self._database.read() as connection:
            ledgers = await connection.scalars(select(self._tables.ledger.account.c.ledger).distinct())
            return sorted(currency_of(ledger) for ledger in ledgers)

    async def first_timestamp(self) -> int | None:
        """Return the timestamp of the first transfer; None if there is none."""
        async with self._database.read() as connection:
            rows = await self._fetch(connection, f"SELECT MIN(timestamp) FROM {self._transfer}")
        return None if rows[0][0] is None else int(rows[0][0])

    async def _fetch(self, connection: AsyncConnection, query: str) -> Sequence[Any]:
        return await fetch(connection, f"{self._unhurried}{query}")


def _position(key: tuple[str, str, str], sums: _Sums) -> Position:
    currency, brand, account = key
    taken, added, _ = sums.by_code.pop(BEFORE, [0, 0, 0])
    movements = tuple(
        Movement(_name(TransferCode, code), *sums.by_code[code]) for code in sorted(sums.by_code)
    )
    opening = added - taken
    closing = opening + sum(movement.credits - movement.debits for movement in movements)
    return Position(brand, currency, account, opening, closing, movements)


def _name(codes: type[AccountCode] | type[TransferCode], number: int) -> str:
    try:
        return codes(number).name
    except ValueError:
        return str(number)
