"""Whether a ledger is right by its own rows: sums that must be equal, recomputed in SQL.

Nothing is corrected. Each statement sees one moment, so that writers may go on; pages of accounts keep memory
bounded, and the database adds up.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import fetch, quote
from foundation.storage.database import Database

PAGE: Final = 500
MAX_DIFFERENCES: Final = 1_000
"""How many differences are told: a ledger with more is not repaired one by one."""

SECONDS: Final = 3_600
"""How long a statement may take: a house account's sums are over all of its transfers."""

SUMS: Final = ("debits_pending", "debits_posted", "credits_pending", "credits_posted")


class Difference(Struct, frozen=True):
    """Something that should be equal and is not.

    Attributes:
        account_id: The account; "" if it is about a whole ledger, or a row that has no account.
        what: What is wrong, in words.
        about: The ledger, the transfer, or the timestamp of a balance; "" for the account itself.
        recorded: What a row says; None where a row is missing.
        computed: What follows from the others.
        ledger: The ledger, where neither an account nor a name tells; 0 if it is not known.
    """

    account_id: str
    what: str
    about: str = ""
    recorded: int | None = None
    computed: int | None = None
    ledger: int = 0


async def prove(database: Database) -> list[Difference]:
    """Return what contradicts itself in a ledger, by account; nothing if all is right."""
    proof = _Proof(database)
    found: list[Difference] = []
    async with database.read() as connection:
        async for differences in proof.differences(connection):
            found += differences
            if len(found) >= MAX_DIFFERENCES:
                break
    return found[:MAX_DIFFERENCES]


def unhurried(database: Database) -> str:
    """Return what a statement begins with that may take longer than others."""
    is_mariadb = getattr(database.sql, "is_mariadb", False)
    return f"SET STATEMENT max_statement_time={SECONDS} FOR " if is_mariadb else ""


class _Proof:
    """The statements of one database."""

    def __init__(self, database: Database) -> None:
        self._dialect = database.dialect
        self._unhurried = unhurried(database)

    async def differences(self, connection: AsyncConnection) -> AsyncIterator[list[Difference]]:
        """Yield what is found, part by part."""
        yield await self._of_ledgers(connection)
        after = ""
        while page := await self._fetch(
            connection,
            f"SELECT id FROM ledger_account WHERE id>{self._quote(after)} ORDER BY id LIMIT {PAGE}",
        ):
            last = page[-1][0]
            yield await self._of_accounts(connection, after, last)
            yield await self._of_pending(connection, after, last)
            yield await self._of_history(connection, after, last)
            after = last
        yield await self._of_strays(connection)

    async def _of_ledgers(self, connection: AsyncConnection) -> list[Difference]:
        """Compare the sums of both sides, of each ledger."""
        rows = await self._fetch(
            connection,
            f"SELECT ledger, {', '.join(f'SUM({name})' for name in SUMS)} "
            "FROM ledger_account GROUP BY ledger",
        )
        return [
            Difference(
                "", f"debits_{kind} are not credits_{kind}", str(row[0]), int(debit), int(credit), row[0]
            )
            for row in rows
            for kind, debit, credit in (("pending", row[1], row[3]), ("posted", row[2], row[4]))
            if debit != credit
        ]

    async def _of_accounts(self, connection: AsyncConnection, after: str, last: str) -> list[Difference]:
        """Compare an account's sums with those of its transfers."""
        computed = ("debits.pending", "debits.posted", "credits.pending", "credits.posted")
        pairs = list(
            zip(
                [f"account.{name}" for name in SUMS],
                [f"COALESCE({sum_},0)" for sum_ in computed],
                strict=True,
            )
        )
        rows = await self._fetch(
            connection,
            f"SELECT account.id, {', '.join(text for pair in pairs for text in pair)} "
            "FROM ledger_account account "
            f"LEFT JOIN ({self._sums('debit', after, last)}) debits ON debits.id=account.id "
            f"LEFT JOIN ({self._sums('credit', after, last)}) credits ON credits.id=account.id "
            f"WHERE {self._within('account.id', after, last)} "
            f"AND ({' OR '.join(f'{recorded}<>{sum_}' for recorded, sum_ in pairs)})",
        )
        return [
            Difference(row[0], f"{name} is not the sum of transfers", "", int(recorded), int(sum_))
            for row in rows
            for name, recorded, sum_ in zip(SUMS, row[1::2], row[2::2], strict=True)
            if recorded != sum_
        ]

    def _sums(self, side: str, after: str, last: str) -> str:
        """Return the query for the sums of one side by account: flags 2 and 8 are pending and void."""
        return (
            f"SELECT transfer.{side}_account_id AS id, "
            "SUM(CASE WHEN (transfer.flags & 10)=0 THEN transfer.amount ELSE 0 END) AS posted, "
            "SUM(CASE WHEN pending_transfer.status='pending' THEN transfer.amount ELSE 0 END) AS pending "
            "FROM transfer LEFT JOIN pending_transfer ON pending_transfer.id=transfer.id "
            f"WHERE {self._within(f'transfer.{side}_account_id', after, last)} "
            f"GROUP BY transfer.{side}_account_id"
        )

    async def _of_pending(self, connection: AsyncConnection, after: str, last: str) -> list[Difference]:
        """Find pending transfers that ended more than once, or otherwise than is recorded."""
        within = self._within("transfer.debit_account_id", after, last)
        ends = await self._fetch(
            connection,
            "SELECT transfer.debit_account_id, transfer.id FROM transfer "
            "LEFT JOIN pending_transfer ON pending_transfer.id=transfer.pending_id "
            f"WHERE {within} AND (transfer.flags & 12)<>0 AND (pending_transfer.id IS NULL "
            "OR pending_transfer.ended_by<>transfer.id OR pending_transfer.ended_at<>transfer.timestamp "
            "OR pending_transfer.status<>CASE WHEN (transfer.flags & 4)<>0 THEN 'posted' ELSE 'voided' END)",
        )
        begun = await self._fetch(
            connection,
            "SELECT transfer.debit_account_id, transfer.id FROM transfer "
            "LEFT JOIN pending_transfer ON pending_transfer.id=transfer.id "
            "LEFT JOIN transfer ending ON ending.id=pending_transfer.ended_by "
            f"WHERE {within} AND (transfer.flags & 2)<>0 AND (pending_transfer.id IS NULL "
            "OR (pending_transfer.status IN ('posted','voided'))<>(ending.id IS NOT NULL) "
            "OR ending.pending_id<>transfer.id OR ending.amount>transfer.amount "
            "OR COALESCE(pending_transfer.expires_at,0)<>"
            "CASE WHEN transfer.timeout=0 THEN 0 ELSE transfer.timestamp+transfer.timeout*1000000 END "
            "OR (pending_transfer.status='expired' "
            "AND pending_transfer.ended_at<pending_transfer.expires_at))",
        )
        return [
            *(Difference(account, "is not what ended its pending transfer", id_) for account, id_ in ends),
            *(Difference(account, "did not end as is recorded", id_) for account, id_ in begun),
        ]

    async def _of_history(self, connection: AsyncConnection, after: str, last: str) -> list[Difference]:
        """Compare the balance after each transfer with the sums up to then, of accounts that keep them."""
        running = ", ".join(
            f"SUM({name}) OVER (PARTITION BY account_id ORDER BY at) AS {name}" for name in SUMS
        )
        names = ", ".join(f"account_balance.{name}, moved.{name}" for name in SUMS)
        differs = " OR ".join(f"account_balance.{name}<>moved.{name}" for name in SUMS)
        rows = await self._fetch(
            connection,
            f"SELECT moved.account_id, moved.at, {names} FROM "
            f"(SELECT account_id, at, is_transfer, {running} FROM ({self._moves(after, last)}) moves) moved "
            "LEFT JOIN account_balance ON account_balance.account_id=moved.account_id "
            "AND account_balance.timestamp=moved.at "
            f"WHERE moved.is_transfer=1 AND (account_balance.account_id IS NULL OR {differs})",
        )
        return [
            Difference(
                row[0], f"{name} of history is not the sum up to then", str(row[1]), recorded, int(sum_)
            )
            for row in rows
            for name, recorded, sum_ in zip(SUMS, row[2::2], row[3::2], strict=True)
            if recorded != sum_
        ]

    def _moves(self, after: str, last: str) -> str:
        """Return the query for all changes of sums, of accounts that keep their balances (flag 8)."""
        parts = []
        for side in ("debit", "credit"):
            account = f"transfer.{side}_account_id"
            kept = f"JOIN ledger_account account ON account.id={account} AND (account.flags & 8)<>0"
            within = self._within(account, after, last)
            released = _placed(side, "-transfer.amount", "0")
            pending = "CASE WHEN (transfer.flags & 2)<>0 THEN transfer.amount ELSE 0 END"
            posted = "CASE WHEN (transfer.flags & 10)=0 THEN transfer.amount ELSE 0 END"
            parts += [
                (
                    f"SELECT {account} AS account_id, transfer.timestamp AS at, 1 AS is_transfer, "
                    f"{_placed(side, pending, posted)} FROM transfer {kept} WHERE {within}"
                ),
                (
                    f"SELECT {account}, pending_transfer.ended_at, 0, {released} "
                    f"FROM pending_transfer JOIN transfer ON transfer.id=pending_transfer.id {kept} "
                    f"WHERE {within} AND pending_transfer.ended_at IS NOT NULL"
                ),
            ]
        return " UNION ALL ".join(parts)

    async def _of_strays(self, connection: AsyncConnection) -> list[Difference]:
        """Find rows without the row that they belong to."""
        pending = await self._fetch(
            connection,
            "SELECT pending_transfer.id FROM pending_transfer LEFT JOIN transfer "
            "ON transfer.id=pending_transfer.id AND (transfer.flags & 2)<>0 "
            f"WHERE transfer.id IS NULL LIMIT {MAX_DIFFERENCES}",
        )
        balances = await self._fetch(
            connection,
            "SELECT account_balance.account_id, account_balance.timestamp FROM account_balance "
            "LEFT JOIN transfer debit ON debit.debit_account_id=account_balance.account_id "
            "AND debit.timestamp=account_balance.timestamp "
            "LEFT JOIN transfer credit ON credit.credit_account_id=account_balance.account_id "
            "AND credit.timestamp=account_balance.timestamp "
            f"WHERE debit.id IS NULL AND credit.id IS NULL LIMIT {MAX_DIFFERENCES}",
        )
        transfers = await self._fetch(
            connection,
            "SELECT transfer.id, transfer.ledger FROM transfer "
            "LEFT JOIN ledger_account debit ON debit.id=transfer.debit_account_id "
            "LEFT JOIN ledger_account credit ON credit.id=transfer.credit_account_id "
            f"WHERE transfer.failure='' AND (debit.id IS NULL OR credit.id IS NULL) LIMIT {MAX_DIFFERENCES}",
        )
        return [
            *(Difference("", "stands without a pending transfer", row[0]) for row in pending),
            *(Difference(row[0], "has a balance without a transfer", str(row[1])) for row in balances),
            *(
                Difference("", "has an account that does not exist", row[0], ledger=row[1])
                for row in transfers
            ),
        ]

    def _quote(self, text: str) -> str:
        return quote(text, self._dialect)

    def _within(self, column: str, after: str, last: str) -> str:
        return f"{column}>{self._quote(after)} AND {column}<={self._quote(last)}"

    async def _fetch(self, connection: AsyncConnection, query: str) -> Sequence[Any]:
        return await fetch(connection, f"{self._unhurried}{query}")


def _placed(side: str, pending: str, posted: str) -> str:
    """Return the four sums' columns, of which one side has values."""
    values = {"debits_pending": "0", "debits_posted": "0", "credits_pending": "0", "credits_posted": "0"}
    values |= {f"{side}s_pending": pending, f"{side}s_posted": posted}
    return ", ".join(f"{value} AS {name}" for name, value in values.items())
