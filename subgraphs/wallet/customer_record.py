"""What is stored of a customer's money and limits, read for many customers by one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec import Struct
from sqlalchemy import Table

from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.reads.account_lookup import account_lookup, exclusion_lookup
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.reads.key_lookup import OWNER, KeyLookup, LookupPart, Row
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.ledger.tables import LedgerTables
from subgraphs.wallet.limits.breaks import Break
from subgraphs.wallet.limits.limit import Limit
from subgraphs.wallet.limits.prompts import Prompted
from subgraphs.wallet.limits.records import PROMPTED, break_of, limit_of
from subgraphs.wallet.limits.tables import LimitTables

V = TypeVar("V")
CREDITS: Final = frozenset({AccountCode.BONUS, AccountCode.FREE_BET})
"""What accounts for credits of the club are for."""


class HeldAccount(Struct, frozen=True, gc=False):
    """An account of a customer with its sums, in minor units of its currency.

    Attributes:
        id: Of the account in the ledger.
        credit: The id of the club's credit; "" for cash.
        expires_at: When what is left of a credit goes back to the house; None if never.
        product: The only product whose stakes a credit pays; None for all.
    """

    id: str
    currency: str
    code: AccountCode
    credit: str
    expires_at: datetime | None
    credits_posted: int
    debits_posted: int
    debits_pending: int
    product: Product | None = None

    @property
    def available(self) -> int:
        """Return what the customer may use now."""
        return self.credits_posted - self.debits_posted - self.debits_pending

    def is_credit(self, at: datetime) -> bool:
        """Return whether it is a credit of the club that has not expired."""
        return self.code in CREDITS and (self.expires_at is None or at < self.expires_at)


class CustomerRecord(Struct, frozen=True, gc=False):
    """The stored data of a customer.

    Attributes:
        account: What the newest account message says; None if none has come.
        accounts: The ledger's accounts that are the customer's.
        limits: Also with raises that have lapsed.
        breaks: Also those that have ended.
        prompted: What was asked and done; None if the customer was never known here.
        told: What the wallet's own messages say that the customer has chosen.
    """

    account: Account | None
    accounts: tuple[HeldAccount, ...]
    limits: tuple[Limit, ...]
    breaks: tuple[Break, ...]
    prompted: Prompted | None
    told: tuple[ChosenExclusion, ...]


def record_parts(
    reference: ReferenceTables, customer_account: Table, ledger: LedgerTables, limits: LimitTables
) -> tuple[LookupPart[Owner], ...]:
    """Return the lookups of which a `CustomerRecord` is made, in its order."""
    return (
        LookupPart(account_lookup(reference)),
        LookupPart(_held_accounts(customer_account, ledger.account)),
        LookupPart(_rows_of(limits.limit, limit_of)),
        LookupPart(_rows_of(limits.chosen_break, break_of)),
        LookupPart(KeyLookup(limits.holder, OWNER, PROMPTED, _prompted)),
        LookupPart(exclusion_lookup(reference)),
    )


def _held_accounts(table: Table, ledger_account: Table) -> KeyLookup[Owner, tuple[HeldAccount, ...]]:
    columns = HeldAccount.__struct_fields__[1:]  # the first one has another name in the table
    on = ledger_account.c.id == table.c.account_id
    return KeyLookup(table, OWNER, ("account_id", *columns), _held, joined=ledger_account, on=on)


def _held(rows: Sequence[Row]) -> tuple[HeldAccount, ...]:
    return tuple(
        HeldAccount(
            row[0],
            row[1],
            AccountCode(row[2]),
            row[3],
            row[4],
            int(row[5]),
            int(row[6]),
            int(row[7]),
            row[8] and Product(row[8]),
        )
        for row in sorted(rows)
    )


def _rows_of(table: Table, value_of: Any) -> KeyLookup[Owner, tuple[Any, ...]]:
    """Return the lookup of all rows of a customer, in the order of the primary key."""
    names = tuple(column.name for column in table.columns if column.name not in OWNER)

    def build(rows: Sequence[Row]) -> tuple[Any, ...]:
        return tuple(value_of(dict(zip(names, row, strict=True))) for row in rows)

    return KeyLookup(table, OWNER, names, build)


def _prompted(rows: Sequence[Row]) -> Prompted | None:
    if not rows:
        return None
    values = dict(zip(PROMPTED, rows[0], strict=True))
    return Prompted(**{**values, "deposited": bool(values["deposited"])})
