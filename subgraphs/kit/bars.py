"""Who could not take part when a week was over: that is final, even if the reason has passed since.

At any instant an account is what the highest of those revisions says whose instant had come by then. So the
order in which revisions arrive does not matter, an old one that is late counts for the time in which it was
in force, and one that was overtaken before it began counts never. What was before the first revision that is
known bars nobody.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from subgraphs.kit.account_history import AccountChange
from subgraphs.kit.accounts import IneligibleReason, ineligible_reason
from subgraphs.kit.schemes import Brand, currencies_in


class Bar(NamedTuple):
    """A time in which a customer could not take part; `until` is None where it has not ended."""

    reason: IneligibleReason
    since: datetime
    until: datetime | None


def bars_of(
    changes: Sequence[AccountChange], brand: Brand, served: Collection[tuple[str, str]]
) -> tuple[Bar, ...]:
    """The times in which a customer could not take part, by their revisions.

    Args:
        changes: all that are known, in any order.
        brand: the customer's.
        served: jurisdictions and currencies for which the brand has a scheme.
    """
    found: list[Bar] = []
    until: datetime | None = None
    for change in sorted(changes, key=lambda change: -change.revision):
        account = change.account
        currencies = currencies_in(account.jurisdiction, served)
        reason = ineligible_reason(account, brand, currencies=currencies)
        if reason is not None and (until is None or change.at < until):
            found.append(Bar(reason, change.at, until))
        until = change.at if until is None else min(until, change.at)
    return tuple(reversed(found))


def barred(bars: Iterable[Bar], start: datetime, end: datetime | None = None) -> IneligibleReason | None:
    """Why a customer could not take part at an instant, or at a later one; None where they could.

    Args:
        bars: of the customer.
        start: the instant.
        end: before which a bar must have begun that was not there at the instant; None for any.
    """
    for bar in sorted(bars, key=lambda bar: bar.since):
        lasted = bar.until is None or bar.until > start
        if lasted and (bar.since <= start or end is None or bar.since < end):
            return bar.reason
    return None
