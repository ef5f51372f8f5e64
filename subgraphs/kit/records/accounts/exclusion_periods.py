"""Exclusion periods: when a customer could not take part. At the end of a week this is final.

At any instant, an account has the state of the highest revision that was effective by then. So revisions may
arrive in any order: a late, old one counts for the time in which it was in force, and one that was superseded
before its effective time never counts. Before the first known revision, nobody is excluded.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from subgraphs.kit.domain.accounts import IneligibleReason, ineligible_reason
from subgraphs.kit.domain.schemes import Brand, currencies_in
from subgraphs.kit.records.accounts.account_history import AccountChange


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
    found: list[ExclusionPeriod] = []
    until: datetime | None = None
    for change in sorted(changes, key=lambda change: -change.revision):
        account = change.account
        currencies = currencies_in(account.jurisdiction, served)
        reason = ineligible_reason(account, brand, currencies=currencies)
        if reason is not None and (until is None or change.at < until):
            found.append(ExclusionPeriod(reason, change.at, until))
        until = change.at if until is None else min(until, change.at)
    return tuple(reversed(found))


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
