"""Point reads over tables that every subgraph has: accounts, and changes under way."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from sqlalchemy import Table

from subgraphs.kit.accounts import Account
from subgraphs.kit.owners import Owner
from subgraphs.kit.points import PointRead, Row
from subgraphs.kit.tables import ReferenceTables

OWNER: Final = ("brand_id", "customer_id")
ACCOUNT: Final = ("jurisdiction", "currency", "status", "verified", "rg_state", "promo_restricted")
"""In the order of an `Account`."""


def account_point(tables: ReferenceTables) -> PointRead[Owner, Account | None]:
    """A customer's account; None for one who is not known."""
    return PointRead(tables.account, OWNER, ACCOUNT, _account)


def pending_point(intents: Table) -> PointRead[Owner, bool]:
    """Whether a customer has a change under way."""
    return PointRead(intents, OWNER, (), bool, where=intents.c.slot.is_not(None))


def _account(rows: Sequence[Row]) -> Account | None:
    return _known_account(*rows[0]) if rows else None


@lru_cache(maxsize=1024)
def _known_account(*values: str | bool) -> Account:
    """Accounts differ in little, so most customers share one."""
    return Account(*values)  # type: ignore[arg-type] # in the order of the columns
