"""Matching: offers of several providers become one event each, and nothing else does."""

from functools import partial
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.events.matching import Decisions, Different, OfferKey, matched, same, separated

from .offers import NONE, apart, groups, joined, offer, waits
from .worlds import World, arrived, worlds


@given(worlds(spelt=True, misspelt=True, late=True))
def test_no_offer_is_lost(world: World) -> None:
    """Every offer is of exactly one event or waits, whatever names and starts it has."""
    keys = [key for group in groups(matched(world.offers, NONE)) for key in group]
    assert sorted(keys) == sorted(world.truth)


@given(worlds(misspelt=True) | worlds(spelt=True))
def test_no_offer_is_joined_to_a_different_event(world: World) -> None:
    """What is joined is of one true event, whatever names it has."""
    for group in groups(matched(world.offers, NONE)):
        assert len({world.truth[key] for key in group}) == 1


@given(worlds())
def test_all_offers_of_an_event_are_joined(world: World) -> None:
    """If names differ only by case, accents, punctuation and forms of clubs, nothing is left to a person."""
    assert set(groups(matched(world.offers, NONE))) == world.events()


@given(worlds(spelt=True, misspelt=True, late=True), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_what_is_joined(world: World, random: Random) -> None:
    """Offers are joined alike in any order; only which of the unsure ones wait depends on it."""
    again = list(world.offers)
    random.shuffle(again)
    assert matched(again, NONE) == matched(world.offers, NONE)
    assert set(groups(matched(arrived(again), NONE))) == set(groups(matched(world.offers, NONE)))


@given(worlds(), st.data())
def test_a_wrong_match_is_separated_exactly(world: World, data: st.DataObject) -> None:
    """An offer is taken out of its event: the others stay as they are without it, and it is one by itself."""
    if not world.offers:
        return
    wrong = data.draw(st.sampled_from(world.offers))
    (event,) = (keys for keys in matched(world.offers, NONE).events if wrong.key in keys)
    after = matched(world.offers, Decisions(different=separated(wrong.key, event)))
    without = matched([one for one in world.offers if one is not wrong], NONE)
    assert set(after.events) == {*without.events, (wrong.key,)}


@given(worlds(misspelt=True) | worlds(spelt=True))
def test_decisions_about_all_that_waits_end_with_the_truth(world: World) -> None:
    """A person who answers each question rightly ends with the true events, and no question comes twice.

    On the way, no answer about one event joins offers of two others.
    """
    decisions, by_key = NONE, {one.key: one for one in world.offers}
    asked: set[tuple[OfferKey, OfferKey]] = set()
    while (matching := matched(world.offers, decisions)).waiting:
        for group in groups(matching):
            assert len({world.truth[key] for key in group}) == 1
        waiting = matching.waiting[0]
        event = waiting.candidates[0].event
        first, second = waiting.offers[0], event[0]
        assert (first, second) not in asked
        asked.add((first, second))
        if world.truth[first] == world.truth[second]:
            decisions = Decisions(decisions.same | {same(by_key[first], by_key[second])}, decisions.different)
        else:
            different = decisions.different.union(*(separated(one, event) for one in waiting.offers))
            decisions = Decisions(decisions.same, different)
    for group in groups(matching):
        assert len({world.truth[key] for key in group}) == 1
    assert matching.refused == ()


def test_sides_that_are_swapped_are_another_event_where_there_is_a_home_side() -> None:
    """Arsenal against Chelsea is not Chelsea against Arsenal, but in tennis no side is at home."""
    assert apart(offer("feed", "Arsenal", "Chelsea"), offer("book", "Chelsea", "Arsenal"))
    first = offer("feed", "Sinner", "Alcaraz", sport="tennis", competition="ATP Finals")
    assert joined(first, offer("book", "Alcaraz", "Sinner", sport="tennis", competition="ATP Finals"))


def test_teams_of_one_club_are_never_similar() -> None:
    """Women, reserves and age groups of a club play matches of their own."""
    for team in ("Arsenal Women", "Arsenal U-21", "Arsenal II", "Arsenal B", "Arsenal Juniors"):
        assert apart(offer("feed", "Arsenal", "Chelsea"), offer("book", team, "Chelsea"))
    women = offer("feed", "Arsenal Ladies", "Chelsea W")
    assert joined(women, offer("book", "Arsenal Women", "Chelsea Women"))
    assert joined(offer("feed", "Arsenal U21", "Leeds U21"), offer("book", "Arsenal U-21", "Leeds U-21"))


def test_the_last_word_of_a_player_is_a_name() -> None:
    """Where no clubs take part, a player whose name ends with a letter or Ladies is no team of a club."""
    match = partial(offer, sport="tennis", competition="ATP Finals")
    for name in ("Qinwen Z", "Williams W", "Ana B"):
        assert apart(match("feed", name, "Sinner"), match("book", "Zheng", "Sinner"))
        assert waits(
            match("feed", name, "Sinner"), match("book", name.split()[0] + " Anna " + name[-1], "Sinner")
        )
    darts = partial(offer, sport="darts", competition="World Matchplay")
    assert not joined(darts("feed", "Mark Women", "Jones"), darts("book", "Mark Ladies", "Jones"))


def test_the_second_match_of_a_day_is_an_event_of_its_own() -> None:
    """Where a provider has both, an offer goes to the one that starts closest."""
    game = partial(offer, sport="baseball", competition="MLB")
    games = [
        game("feed", "Mets", "Cubs", number=1),
        game("feed", "Mets", "Cubs", number=2, minutes=55),
        game("book", "Mets", "Cubs", number=1, minutes=5),
        game("book", "Mets", "Cubs", number=2, minutes=60),
    ]
    for order in (games, games[::-1], [games[2], games[1], games[3], games[0]]):
        matching = matched(arrived(order), NONE)
        assert {frozenset(event) for event in matching.events} == {
            frozenset({games[0].key, games[2].key}),
            frozenset({games[1].key, games[3].key}),
        }


def test_starts_form_no_chain() -> None:
    """Of three offers, each within the tolerance of the next, the two closest are an event; one waits."""
    first = offer("feed", "Arsenal", "Chelsea")
    second, third = (
        offer("book", "Arsenal", "Chelsea", minutes=80),
        offer("data", "Arsenal", "Chelsea", minutes=150),
    )
    for order in permutations((first, second, third)):
        assert frozenset({second.key, third.key}) in groups(matched(arrived(order), NONE))
    assert waits(second, third, first)
    (waiting,) = matched(arrived([first, second, third]), NONE).waiting
    assert waiting.offers == (second.key, third.key)
    as_close = offer("data", "Arsenal", "Chelsea", minutes=160)
    for order in permutations((first, second, as_close)):
        assert frozenset({first.key, second.key}) in groups(matched(arrived(order), NONE))


def test_an_offer_that_repeats_another_takes_nothing_from_its_event() -> None:
    """If a provider offers a match a second time at the same start, others stay with the first offer."""
    first, other = offer("feed", "Arsenal", "Chelsea", number=2), offer("book", "Arsenal", "Chelsea")
    again = offer("feed", "Arsenal", "Chelsea", number=1)
    matching = matched(arrived([first, other, again]), NONE)
    assert matching.events == ((first.key, other.key), (again.key,))


def test_an_offer_of_two_that_were_separated_waits_with_both() -> None:
    """It could be of either, so no first come decides, and no closest start; then an answer does."""
    first, other = offer("feed", "Arsenal", "Chelsea"), offer("book", "Arsenal", "Chelsea", minutes=30)
    newcomer = offer("data", "Arsenal", "Chelsea", minutes=5)
    different = separated(first.key, (other.key,))
    (waiting,) = matched(arrived([first, other, newcomer]), Decisions(different=different)).waiting
    assert waiting.offers == (newcomer.key,)
    assert {candidate.event for candidate in waiting.candidates} == {(first.key,), (other.key,)}
    answered = Decisions(frozenset({same(newcomer, other)}), different)
    assert matched(arrived([first, other, newcomer]), answered).events == (
        (first.key,),
        (other.key, newcomer.key),
    )


def test_an_event_that_was_shown_stays_when_one_joins_it_that_is_like_another() -> None:
    """A newcomer that surely is of a shown event joins it, though it is also like an older one."""
    older = offer("feed", "Arsenal", "Chelsea", minutes=-13 * 60)
    shown = offer("book", "Arsenal", "Chelsea")
    newcomer = offer("data", "Arsenal", "Chelsea", minutes=-75)
    assert waits(older, newcomer)
    assert matched(arrived([older, shown, newcomer]), NONE).events == (
        (older.key,),
        (shown.key, newcomer.key),
    )


def test_an_offer_that_waits_joins_what_was_shown() -> None:
    """If a person joins it to an event, that one keeps its name, though it became known later."""
    older, waiting = offer("feed", "Manchester Utd", "Chelsea"), offer("book", "Manchester United", "Chelsea")
    shown = offer("data", "Blues", "Leeds")
    assert matched(arrived([older, waiting, shown]), NONE).events == ((older.key,), (shown.key,))
    decisions = Decisions(frozenset({same(waiting, shown)}))
    events = matched(arrived([older, waiting, shown]), decisions).events
    assert events == ((older.key,), (shown.key, waiting.key))


def test_what_a_person_joined_answers_questions() -> None:
    """An offer that a person joined to another one of a provider is not that provider's similar one."""
    older, similar = offer("feed", "Manchester Utd", "Chelsea"), offer("book", "Manchester United", "Chelsea")
    own = offer("feed", "Blues", "Leeds", number=2)
    decisions = Decisions(frozenset({same(similar, own)}))
    events = matched(arrived([older, similar, own]), decisions).events
    assert events == ((older.key,), (similar.key, own.key))


def test_only_what_is_closer_answers_a_question() -> None:
    """The second match of a provider may leave it open whether an offer is of the first one."""
    first, again = offer("feed", "Mets", "Cubs"), offer("feed", "Mets", "Cubs", minutes=170, number=2)
    doubtful, other = offer("book", "Mets", "Cubs", minutes=80), offer("data", "Mets", "Cubs", minutes=150)
    (waiting,) = matched(arrived([first, doubtful, other, again]), NONE).waiting
    assert waiting.offers == (doubtful.key, other.key, again.key)
    assert [candidate.event for candidate in waiting.candidates] == [(first.key,)]


def test_a_candidate_is_as_likely_as_its_most_similar_offer() -> None:
    """Of an event whose offers a person joined, the one that is closest to what waits counts."""
    first, moved = (
        offer("feed", "Leeds United", "Fulham"),
        offer("book", "Leeds United", "Fulham", minutes=300),
    )
    decisions = Decisions(frozenset({same(first, moved)}))
    for minutes in (0, 300):
        newcomer = offer("data", "Leeds Utd", "Fulham", minutes=minutes)
        (waiting,) = matched(arrived([first, moved, newcomer]), decisions).waiting
        assert [candidate.confidence for candidate in waiting.candidates] == [pytest.approx(0.9)]


def test_a_race_is_its_course_and_its_start() -> None:
    """Runners differ between providers, and the next race on the course is another event."""
    race = partial(offer, sport="horse-racing", competition="Ascot")
    first = race("feed", "Desert Orchid", "Arkle")
    assert joined(first, race("exchange", minutes=2))
    assert apart(first, race("exchange", minutes=20))


def test_an_offer_without_names_is_joined_by_a_person_alone() -> None:
    """A provider that names nobody yet offers an event of its own until a person says which one it is."""
    named = offer("feed", "Arsenal", "Chelsea")
    for names in (
        (),
        ("TBD", "Chelsea"),
        ("Arsenal", "Winner of Match 7"),
        ("Arsenal", ""),
        ("Arsenal", "?"),
    ):
        nameless = offer("exchange", *names)
        assert apart(named, nameless, offer("book", *names))
        decision = same(named, nameless)
        assert decision.aliases == ()
        assert joined(named, nameless, decisions=Decisions(frozenset({decision})))
    assert apart(named, offer("book", "Arsenal", "Chelsea", competition=""))


def test_a_match_that_was_moved_waits() -> None:
    """A provider that does not know yet is asked about; a day later it is another match."""
    first = offer("feed", "Arsenal", "Chelsea")
    assert waits(first, offer("book", "Arsenal", "Chelsea", minutes=300))
    assert apart(first, offer("book", "Arsenal", "Chelsea", minutes=24 * 60))


def test_an_offer_joins_what_a_person_joined_by_the_start_of_either() -> None:
    """A person knew why two starts differ; others follow the one that they are close to."""
    first, moved = offer("feed", "Arsenal", "Chelsea"), offer("book", "Arsenal", "Chelsea", minutes=300)
    decisions = Decisions(frozenset({same(first, moved)}))
    early, late = offer("data", "Arsenal", "Chelsea"), offer("data", "Arsenal", "Chelsea", minutes=290)
    assert joined(first, moved, early, decisions=decisions)
    assert joined(first, moved, late, decisions=decisions)


def test_the_likeliest_candidate_comes_first() -> None:
    """What waits names each event that it may be of, with a confidence."""
    city = offer("feed", "Manchester City", "Chelsea", number=1)
    united = offer("feed", "Manchester United", "Chelsea", number=2)
    (waiting,) = matched(arrived([city, united, offer("book", "Manchester Utd", "Chelsea")]), NONE).waiting
    assert [candidate.event for candidate in waiting.candidates] == [(united.key,), (city.key,)]
    assert 1 > waiting.candidates[0].confidence > waiting.candidates[1].confidence >= 0.7


def test_a_decision_that_cannot_hold_is_refused() -> None:
    """It is told which decisions would join two offers of a provider, or contradict one that separates."""
    first, again = offer("feed", "Arsenal", "Chelsea"), offer("feed", "Leeds", "Everton", number=2)
    other, third = offer("book", "Everton", "Leeds"), offer("data", "Fulham", "Burnley")
    offers = arrived([first, again, other, third])
    assert matched(offers, Decisions(frozenset({same(first, again)}))).refused == (same(first, again),)
    chain = Decisions(frozenset({same(first, other), same(other, again)}))
    matching = matched(offers, chain)
    assert matching.refused == (same(other, again),)
    assert matching.events == ((first.key, other.key), (again.key,), (third.key,))
    different = frozenset({Different(third.key, first.key)})
    contradicted = Decisions(frozenset({same(first, other), same(other, third)}), different)
    assert len(matched(offers, contradicted).refused) == 1
    gone = Decisions(frozenset({same(first, offer("book", "Gone", "Gone", number=9))}))
    assert matched(offers, gone).refused == ()
