"""Point reads over tables that every subgraph has: accounts, and changes under way."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from sqlalchemy import Table

from subgraphs.kit.domain.accounts import Account
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.key_lookup import KeyLookup, Row
from subgraphs.kit.records.tables import ReferenceTables

OWNER: Final = ("brand_id", "customer_id")
ACCOUNT: Final = ("jurisdiction", "currency", "status", "verified", "rg_state", "promo_restricted")
"""In the order of an `Account`."""


def account_lookup(tables: ReferenceTables) -> KeyLookup[Owner, Account | None]:
    """A customer's account; None for one who is not known."""
    return KeyLookup(tables.account, OWNER, ACCOUNT, _account)


def pending_lookup(intents: Table) -> KeyLookup[Owner, bool]:
    """Whether a customer has a change under way."""
    return KeyLookup(intents, OWNER, (), bool, where=intents.c.slot.is_not(None))


def _account(rows: Sequence[Row]) -> Account | None:
    return _known_account(*rows[0]) if rows else None


@lru_cache(maxsize=1024)
def _known_account(*values: str | bool) -> Account:
    """Accounts differ in little, so most customers share one."""
    return Account(*values)  # type: ignore[arg-type] # in the order of the columns
