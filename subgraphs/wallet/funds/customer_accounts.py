"""Which accounts of the ledger are a customer's; the ledger itself knows no customers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

import structlog
from msgspec import Struct
from sqlalchemy import Column, Index, Integer, MetaData, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from foundation.storage.cells.pseudonym import is_pseudonym
from foundation.storage.columns import Identifier, UtcDateTime
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.wallet.funds.codes import HOUSE, AccountCode, house_account, ledger_of
from subgraphs.wallet.ledger.accounts import Account, AccountFlags, CreateAccountStatus
from subgraphs.wallet.ledger.ledger import Ledger

log = structlog.get_logger(__name__)
NOT_BELOW_ZERO: Final = int(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS | AccountFlags.HISTORY)
"""A customer's account never owes anything, and keeps its balances."""

OPENED: Final = {CreateAccountStatus.CREATED, CreateAccountStatus.EXISTS}


class CustomerAccount(Struct, frozen=True):
    """An account of a customer.

    Attributes:
        id: Of the account in the ledger: opaque, so that it may stay after an erasure.
        currency: ISO 4217's alphabetic code.
        code: What it is for.
        credit: The id of the club's credit; "" for cash.
        expires_at: When what is left of a credit goes back to the house; None if never.
        product: The only product whose stakes a credit pays; None for all.
    """

    id: str
    currency: str
    code: AccountCode
    credit: str
    expires_at: datetime | None
    product: Product | None = None

    def pays(self, product: Product, at: datetime) -> bool:
        """Return whether it pays stakes of a product at an instant."""
        is_alive = self.expires_at is None or at < self.expires_at
        return is_alive and self.product in {None, product}


def customer_account_table(metadata: MetaData) -> Table:
    """Declare the table of customers' accounts: which one is for what.

    `ended_at`: when nothing was left of an expired credit; null before, and again once a stake comes back.
    """
    return Table(
        "customer_account",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
        Column("currency", Identifier(3), primary_key=True),
        Column("code", Integer, primary_key=True, autoincrement=False),
        Column("credit", Identifier(64), primary_key=True),
        Column("account_id", Identifier(64), nullable=False, unique=True),
        Column("expires_at", UtcDateTime, nullable=True),
        Column("opened_at", UtcDateTime, nullable=False),
        Column("product", Identifier(16), nullable=True),
        Column("ended_at", UtcDateTime, nullable=True),
        Index("customer_account_by_expiry", "ended_at", "expires_at"),
    )


class CustomerAccounts:
    """Opens and finds customers' accounts, and the house's beside them."""

    def __init__(self, database: Database, table: Table, ledger: Ledger) -> None:
        self._database, self._table, self._ledger = database, table, ledger
        self._houses: set[tuple[str, str]] = set()

    async def of(self, owner: Owner) -> list[CustomerAccount]:
        """Return a customer's accounts: cash first, then credits, the earliest to expire first."""
        c = self._table.c
        mine = select(self._table).where(c.brand_id == owner.brand, c.customer_id == owner.customer)
        async with self._database.read() as connection:
            rows = (await connection.execute(mine)).all()
        accounts = [
            CustomerAccount(
                row.account_id,
                row.currency,
                AccountCode(row.code),
                row.credit,
                row.expires_at,
                row.product and Product(row.product),
            )
            for row in rows
        ]
        return sorted(accounts, key=_order)

    async def of_transfers(self, ids: Sequence[str]) -> list[Owner]:
        """Return whose money some transfers take."""
        if not ids:
            return []
        c = self._table.c
        accounts = {transfer.debit_account_id for transfer in await self._ledger.lookup_transfers(ids)}
        query = select(c.brand_id, c.customer_id).distinct().where(c.account_id.in_(accounts))
        async with self._database.read() as connection:
            return [Owner(*row) for row in await connection.execute(query)]

    async def of_erased(self, brand: str, account_id: str) -> list[CustomerAccount]:
        """Return the accounts of the erased customer who has an account; none if nobody erased has it."""
        c = self._table.c
        whose = select(c.customer_id).where(c.account_id == account_id, c.brand_id == brand)
        async with self._database.read() as connection:
            customer: str | None = await connection.scalar(whose)
        if customer is None or not is_pseudonym(customer):
            return []
        return await self.of(Owner(brand, customer))

    async def prolong(self, account: str, expires_at: datetime | None) -> None:
        """Let a credit expire at another time, before it is given."""
        await self._change([account], expires_at=expires_at, ended_at=None)

    async def reopen(self, accounts: Iterable[str]) -> None:
        """Note that something has come back to credits, which may have expired since."""
        await self._change(accounts, ended_at=None)

    async def _change(self, accounts: Iterable[str], **columns: object) -> None:
        ids = sorted(accounts)
        mine = update(self._table).where(self._table.c.account_id.in_(ids)).values(columns)
        async with self._database.write() as connection:
            await connection.execute(mine)

    async def open_cash(self, owner: Owner, currency: str, at: datetime) -> str:
        """Return a customer's account for cash, opened if it is not there yet.

        Raises:
            ValueError: No such currency.
        """
        await self.open_house(owner.brand, currency)
        return await self._open(owner, CustomerAccount("", currency, AccountCode.CASH, "", None), at)

    async def open_credit(self, owner: Owner, wanted: CustomerAccount, at: datetime) -> str:
        """Return a customer's account for a credit of the club, opened if it is not there yet; cash, too.

        Args:
            owner: The customer.
            wanted: The account, without its id.
            at: Now.

        Raises:
            ValueError: No such currency.
        """
        await self.open_cash(owner, wanted.currency, at)
        return await self._open(owner, wanted, at)

    async def open_house(self, brand: str, currency: str) -> None:
        """Open the house's accounts of a brand and currency, once in a process."""
        if (brand, currency) in self._houses:
            return
        ledger = ledger_of(currency)
        await self._create(
            [
                Account(id=house_account(brand, currency, code), ledger=ledger, code=int(code))
                for code in HOUSE
            ]
        )
        self._houses.add((brand, currency))

    async def _open(self, owner: Owner, wanted: CustomerAccount, at: datetime) -> str:
        key = {
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "currency": wanted.currency,
            "code": int(wanted.code),
            "credit": wanted.credit,
        }
        found = await self._found(key)
        if found is None:
            values = {
                "account_id": uuid4().hex,
                "expires_at": wanted.expires_at,
                "opened_at": at,
                "product": wanted.product and wanted.product.value,
            }
            try:
                async with self._database.write() as connection:
                    await connection.execute(insert(self._table).values(key | values))
            except IntegrityError:  # opened at the same moment
                log.debug("account_opened_meanwhile", brand=owner.brand)
            found = await self._found(key)
        if found is None:
            raise RuntimeError("an account that was just opened is not there")
        # Whoever was interrupted in between is made up for.
        ledger = ledger_of(wanted.currency)
        await self._create([Account(id=found, ledger=ledger, code=int(wanted.code), flags=NOT_BELOW_ZERO)])
        return found

    async def _found(self, key: dict[str, object]) -> str | None:
        mine = (self._table.c[name] == value for name, value in key.items())
        async with self._database.read() as connection:
            found: str | None = await connection.scalar(select(self._table.c.account_id).where(*mine))
        return found

    async def _create(self, accounts: list[Account]) -> None:
        results = await self._ledger.create_accounts(accounts)
        if wrong := [result.status for result in results if result.status not in OPENED]:
            raise RuntimeError(f"an account cannot be opened: {wrong[0].value}")


def _order(account: CustomerAccount) -> tuple[bool, bool, datetime | str, str]:
    return (
        account.code is not AccountCode.CASH,
        account.expires_at is None,
        account.expires_at or "",
        account.id,
    )
