"""Which credits were asked for: their rows, and the transfers that decide whether they were given."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Row, Table, and_, select, update

from foundation.storage.columns import Identifier, UtcDateTime, upsert
from foundation.storage.database import Database
from subgraphs.kit.credits import Credit, CreditKind
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.wallet.funds.codes import (
    ACCOUNT_OF,
    GIVEN_AS,
    KIND_OF,
    AccountCode,
    TransferCode,
    house_account,
    ledger_of,
)
from subgraphs.wallet.funds.written_reservations import NOWHERE
from subgraphs.wallet.ledger.accounts import Account
from subgraphs.wallet.ledger.transfers import Transfer, TransferFlags

PAGE: Final = 200
"""How many credits a page of a journal has."""


def given_credit_table(metadata: MetaData) -> Table:
    """Declare the table of credits that were asked for.

    `given_at`: in product time; null until it is known that the credit was given. The ledger decides that: a
    row alone gives nothing.
    """
    return Table(
        "given_credit",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
        Column("credit_id", Identifier(64), primary_key=True),
        Column("currency", Identifier(3), nullable=False),
        Column("code", Integer, nullable=False),
        Column("amount", BigInteger, nullable=False),
        Column("product", Identifier(16), nullable=True),
        Column("valid_days", Integer, nullable=True),
        Column("given_at", UtcDateTime, nullable=True),
        Index("given_credit_by_time", "given_at", "credit_id"),
    )


def transfer_id(credit: str) -> str:
    """Return the id of the transfer that gives a credit; no reservation's has a `/`."""
    return f"credit/{blake2b(credit.encode(), digest_size=20).hexdigest()}"


def fingerprint(asked: Credit) -> int:
    """Return 63 bits that tell one request under an id from another; nothing of the customer is in it."""
    product = asked.product and asked.product.value
    terms = (asked.currency, asked.amount, asked.kind.value, product, asked.valid_days)
    return int.from_bytes(blake2b(repr(terms).encode(), digest_size=8).digest(), "big") >> 1


def gift(asked: Credit, account: str) -> Transfer:
    """Return the transfer that gives a credit to an account."""
    return Transfer(
        id=transfer_id(asked.id),
        debit_account_id=house_account(asked.owner.brand, asked.currency, AccountCode.CREDITS),
        credit_account_id=account,
        amount=asked.amount,
        user_data_128=asked.id,
        user_data_64=fingerprint(asked),
        ledger=ledger_of(asked.currency),
        code=int(GIVEN_AS[asked.kind]),
    )


def never(asked: Credit) -> Transfer:
    """Return a transfer that fails for ever, so that a credit which has not come yet is never given."""
    return gift(asked, NOWHERE)


def expiry(account: Account, house: str, credit: str, at: datetime) -> Transfer:
    """Return the transfer that moves what is left of a credit back to the house.

    It moves nothing if a reservation has come before it. Its id follows from what the account has paid so far
    and from the time, so that a later one moves what that reservation gives back.
    """
    seen = f"{account.debits_posted} {at.isoformat()}".encode()
    return Transfer(
        id=f"{account.id}/expiry/{blake2b(seen, digest_size=10).hexdigest()}",
        debit_account_id=account.id,
        credit_account_id=house,
        amount=2**53 - 1,
        user_data_128=credit,
        ledger=account.ledger,
        code=int(TransferCode.EXPIRY),
        flags=int(TransferFlags.BALANCING_DEBIT),
    )


class WrittenCredit(Struct, frozen=True):
    """The transfer that decides on a credit.

    Attributes:
        account: The account that got it; "" if it failed.
        request: The fingerprint of what was asked for.
        failure: Why the id failed for ever; "" if it did not.
    """

    account: str
    request: int
    failure: str


class CreditRows:
    """Reads and writes the rows of credits."""

    def __init__(self, database: Database, credits_: Table, accounts: Table, transfers: Table) -> None:
        self._database, self._credits, self._accounts, self._transfers = (
            database,
            credits_,
            accounts,
            transfers,
        )

    async def written(self, credit: str) -> WrittenCredit | None:
        """Return the transfer that decides on a credit; None if there is none yet."""
        c = self._transfers.c
        mine = select(c.credit_account_id, c.user_data_64, c.failure).where(c.id == transfer_id(credit))
        async with self._database.read() as connection:
            row = (await connection.execute(mine)).first()
        return None if row is None else WrittenCredit(*row)

    async def owner_of(self, account: str) -> Owner | None:
        """Return whose an account is."""
        c = self._accounts.c
        mine = select(c.brand_id, c.customer_id).where(c.account_id == account)
        async with self._database.read() as connection:
            row = (await connection.execute(mine)).first()
        return None if row is None else Owner(*row)

    async def account(self, account: str) -> Row[Any] | None:
        """Return the row of a credit's account, with `expires_at` and `ended_at`."""
        mine = select(self._accounts).where(self._accounts.c.account_id == account)
        async with self._database.read() as connection:
            return (await connection.execute(mine)).first()

    async def ask_for(self, asked: Credit) -> Credit:
        """Note that a credit was asked for, unless it is noted; return what was asked for first."""
        row = {
            **_key(asked),
            "currency": asked.currency,
            "code": int(ACCOUNT_OF[asked.kind]),
            "amount": asked.amount,
            "product": asked.product and asked.product.value,
            "valid_days": asked.valid_days,
            "given_at": None,
        }
        async with self._database.write() as connection:
            await connection.execute(upsert(self._database.dialect, self._credits, [row]))
            first = select(self._credits).where(*self._is(asked))
            return _credit((await connection.execute(first)).one())

    async def note_given(self, asked: Credit, at: datetime) -> None:
        """Note when a credit was given, unless that is noted."""
        mine = update(self._credits).where(*self._is(asked), self._credits.c.given_at.is_(None))
        async with self._database.write() as connection:
            await connection.execute(mine.values(given_at=at))

    async def given_at(self, asked: Credit) -> datetime | None:
        """Return when a credit was given, if that is noted."""
        async with self._database.read() as connection:
            found: datetime | None = await connection.scalar(
                select(self._credits.c.given_at).where(*self._is(asked))
            )
        return found

    async def given_between(self, start: datetime, end: datetime, after: str) -> list[Credit]:
        """Return a page of the credits that were given in a time, by id."""
        c = self._credits.c
        page = (
            select(self._credits)
            .where(and_(c.given_at >= start, c.given_at < end, c.credit_id > after))
            .order_by(c.credit_id)
            .limit(PAGE)
        )
        async with self._database.read() as connection:
            return [_credit(row) for row in (await connection.execute(page)).all()]

    def _is(self, asked: Credit) -> Sequence[Any]:
        return [self._credits.c[name] == value for name, value in _key(asked).items()]


def _key(asked: Credit) -> dict[str, Any]:
    return {
        "brand_id": asked.owner.brand,
        "customer_id": asked.owner.customer,
        "credit_id": asked.id,
    }


def _credit(row: Row[Any]) -> Credit:
    return Credit(
        id=row.credit_id,
        owner=Owner(row.brand_id, row.customer_id),
        currency=row.currency,
        amount=row.amount,
        kind=KIND_OF[AccountCode(row.code)],
        product=row.product and Product(row.product),
        valid_days=row.valid_days,
    )


def expires_at(asked: Credit, at: datetime) -> datetime | None:
    """Return when a credit that is given at an instant expires."""
    if asked.kind is CreditKind.CASH or asked.valid_days is None:
        return None
    return at + timedelta(days=asked.valid_days)
