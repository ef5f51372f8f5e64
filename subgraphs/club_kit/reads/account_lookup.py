"""The lookup of customers' accounts."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.key_lookup import OWNER, KeyLookup, Row

ACCOUNT: Final = ("jurisdiction", "currency", "status", "verified", "rg_state", "promo_restricted")
"""The account columns in the order of an `Account`'s fields."""


def account_lookup(tables: ReferenceTables) -> KeyLookup[Owner, Account | None]:
    """Return the lookup of a customer's account; it finds None if the account is unknown."""
    return KeyLookup(tables.account, OWNER, ACCOUNT, _account)


def _account(rows: Sequence[Row]) -> Account | None:
    return _known_account(*rows[0]) if rows else None


@lru_cache(maxsize=1024)
def _known_account(*values: str | bool) -> Account:
    """Share accounts: they differ in few columns, so most customers have an equal one."""
    return Account(*values)  # type: ignore[arg-type] # in the order of the columns
