"""The state that a customer sees: every combination of the facts that it follows from."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.club_kit.domain.schemes import WeekState
from subgraphs.progress.qualification.club_state import ClubState, StateFacts, club_state

BOOLEANS = st.booleans()
STANDINGS = st.builds(StateFacts, BOOLEANS, st.sampled_from(WeekState), BOOLEANS, BOOLEANS, BOOLEANS)
N, T, Q = ClubState.NOT_OPTED_IN, ClubState.TRACKING, ClubState.QUALIFIED
C, M = ClubState.CONFIRMED, ClubState.MISSED
RUNNING = {
    # (opted in, reached, reached when leaving): while the week runs, once it is closed
    (False, False, False): (N, N),
    (False, True, False): (N, N),
    (False, True, True): (Q, C),
    (True, False, False): (T, M),
    (True, True, False): (Q, C),
}


@pytest.mark.parametrize(("facts", "states"), RUNNING.items(), ids=str)
def test_membership_and_total_make_the_state(
    facts: tuple[bool, bool, bool], states: tuple[ClubState, ClubState]
) -> None:
    """Members track or have qualified; leavers keep what they reached; closing confirms or misses."""
    running, closed = states
    assert club_state(StateFacts(True, WeekState.OPEN, *facts)) is running
    assert club_state(StateFacts(True, WeekState.PROVISIONAL, *facts)) is running
    assert club_state(StateFacts(True, WeekState.CLOSED, *facts)) is closed


def test_whoever_may_not_take_part_is_ineligible_whatever_else_holds() -> None:
    """No combination of week, membership and total hides that a customer is ineligible."""
    for week, *facts in product(WeekState, (False, True), (False, True), (False, True)):
        assert club_state(StateFacts(False, week, *facts)) is ClubState.INELIGIBLE


@given(standing=STANDINGS)
def test_ineligible_says_exactly_that(standing: StateFacts) -> None:
    """A customer is shown as ineligible if and only if they are."""
    assert (club_state(standing) is ClubState.INELIGIBLE) == (not standing.eligible)


@given(standing=STANDINGS)
def test_only_a_closed_week_is_decided(standing: StateFacts) -> None:
    """CONFIRMED and MISSED come with the close of the week, and TRACKING and QUALIFIED never after it."""
    state = club_state(standing)
    if state in {C, M}:
        assert standing.week is WeekState.CLOSED
    if state in {T, Q}:
        assert standing.week is not WeekState.CLOSED


@given(standing=STANDINGS)
def test_what_is_not_there_yet_is_never_shown(standing: StateFacts) -> None:
    """Before rewards are paid, no state mentions payment."""
    assert club_state(standing) in {N, T, Q, C, M, ClubState.INELIGIBLE}
