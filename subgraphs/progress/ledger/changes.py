"""Contributions before and after, and what their difference adds to the totals of weeks."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from subgraphs.progress.counting.contribution import LATE_REASON, Contribution, WeekKey


class Change(msgspec.Struct, frozen=True, gc=False):
    """A contribution before and after; `before` is None for a new bet."""

    before: Contribution | None
    after: Contribution

    @property
    def concerns_late_revisions(self) -> bool:
        """Return whether a revision happened after its week's end, so that the bet has or had other rows."""
        before, after = self.before, self.after
        return bool(
            after.kept
            or after.verdict.reason is LATE_REASON
            or (before is not None and (before.kept or before.verdict.reason is LATE_REASON))
        )


class TotalChange(msgspec.Struct, gc=False):
    """The change of the total of a customer's week, summed up bet by bet.

    Attributes:
        as_of: Event time of the newest message behind the change.
        total_minor: Added to the total, in minor units; may be negative.
        counted_bets: Added to the number of bets that count; may be negative.
    """

    as_of: datetime
    total_minor: int = 0
    counted_bets: int = 0


def total_changes(changes: Sequence[Change]) -> dict[WeekKey, TotalChange]:
    """Return what changed contributions add to the totals of weeks."""
    totals: dict[WeekKey, TotalChange] = {}
    _add_to(totals, [change.before for change in changes if change.before is not None], -1)
    _add_to(totals, [change.after for change in changes], 1)
    return totals


def _add_to(totals: dict[WeekKey, TotalChange], contributions: Iterable[Contribution], sign: int) -> None:
    for contribution in contributions:
        bet, counted = contribution.bet, contribution.verdict.counted_minor
        occurred_at, week = bet.occurred_at, (bet.brand, bet.customer, contribution.iso_week)
        total = totals.get(week)
        if total is None:
            total = totals[week] = TotalChange(occurred_at)
        elif occurred_at > total.as_of:
            total.as_of = occurred_at
        if counted:
            total.total_minor += sign * counted
            total.counted_bets += sign


def weeks_left(changes: Iterable[Change]) -> set[WeekKey]:
    """Return the weeks whose newest event time may be earlier now.

    That is so if a bet has left the week, or its revision in force now has an earlier time.
    """
    return {
        change.before.customer_week
        for change in changes
        if change.before is not None
        and (
            change.before.customer_week != change.after.customer_week
            or change.before.bet.occurred_at > change.after.bet.occurred_at
        )
    }
