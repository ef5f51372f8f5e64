"""The history of accounts: every revision, and the periods of exclusion that follow from it.

At any instant, an account has the state of the highest revision that was effective by then. So revisions may
arrive in any order: a late, old one counts for the time in which it was in force, and one that was superseded
before its effective time never counts. Before the first known revision, nobody is excluded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import MultiRow, few_at_once
from subgraphs.club_kit.domain.accounts import Account, IneligibleReason, ineligible_reason
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.domain.schemes import Brand, currencies_in
from subgraphs.kit.domain.keys import Owner


class AccountChange(NamedTuple):
    """An account at a revision, and the instant from which it applied."""

    revision: int
    account: Account
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountHistory:
    """Reads and writes revisions. Neither order of arrival nor repetition matters."""

    table: Table

    async def remember(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store revisions, including superseded ones; of equal ones, the first stays.

        Args:
            connection: The connection of the transaction that has just stored the accounts: whoever has read
                and locked an account also has all of its revisions.
            rows: Rows with the columns of the account table.
        """
        names = [column.name for column in self.table.columns]
        key = [column.name for column in self.table.primary_key]
        first = {tuple(row[name] for name in key): row for row in reversed(rows)}
        statement = MultiRow.into(connection.dialect.name, self.table)
        await statement.execute(connection, [[first[key][name] for name in names] for key in sorted(first)])

    async def of_owners(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, tuple[AccountChange, ...]]:
        """Return all revisions of accounts, lowest first; unknown customers are absent."""
        c = self.table.c
        by_owner: dict[Owner, list[AccountChange]] = {}
        for brand, customers in few_at_once(owners):
            rows = await connection.execute(
                select(self.table)
                .where(c.brand_id == brand, c.customer_id.in_(customers))
                .order_by(c.customer_id, c.revision)
            )
            for row in rows:
                by_owner.setdefault(Owner(brand, row.customer_id), []).append(_change(row))
        return {owner: tuple(changes) for owner, changes in by_owner.items()}


def _change(row: Any) -> AccountChange:
    account = Account(
        jurisdiction=row.jurisdiction,
        currency=row.currency,
        status=row.status,
        verified=row.verified,
        rg_state=row.rg_state,
        promo_restricted=row.promo_restricted,
    )
    return AccountChange(row.revision, account, row.occurred_at)


class ExclusionPeriod(NamedTuple):
    """A time in which a customer could not take part; `until` is None while it lasts."""

    reason: IneligibleReason
    since: datetime
    until: datetime | None


def exclusion_periods_of(
    changes: Sequence[AccountChange], brand: Brand, served: Collection[tuple[str, str]]
) -> tuple[ExclusionPeriod, ...]:
    """Return the times in which a customer could not take part.

    Args:
        changes: All known revisions of the account, in any order.
        brand: The customer's brand.
        served: The jurisdictions and currencies for which the brand has a scheme.
    """
    periods: list[ExclusionPeriod] = []
    until: datetime | None = None
    for change in sorted(changes, key=lambda change: -change.revision):
        account = change.account
        currencies = currencies_in(account.jurisdiction, served)
        reason = ineligible_reason(account, brand, currencies=currencies)
        if reason is not None and (until is None or change.at < until):
            periods.append(ExclusionPeriod(reason, change.at, until))
        until = change.at if until is None else min(until, change.at)
    return tuple(reversed(periods))


def chosen_periods(chosen: Iterable[ChosenExclusion], product: str | None) -> tuple[ExclusionPeriod, ...]:
    """Return the times in which a customer had chosen not to take part in what is of a product."""
    stopping = (exclusion for exclusion in chosen if exclusion.stops(product))
    return tuple(
        ExclusionPeriod(exclusion.reason, exclusion.since, exclusion.until) for exclusion in stopping
    )


def excluded_at(
    periods: Iterable[ExclusionPeriod], start: datetime, end: datetime | None = None
) -> IneligibleReason | None:
    """Return why a customer was excluded at an instant or later; None if never.

    Args:
        periods: The customer's exclusion periods.
        start: The instant.
        end: Periods that begin after `start` count only if they begin before it; None: all of them count.
    """
    for period in sorted(periods, key=lambda period: period.since):
        lasted = period.until is None or period.until > start
        if lasted and (period.since <= start or end is None or period.since < end):
            return period.reason
    return None
