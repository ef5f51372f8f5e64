"""Random events cause no forbidden transition, no second credit, and none for ineligible customers."""

from hypothesis import given
from hypothesis import strategies as st

from subgraphs.fulfilment.errors import ForbiddenTransition
from subgraphs.fulfilment.state.state_machine import (
    PAID,
    STOPPED,
    TRANSITIONS,
    FulfilmentEvent,
    FulfilmentState,
    club_state,
    fulfilment_status,
    next_state,
)

events = st.lists(st.sampled_from(FulfilmentEvent), max_size=40)


def walk(sequence: list[FulfilmentEvent]) -> list[tuple[FulfilmentEvent, FulfilmentState]]:
    """Return the events that could happen, each with the state that it led to."""
    state, path = FulfilmentState.CONFIRMED, []
    for event in sequence:
        try:
            state = next_state(state, event)
        except ForbiddenTransition:
            continue
        path.append((event, state))
    return path


@given(events)
def test_a_reward_is_credited_once_at_most(sequence: list[FulfilmentEvent]) -> None:
    """In any sequence of events, at most one is a credit."""
    assert [event for event, _ in walk(sequence)].count(FulfilmentEvent.CREDITED) <= 1


@given(events)
def test_the_credited_was_sent_or_reviewed_before(sequence: list[FulfilmentEvent]) -> None:
    """A credit follows only on a reward that was recorded as sent, or that a person has looked at."""
    happened = [event for event, _ in walk(sequence)]
    if FulfilmentEvent.CREDITED in happened:
        before = set(happened[: happened.index(FulfilmentEvent.CREDITED)])
        assert before & {FulfilmentEvent.SENT, FulfilmentEvent.REVIEW_REQUESTED}


@given(events)
def test_the_ineligible_are_never_credited(sequence: list[FulfilmentEvent]) -> None:
    """No event leads out of a stopped state."""
    states = [state for _, state in walk(sequence)]
    for place, state in enumerate(states):
        if state in STOPPED:
            assert set(states[place:]) == {state}


@given(events)
def test_after_an_exclusion_nothing_is_sent(sequence: list[FulfilmentEvent]) -> None:
    """An excluded customer's reward is never sent, or sent again."""
    happened = [event for event, _ in walk(sequence)]
    if FulfilmentEvent.EXCLUDED in happened:
        later = happened[happened.index(FulfilmentEvent.EXCLUDED) :]
        assert FulfilmentEvent.SENT not in later
        assert FulfilmentEvent.RETRIED not in later


@given(events)
def test_what_is_paid_stays_paid(sequence: list[FulfilmentEvent]) -> None:
    """After the credit only use and expiry can follow, whatever else happens."""
    states = [state for _, state in walk(sequence)]
    paid = next((place for place, state in enumerate(states) if state in PAID), len(states))
    assert set(states[paid:]) <= PAID


def test_every_state_can_be_reached() -> None:
    """Every state of the diagram can be reached."""
    reached: set[FulfilmentState] = set()
    found = {FulfilmentState.CONFIRMED}
    while found - reached:
        state = (found - reached).pop()
        reached.add(state)
        found |= set(TRANSITIONS[state].values())
    assert reached == set(FulfilmentState)


def test_the_excluded_are_shown_nothing() -> None:
    """Ineligible customers see no reward, not even one in doubt."""
    for state in (FulfilmentState.EXCLUDING, FulfilmentState.INELIGIBLE):
        assert (club_state(state), fulfilment_status(state)) == ("INELIGIBLE", None)
