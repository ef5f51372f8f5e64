"""Which version of a scheme a week is played by, and how far along a week is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.club_kit.domain.schemes import Scheme, WeekState, scheme_of_week
from subgraphs.club_kit.domain.weeks import week_named
from tests.support.subgraphs.club_samples import LONG_AGO, make_scheme

WEEK = week_named("2026-W13", "Europe/London")
HOUR = timedelta(hours=1)
MOMENTS = st.sampled_from([WEEK.starts_at + offset * HOUR for offset in (-500, -1, 0, 1, 100, 500)])
VERSIONS = st.lists(
    st.builds(make_scheme, version=st.integers(1, 9), effective_from=MOMENTS, issued_at=MOMENTS),
    unique_by=lambda scheme: scheme.version,
    max_size=6,
)


def version_of(*schemes: Scheme) -> int | None:
    """The version that the week is played by."""
    chosen = scheme_of_week(schemes, WEEK)
    return chosen.version if chosen else None


def test_the_newest_version_in_force_at_the_start_holds() -> None:
    """Of the versions effective and issued when the week starts, the newest holds."""
    old, new = make_scheme(version=1), make_scheme(version=2, effective_from=WEEK.starts_at)
    assert version_of(old, new) == 2


def test_a_version_of_a_later_week_does_not_hold_yet() -> None:
    """A version that takes effect a moment after the start waits for the next week."""
    later = make_scheme(version=2, effective_from=WEEK.starts_at + timedelta(microseconds=1))
    assert version_of(make_scheme(version=1), later) == 1


def test_a_version_issued_in_mid_week_does_not_change_that_week() -> None:
    """A version issued after the start leaves the week as it was, however early it says it is effective."""
    issued_late = make_scheme(version=2, effective_from=LONG_AGO, issued_at=WEEK.starts_at + HOUR)
    assert version_of(make_scheme(version=1), issued_late) == 1


def test_a_version_issued_in_mid_week_holds_in_the_next_week() -> None:
    """What was issued during a week holds from the next one on."""
    issued_late = make_scheme(version=2, issued_at=WEEK.starts_at + HOUR)
    next_week = week_named("2026-W14", "Europe/London")
    assert scheme_of_week([make_scheme(version=1), issued_late], next_week) == issued_late


def test_a_club_set_up_in_mid_week_is_played_by_its_first_version() -> None:
    """Where no version was there at the start, the oldest holds, so that a later one changes nothing."""
    first = make_scheme(version=1, issued_at=WEEK.starts_at + HOUR)
    second = make_scheme(version=2, issued_at=WEEK.starts_at + 2 * HOUR)
    assert version_of(second, first) == 1


def test_without_versions_there_is_none() -> None:
    """No scheme comes from nothing."""
    assert version_of() is None


@given(versions=VERSIONS, data=st.data())
def test_the_order_of_arrival_does_not_matter(versions: list[Scheme], data: st.DataObject) -> None:
    """Any order of the same versions gives the same one."""
    shuffled = data.draw(st.permutations(versions))
    assert scheme_of_week(shuffled, WEEK) == scheme_of_week(versions, WEEK)


@given(versions=VERSIONS, late=st.builds(make_scheme, version=st.integers(10, 12), effective_from=MOMENTS))
def test_no_later_issue_changes_a_week_that_has_begun(versions: list[Scheme], late: Scheme) -> None:
    """Adding a version issued after the start never changes a week that had a version."""
    before = scheme_of_week(versions, WEEK)
    issued = make_scheme(
        version=late.version, effective_from=late.effective_from, issued_at=WEEK.starts_at + HOUR
    )
    after = scheme_of_week([*versions, issued], WEEK)
    assert after == (before or issued)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (WEEK.ends_at - timedelta(microseconds=1), WeekState.OPEN),
        (WEEK.ends_at, WeekState.PROVISIONAL),
        (WEEK.ends_at + timedelta(hours=12) - timedelta(microseconds=1), WeekState.PROVISIONAL),
        (WEEK.ends_at + timedelta(hours=12), WeekState.CLOSED),
        (datetime(2026, 3, 20, tzinfo=UTC), WeekState.OPEN),
    ],
)
def test_a_week_is_open_then_provisional_then_closed(now: datetime, state: WeekState) -> None:
    """A week is open to its end, provisional while grace lasts, then closed; a bound is the later's."""
    assert make_scheme(grace_minutes=720).state_of(WEEK, now) is state


def test_the_choice_locks_before_the_week_ends() -> None:
    """The lock is the scheme's number of minutes before the end."""
    assert make_scheme(choice_lock_minutes=90).locks_at(WEEK) == WEEK.ends_at - timedelta(minutes=90)
