"""Matching: offers of several providers become one event each, and nothing else does."""

from datetime import timedelta
from functools import partial
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from subgraphs.events.matching import (
    Decisions,
    Matching,
    Offer,
    OfferKey,
    matched,
    same,
    separated,
)

from .worlds import NOON, World, arrived, worlds

NONE = Decisions()


def groups(matching: Matching) -> list[frozenset[OfferKey]]:
    """Return the offers of each event, whether it waits or not."""
    waiting = (group.offers for group in matching.waiting)
    return [frozenset(keys) for keys in (*matching.events, *waiting)]


def offer(
    provider: str,
    *participants: str,
    competition: str = "Premier League",
    sport: str = "football",
    minutes: float = 0,
    seen: int = 0,
    number: int = 1,
) -> Offer:
    """Return an offer that starts so many minutes after noon."""
    key = OfferKey(provider, f"{provider}-{number}")
    return Offer(key, seen, sport, competition, participants, NOON + timedelta(minutes=minutes))


def joined(*offers: Offer, decisions: Decisions = NONE) -> bool:
    """Return whether offers are one event."""
    return matched(arrived(list(offers)), decisions) == Matching((tuple(one.key for one in offers),), ())


def waits(*offers: Offer, decisions: Decisions = NONE) -> bool:
    """Return whether the last of the offers waits."""
    waiting = matched(arrived(list(offers)), decisions).waiting
    return [group.offers for group in waiting] == [(offers[-1].key,)]


def apart(*offers: Offer, decisions: Decisions = NONE) -> bool:
    """Return whether offers are an event each."""
    return matched(arrived(list(offers)), decisions) == Matching(tuple((one.key,) for one in offers), ())


@given(worlds(misspelt=True, late=True))
def test_no_offer_is_lost(world: World) -> None:
    """Every offer is of exactly one event or waits, whatever names and starts it has."""
    keys = [key for group in groups(matched(world.offers, NONE)) for key in group]
    assert sorted(keys) == sorted(world.truth)


@given(worlds(misspelt=True))
def test_no_offer_is_joined_to_a_different_event(world: World) -> None:
    """What is joined is of one true event, whatever names it has."""
    for group in groups(matched(world.offers, NONE)):
        assert len({world.truth[key] for key in group}) == 1


@given(worlds())
def test_all_offers_of_an_event_are_joined(world: World) -> None:
    """If names differ only by case, accents, punctuation and forms of clubs, nothing is left to a person."""
    assert set(groups(matched(world.offers, NONE))) == world.events()


@given(worlds(misspelt=True), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_what_is_joined(world: World, random: Random) -> None:
    """Offers are joined alike in any order; only which of the unsure ones wait depends on it."""
    again = list(world.offers)
    random.shuffle(again)
    before, after = matched(world.offers, NONE), matched(arrived(again), NONE)
    assert set(groups(before)) == set(groups(after))
    if not before.waiting:
        assert {frozenset(keys) for keys in before.events} == {frozenset(keys) for keys in after.events}


@given(worlds(misspelt=True, late=True), st.data())
def test_a_decision_taken_back_leaves_nothing_behind(world: World, data: st.DataObject) -> None:
    """A person joins any two offers, however wrong, and takes it back: all is as if that had never been."""
    if len(world.offers) > 1:
        pair = data.draw(st.lists(st.sampled_from(world.offers), min_size=2, max_size=2, unique=True))
        others = data.draw(st.lists(st.sampled_from(world.offers), min_size=2, max_size=2, unique=True))
        earlier = Decisions(frozenset({same(*others)}))
        decision = same(*pair)
        matched(world.offers, Decisions(earlier.same | {decision}))
        if decision not in earlier.same:
            back = Decisions((earlier.same | {decision}) - {decision})
            assert matched(world.offers, back) == matched(world.offers, earlier)


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


@given(worlds(misspelt=True))
def test_decisions_about_all_that_waits_end_with_the_truth(world: World) -> None:
    """A person who answers each question rightly ends with the true events, and no question comes twice."""
    decisions, by_key = NONE, {one.key: one for one in world.offers}
    asked: set[tuple[OfferKey, OfferKey]] = set()
    while (matching := matched(world.offers, decisions)).waiting:
        waiting = matching.waiting[0]
        first, second = waiting.offers[0], waiting.candidates[0].event[0]
        assert (first, second) not in asked
        asked.add((first, second))
        if world.truth[first] == world.truth[second]:
            decisions = Decisions(decisions.same | {same(by_key[first], by_key[second])}, decisions.different)
        else:
            decisions = Decisions(decisions.same, decisions.different | separated(first, (second,)))
    for group in groups(matching):
        assert len({world.truth[key] for key in group}) == 1


@given(worlds(misspelt=True, late=True))
def test_no_event_has_two_offers_of_one_provider(world: World) -> None:
    """A provider's two ids are two events."""
    for group in groups(matched(world.offers, NONE)):
        assert len({key.provider for key in group}) == len(group)


def test_sides_that_are_swapped_are_another_event_where_there_is_a_home_side() -> None:
    """Arsenal against Chelsea is not Chelsea against Arsenal, but in tennis no side is at home."""
    assert apart(offer("feed", "Arsenal", "Chelsea"), offer("book", "Chelsea", "Arsenal"))
    first = offer("feed", "Sinner", "Alcaraz", sport="tennis", competition="ATP Finals")
    assert joined(first, offer("book", "Alcaraz", "Sinner", sport="tennis", competition="ATP Finals"))


def test_teams_of_one_club_are_never_similar() -> None:
    """Women, reserves and age groups of a club play matches of their own."""
    for team in ("Arsenal Women", "Arsenal U21", "Arsenal II", "Arsenal B", "Arsenal Ladies"):
        assert apart(offer("feed", "Arsenal", "Chelsea"), offer("book", team, "Chelsea"))
    assert joined(
        offer("feed", "Arsenal Ladies", "Chelsea W"), offer("book", "Arsenal Women", "Chelsea Women")
    )


def test_an_abbreviation_waits_and_is_learned() -> None:
    """Once a person has said what Man Utd is, it is that in other matches, too."""
    full, short = offer("feed", "Manchester United", "Chelsea"), offer("book", "Man Utd", "Chelsea")
    assert waits(full, short)
    learned = Decisions(frozenset({same(full, short)}))
    assert joined(full, short, decisions=learned)
    later = partial(offer, minutes=9_000, number=2)
    assert joined(
        later("feed", "Leeds", "Manchester United"),
        later("book", "Leeds", "Man Utd"),
        decisions=learned,
    )


def test_a_player_is_learned_whatever_the_order_of_the_names() -> None:
    """Where no side is at home, an answer joins the names that are alike."""
    match = partial(offer, sport="tennis", competition="ATP Finals")
    full, short = match("feed", "Jannik Sinner", "Carlos Alcaraz"), match("book", "C Alcaraz", "J Sinner")
    assert waits(full, short)
    decision = same(full, short)
    assert {(alias.first, alias.second) for alias in decision.aliases} == {
        ("c alcaraz", "carlos alcaraz"),
        ("j sinner", "jannik sinner"),
    }
    assert joined(full, short, decisions=Decisions(frozenset({decision})))


def test_a_competition_is_learned() -> None:
    """One answer joins all matches of a competition that two providers name differently."""
    first = offer("feed", "Arsenal", "Chelsea"), offer("book", "Arsenal", "Chelsea", competition="England 1")
    second = (
        offer("feed", "Leeds", "Everton", number=2),
        offer("book", "Leeds", "Everton", number=2, competition="England 1"),
    )
    assert waits(*first)
    assert waits(*second)
    assert joined(*second, decisions=Decisions(frozenset({same(*first)})))


def test_swapped_sides_teach_no_names() -> None:
    """If a person joins a match whose sides a provider swapped, no team becomes the other one."""
    first, swapped = offer("feed", "Arsenal", "Chelsea"), offer("book", "Chelsea", "Arsenal")
    decision = same(first, swapped)
    assert decision.aliases == ()
    assert joined(first, swapped, decisions=Decisions(frozenset({decision})))


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
        assert set(groups(matched(arrived(order), NONE))) == {
            frozenset({games[0].key, games[2].key}),
            frozenset({games[1].key, games[3].key}),
        }


def test_a_race_is_its_course_and_its_start() -> None:
    """Runners differ between providers, and the next race on the course is another event."""
    race = partial(offer, sport="horse-racing", competition="Ascot")
    first = race("feed", "Desert Orchid", "Arkle")
    assert joined(first, race("exchange", minutes=2))
    assert apart(first, race("exchange", minutes=20))


def test_an_offer_without_names_is_joined_by_a_person_alone() -> None:
    """A provider that names nobody offers an event of its own until a person says which one it is."""
    named, nameless = offer("feed", "Arsenal", "Chelsea"), offer("exchange", competition="")
    assert apart(named, nameless, offer("book", competition=""))
    decision = same(named, nameless)
    assert decision.aliases == ()
    assert joined(named, nameless, decisions=Decisions(frozenset({decision})))


def test_a_match_that_was_moved_waits() -> None:
    """A provider that does not know yet is asked about; a day later it is another match."""
    first = offer("feed", "Arsenal", "Chelsea")
    assert waits(first, offer("book", "Arsenal", "Chelsea", minutes=300))
    assert apart(first, offer("book", "Arsenal", "Chelsea", minutes=24 * 60))


def test_the_likeliest_candidate_comes_first() -> None:
    """What waits names each event that it may be of, with a confidence."""
    city = offer("feed", "Manchester City", "Chelsea", number=1)
    united = offer("feed", "Manchester United", "Chelsea", number=2)
    (waiting,) = matched(arrived([city, united, offer("book", "Manchester Utd", "Chelsea")]), NONE).waiting
    assert [candidate.event for candidate in waiting.candidates] == [(united.key,), (city.key,)]
    assert 1 > waiting.candidates[0].confidence > waiting.candidates[1].confidence >= 0.7
