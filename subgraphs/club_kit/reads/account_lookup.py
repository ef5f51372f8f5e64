"""The lookups of customers' accounts, and of what beside them decides whether a customer may take part."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

from foundation.dependencies import uncover
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.exclusions import ChosenExclusion, account_in_force, may_change
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.key_lookup import OWNER, KeyLookup, Row

ACCOUNT: Final = ("jurisdiction", "currency", "status", "verified", "rg_state", "promo_restricted")
"""The account columns in the order of an `Account`'s fields."""

CHOSEN: Final = ("kind", "product", "since", "ends_at")


class KnownCustomer(msgspec.Struct, frozen=True, gc=False):
    """What is stored of a customer.

    Attributes:
        account: As its newest message says it; None if none has arrived.
        exclusions: What the customer chose in the wallet.
    """

    account: Account | None
    exclusions: tuple[ChosenExclusion, ...]

    def account_at(self, unknown: Account, at: datetime) -> Account:
        """Return the account as it counts at an instant; see `in_force`."""
        return in_force(self.account or unknown, self.exclusions, at)


def in_force(account: Account, exclusions: Sequence[ChosenExclusion], at: datetime) -> Account:
    """Return the account as it counts at an instant; no answer is kept that depends on a later one."""
    if not exclusions:
        return account
    if may_change(exclusions, at):
        uncover()
    return account_in_force(account, exclusions, at)


def account_lookup(tables: ReferenceTables) -> KeyLookup[Owner, Account | None]:
    """Return the lookup of a customer's account; it finds None if the account is unknown."""
    return KeyLookup(tables.account, OWNER, ACCOUNT, _account)


def exclusion_lookup(tables: ReferenceTables) -> KeyLookup[Owner, tuple[ChosenExclusion, ...]]:
    """Return the lookup of what a customer chose in the wallet."""
    return KeyLookup(tables.exclusion, OWNER, CHOSEN, _exclusions)


def _exclusions(rows: Sequence[Row]) -> tuple[ChosenExclusion, ...]:
    return tuple(
        ChosenExclusion(kind, product or None, since, until) for kind, product, since, until in sorted(rows)
    )


def _account(rows: Sequence[Row]) -> Account | None:
    return _known_account(*rows[0]) if rows else None


@lru_cache(maxsize=1024)
def _known_account(*values: str | bool) -> Account:
    """Share accounts: they differ in few columns, so most customers have an equal one."""
    return Account(*values)  # type: ignore[arg-type] # in the order of the columns
