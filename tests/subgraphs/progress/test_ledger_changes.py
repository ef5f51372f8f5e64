"""What a changed bet adds to the totals of weeks, and which weeks have to be read again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.progress.counting.contribution import Bet, Contribution, WeekKey
from subgraphs.progress.counting.rules import ContributionReason, Verdict
from subgraphs.progress.ledger.changes import Change, total_changes, weeks_left

PLACED = datetime(2026, 3, 25, 14, tzinfo=UTC)
BET = Bet(
    status="placed",
    bet_type="single",
    product="betting",
    channel="sports",
    stake_minor=500,
    counting_stake_minor=500,
    currency="GBP",
    stake_source="cash",
    odds_milli=2500,
    placed_at=PLACED,
    brand="northbet",
    bet_id="b-1",
    customer="c-1",
    revision=1,
    occurred_at=PLACED,
)


def contribution(week: str = "2026-W13", minutes: int = 0, counted: int = 500) -> Contribution:
    """Return what the bet contributes to a week by a revision some minutes after its placing."""
    reason = ContributionReason.COUNTED if counted else ContributionReason.VOID
    bet = msgspec.structs.replace(BET, occurred_at=PLACED + timedelta(minutes=minutes))
    return Contribution(bet, week, Verdict(counted, reason))


CONTRIBUTIONS = st.builds(
    contribution,
    st.sampled_from(["2026-W13", "2026-W14"]),
    st.integers(-3, 3),
    st.sampled_from([0, 1, 500]),
)
CHANGES = st.lists(st.builds(Change, st.none() | CONTRIBUTIONS, CONTRIBUTIONS), max_size=6)


def sums(contributions: Sequence[Contribution]) -> dict[WeekKey, tuple[int, int]]:
    """Return the total and the number of counting bets of each week."""
    weeks: dict[WeekKey, tuple[int, int]] = {}
    for added in contributions:
        total, bets = weeks.get(added.customer_week, (0, 0))
        counted = added.verdict.counted_minor
        weeks[added.customer_week] = (total + counted, bets + (counted > 0))
    return weeks


@given(changes=CHANGES)
def test_the_changes_of_totals_are_the_difference_of_recounts(changes: list[Change]) -> None:
    """Amount and number of bets alike, for every week that a bet is or was in."""
    before = sums([change.before for change in changes if change.before is not None])
    after = sums([change.after for change in changes])
    assert {
        week: (change.total_minor, change.counted_bets) for week, change in total_changes(changes).items()
    } == {
        week: (after.get(week, (0, 0))[0] - was, after.get(week, (0, 0))[1] - bets)
        for week, (was, bets) in (dict.fromkeys(after, (0, 0)) | before).items()
    }


@given(changes=CHANGES)
def test_the_time_of_a_total_is_that_of_the_newest_message(changes: list[Change]) -> None:
    """The message that took something back included."""
    behind = [made for change in changes for made in (change.before, change.after) if made is not None]
    for week, change in total_changes(changes).items():
        assert change.as_of == max(made.bet.occurred_at for made in behind if made.customer_week == week)


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (None, contribution(), False),
        (contribution(), contribution(minutes=5), False),
        (contribution(), contribution(counted=0), False),
        (contribution(minutes=5), contribution(), True),
        (contribution(), contribution("2026-W14", 5), True),
    ],
    ids=["a new bet", "a later revision", "of the same time", "of an earlier time", "in another week"],
)
def test_a_week_is_read_again_only_if_its_newest_time_may_have_gone(
    before: Contribution | None, after: Contribution, *, left: bool
) -> None:
    """Most revisions are newer than what they replace, and cost no further statement."""
    assert weeks_left([Change(before, after)]) == ({("northbet", "c-1", "2026-W13")} if left else set())
