"""How a week's total compares with the target."""

from hypothesis import given
from hypothesis import strategies as st

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.progress.repository import Total
from subgraphs.progress.service import ClubProgress
from tests.support.subgraphs.club_samples import NOW, WEEK, make_scheme

AMOUNTS = st.integers(0, 10**10)
TARGETS = st.integers(1, 2**31 - 1)


def progress(staked: int | None, target: int) -> ClubProgress:
    """The progress of a week with a total, or with no bet at all."""
    total = None if staked is None else Total(staked, 1, NOW)
    week = week_named(WEEK, "Europe/London")
    key, scheme = ClubKey("northbet", WEEK, "c-1"), make_scheme(target_minor=target)
    return ClubProgress.of(key, week, scheme, "en-GB", total)


@given(staked=AMOUNTS, target=TARGETS)
def test_a_hundred_percent_means_that_the_target_is_reached(staked: int, target: int) -> None:
    """100 is shown exactly when the target is reached, and what is missing is then nothing."""
    found = progress(staked, target)
    assert (found.percent == 100) == found.qualified == (staked >= target) == (found.remaining_minor == 0)


@given(staked=AMOUNTS, target=TARGETS)
def test_percent_is_rounded_down(staked: int, target: int) -> None:
    """The share is the greatest whole percentage that is really reached, from 0 to 100."""
    percent = progress(staked, target).percent
    assert 0 <= percent <= 100
    assert percent * target <= staked * 100
    assert percent == 100 or (percent + 1) * target > staked * 100


@given(staked=AMOUNTS, target=TARGETS)
def test_what_is_staked_and_what_is_missing_make_the_target(staked: int, target: int) -> None:
    """Below the target both parts add up to it; above, the total is shown whole."""
    found = progress(staked, target)
    assert found.staked_minor == staked
    assert found.staked_minor + found.remaining_minor == max(staked, target)


def test_before_the_first_bet_all_is_zero() -> None:
    """Without any message there are zeros, and no time of the newest one."""
    found = progress(None, 2500)
    assert (found.staked_minor, found.counted_bets, found.percent, found.qualified) == (0, 0, 0, False)
    assert (found.remaining_minor, found.as_of) == (2500, None)
