"""Crowds: what holds of any offers and any decisions about them, right or wrong."""

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from subgraphs.events.matching import Decisions, Matching, OfferKey, matched
from subgraphs.events.matching.offers import rules_of

from .offers import groups
from .worlds import Crowd, arrived, crowds


@given(crowds())
def test_every_offer_is_of_one_event_or_waits(crowd: Crowd) -> None:
    """None is lost, none is twice, and what waits has candidates, each of which is there."""
    matching = matched(crowd.offers, crowd.decisions)
    keys = [key for group in groups(matching) for key in group]
    assert sorted(keys) == sorted(offer.key for offer in crowd.offers)
    there = {*matching.events, *(waiting.offers for waiting in matching.waiting)}
    for waiting in matching.waiting:
        candidates = [candidate.event for candidate in waiting.candidates]
        assert candidates
        assert {*candidates} <= there - {waiting.offers}
        assert len({*candidates}) == len(candidates)


@given(crowds())
def test_what_excludes_is_never_joined(crowd: Crowd) -> None:
    """Neither two offers of one provider are one event, nor two that a person separated."""
    for group in groups(matched(crowd.offers, crowd.decisions)):
        assert len({key.provider for key in group}) == len(group)
        for decision in crowd.decisions.different:
            assert not group.issuperset(decision)


@given(crowds())
def test_a_decision_that_joins_holds_or_is_refused(crowd: Crowd) -> None:
    """No decision is passed over without a word."""
    matching = matched(crowd.offers, crowd.decisions)
    event_of = _event_of(matching)
    for decision in crowd.decisions.same:
        are_joined = event_of[decision.first] == event_of[decision.second]
        assert are_joined != (decision in matching.refused)


@given(crowds())
def test_the_starts_of_an_event_are_within_the_tolerance(crowd: Crowd) -> None:
    """Every two of them, unless a person joined them; placeholders and nobody are never joined."""
    offers = {offer.key: offer for offer in crowd.offers}
    decisions = Decisions(different=crowd.decisions.different)
    for group in groups(matched(crowd.offers, decisions)):
        for first, second in combinations((offers[key] for key in group), 2):
            assert abs(first.starts_at - second.starts_at) <= rules_of(first.sport).start_tolerance
            assert first.is_named


@given(crowds(), st.randoms(use_true_random=False))
def test_nothing_depends_on_the_order(crowd: Crowd, random: Random) -> None:
    """Neither on that of the arguments, nor, but for which of the unsure ones wait, on that of arrival."""
    again = random.sample(crowd.offers, len(crowd.offers))
    before = matched(crowd.offers, crowd.decisions)
    assert matched(again, crowd.decisions) == before
    after = matched(arrived(again), crowd.decisions)
    assert set(groups(after)) == set(groups(before))
    assert after.refused == before.refused


@given(crowds(), st.data())
def test_an_event_that_was_shown_stays_shown(crowd: Crowd, data: st.DataObject) -> None:
    """Whatever becomes known later, the offer that names an event is of one and does not wait."""
    known = crowd.offers[: data.draw(st.integers(0, len(crowd.offers)))]
    keys = {one.key for one in known}
    decisions = Decisions(
        frozenset(one for one in crowd.decisions.same if {one.first, one.second} <= keys),
        frozenset(one for one in crowd.decisions.different if {*one} <= keys),
    )
    shown = {event[0] for event in matched(known, decisions).events}
    assert shown <= {key for event in matched(crowd.offers, decisions).events for key in event}


@given(crowds(), st.data())
def test_a_decision_taken_back_leaves_nothing_behind(crowd: Crowd, data: st.DataObject) -> None:
    """A person decides anything and takes it back: all is as if that had never been."""
    made = sorted(crowd.decisions.same)
    if made:
        decision = data.draw(st.sampled_from(made))
        earlier = Decisions(crowd.decisions.same - {decision}, crowd.decisions.different)
        before = matched(crowd.offers, earlier)
        during = matched(crowd.offers, crowd.decisions)
        assert decision in during.refused or _event_of(during)[decision.first].issuperset(decision[:2])
        assert matched(crowd.offers, earlier) == before


def _event_of(matching: Matching) -> dict[OfferKey, frozenset[OfferKey]]:
    """Return the offers of each offer's event."""
    return {key: group for group in groups(matching) for key in group}
