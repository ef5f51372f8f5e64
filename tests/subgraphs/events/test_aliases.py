"""Aliases: what the answer about one event says about names, and how little it says."""

from functools import partial

import pytest

from subgraphs.events.matching import Decisions, Offer, same

from .offers import NONE, apart, joined, offer, waits

darts = partial(offer, sport="darts", competition="World Matchplay")
tennis = partial(offer, sport="tennis", competition="ATP Finals")
later = partial(offer, minutes=9_000, number=2)


def learned(*pairs: tuple[Offer, Offer]) -> Decisions:
    """Return the decisions that these pairs are of one event each."""
    return Decisions(frozenset(same(*pair) for pair in pairs))


def test_an_abbreviation_waits_and_is_learned() -> None:
    """Once a person has said what a provider's Man Utd is, it is that in its other matches, too."""
    full, short = offer("feed", "Manchester United", "Chelsea"), offer("book", "Man Utd", "Chelsea")
    assert waits(full, short)
    decisions = learned((full, short))
    assert joined(full, short, decisions=decisions)
    match = later("feed", "Leeds", "Manchester United"), later("book", "Leeds", "Man Utd")
    assert joined(*match, decisions=decisions)
    assert waits(*match, decisions=NONE)
    assert joined(later("data", "Leeds", "Manchester United"), match[1], decisions=decisions)


def test_an_alias_holds_for_the_names_of_its_provider_alone() -> None:
    """What one provider means by K Smith says nothing about K Smith at another one, or in another sport."""
    kevin, short = darts("feed", "Kevin Smith", "J Jones"), darts("book", "K Smith", "J Jones")
    decisions = learned((kevin, short))
    other = darts("data", "K Smith", "J Jones")
    assert joined(kevin, short, decisions=decisions)
    assert waits(kevin, other, decisions=decisions)
    assert waits(short, other, decisions=decisions)
    snooker = partial(offer, sport="snooker", competition="World Matchplay", number=2)
    both = snooker("feed", "Kevin Smith", "J Jones"), snooker("book", "K Smith", "J Jones")
    assert waits(*both, decisions=decisions)


def test_two_players_with_one_short_name_are_never_united() -> None:
    """Neither by two providers who write it of different players, nor by one who writes it of both."""
    kevin, karl = darts("feed", "Kevin Smith", "J Jones"), darts("data", "Karl Smith", "J Jones")
    short, other = darts("book", "K Smith", "J Jones"), darts("exchange", "K Smith", "J Jones")
    by_two = learned((kevin, short), (karl, other))
    again = partial(darts, minutes=9_000, number=2)
    full = again("feed", "Kevin Smith", "B Brown"), again("data", "Karl Smith", "B Brown")
    assert apart(*full, decisions=by_two)
    assert joined(full[0], again("book", "K Smith", "B Brown"), decisions=by_two)
    assert joined(full[1], again("exchange", "K Smith", "B Brown"), decisions=by_two)
    assert waits(
        again("book", "K Smith", "B Brown"), again("exchange", "K Smith", "B Brown"), decisions=by_two
    )
    by_one = learned((kevin, short), (karl, darts("book", "K Smith", "J Jones", number=3)))
    assert apart(*full, decisions=by_one)
    for one in full:
        assert waits(one, again("book", "K Smith", "B Brown"), decisions=by_one)


def test_two_names_of_one_provider_are_two_players() -> None:
    """However similar they are: what is short for both means neither."""
    karl, karla = darts("feed", "Karl Smith", "J Jones"), darts("feed", "Karla Smith", "J Jones", number=2)
    short, other = darts("book", "K Smith", "J Jones"), darts("book", "K Smith", "J Jones", number=2)
    again = partial(darts, minutes=9_000, number=3)
    match = again("feed", "Karl Smith", "B Brown"), again("book", "K Smith", "B Brown")
    assert joined(*match, decisions=learned((karl, short)))
    assert waits(*match, decisions=learned((karl, short), (karla, other)))


def test_an_alias_is_not_followed_through_a_third_name() -> None:
    """If A is B to one provider and B is C to another, A is not C."""
    first = darts("feed", "Kevin James Smith", "J Jones")
    second, third = darts("book", "Kevin Smith", "J Jones"), darts("data", "K Smith", "J Jones")
    decisions = learned((first, second), (second, third))
    again = partial(darts, minutes=9_000, number=2)
    names = again("feed", "Kevin James Smith", "B Brown"), again("data", "K Smith", "B Brown")
    assert waits(*names, decisions=decisions)
    between = again("book", "Kevin Smith", "B Brown")
    assert joined(names[0], between, decisions=decisions)
    assert joined(between, names[1], decisions=decisions)


def test_spellings_of_several_providers_are_no_contradiction() -> None:
    """A name that was joined with two spellings of one team keeps both meanings."""
    first = offer("feed", "Manchester United", "Chelsea")
    second, short = offer("data", "Manchester Utd", "Chelsea"), offer("book", "Man Utd", "Chelsea")
    decisions = learned((first, short), (second, short))
    for provider, name in (("feed", "Manchester United"), ("data", "Manchester Utd")):
        assert joined(later(provider, name, "Leeds"), later("book", "Man Utd", "Leeds"), decisions=decisions)
    assert joined(
        later("feed", "Manchester United", "Leeds"),
        later("data", "Manchester Utd", "Leeds"),
        later("book", "Man Utd", "Leeds"),
        decisions=decisions,
    )


def test_a_player_is_learned_whatever_the_order_of_the_names() -> None:
    """Where no side is at home, an answer joins the names that are alike."""
    full, short = tennis("feed", "Jannik Sinner", "Carlos Alcaraz"), tennis("book", "C Alcaraz", "J Sinner")
    assert waits(full, short)
    decision = same(full, short)
    assert {(alias.provider, alias.name, alias.meaning) for alias in decision.aliases} == {
        ("book", "c alcaraz", "carlos alcaraz"),
        ("book", "j sinner", "jannik sinner"),
    }
    assert joined(full, short, decisions=Decisions(frozenset({decision})))


def test_players_are_compared_in_either_order() -> None:
    """Where no side is at home, providers sort players by what they call them."""
    assert waits(tennis("feed", "Alexander Zverev", "Carlos Alcaraz"), tennis("book", "Alcaraz", "Zverev"))


def test_a_match_is_found_by_its_aliases_alone() -> None:
    """Two names that were learned in two matches join a third, though none of their words is alike."""
    decisions = learned(
        (offer("feed", "Paris Saint-Germain", "Lyon"), offer("book", "PSG", "Lyon")),
        (offer("feed", "Lyon", "Internazionale", number=2), offer("book", "Lyon", "FCIM", number=2)),
    )
    match = partial(offer, minutes=9_000, number=3)
    assert joined(
        match("feed", "Paris Saint-Germain", "Internazionale"),
        match("book", "PSG", "FCIM"),
        decisions=decisions,
    )


def test_a_competition_is_learned() -> None:
    """One answer joins all matches of a competition that two providers name differently."""
    first = offer("feed", "Arsenal", "Chelsea"), offer("book", "Arsenal", "Chelsea", competition="England 1")
    second = (
        offer("feed", "Leeds", "Everton", number=2),
        offer("book", "Leeds", "Everton", number=2, competition="England 1"),
    )
    assert waits(*first)
    assert waits(*second)
    assert joined(*second, decisions=learned(first))


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        # One is equal, so the others are the pair, however little their names have in common.
        (("PSG", "Lyon"), ("Paris Saint-Germain", "Lyon"), {"psg"}),
        # Both fit, and would not if they were swapped.
        (
            ("Man Utd", "Nott'm Forest"),
            ("Manchester United", "Nottingham Forest"),
            {"man utd", "nottm forest"},
        ),
        # Better than swapped, and yet not likely the same.
        (("Blues", "Reds"), ("Everton", "Liverpool"), set()),
        (("Blues", "Lyon City"), ("Everton", "Lyon"), set()),
        # As good as swapped.
        (("Manchester", "Manchester C"), ("Manchester City", "Manchester Un"), set()),
        # Swapped: another event where one side is at home.
        (("Arsenal", "Chelsea"), ("Chelsea", "Arsenal"), set()),
        (("Arsenal", "Chelsea"), ("Chelsea", "Arsenal London"), set()),
        # Another team of the club.
        (("Arsenal Women", "Chelsea"), ("Arsenal", "Chelsea"), set()),
    ],
)
def test_only_what_plainly_is_a_pair_is_learned(
    first: tuple[str, ...], second: tuple[str, ...], names: set[str]
) -> None:
    """Where it is not plain which name is which, a decision joins the two offers and teaches nothing."""
    offers = offer("feed", *first), offer("book", *second)
    decision = same(*offers)
    assert {alias.name for alias in decision.aliases} == names
    assert joined(*offers, decisions=Decisions(frozenset({decision})))


def test_nothing_is_learned_of_a_competition_where_the_participants_are_not_plain() -> None:
    """What says nothing about the participants says nothing about where they play."""
    swapped = offer("book", "Chelsea", "Arsenal", competition="England 1")
    assert same(offer("feed", "Arsenal", "Chelsea"), swapped).aliases == ()


def test_a_course_is_learned_if_it_is_similar() -> None:
    """Kempton is Kempton Park; a race that was run elsewhere does not rename its course."""
    race = partial(offer, sport="horse-racing")
    kempton = race("feed", competition="Kempton Park")
    (alias,) = same(kempton, race("book", competition="Kempton")).aliases
    assert (alias.provider, alias.name, alias.meaning) == ("book", "kempton", "kempton park")
    assert same(kempton, race("book", competition="Sandown")).aliases == ()


def test_two_names_of_equal_length_have_one_meaning() -> None:
    """Which of both providers' names is the other's does not depend on who is named first."""
    first, second = offer("feed", "Dynamo Kiev", "Chelsea"), offer("book", "Dynamo Kyiv", "Chelsea")
    assert same(first, second) == same(second, first)
    assert len(same(first, second).aliases) == 1
    again = later("feed", "Leeds", "Dynamo Kiev"), later("book", "Leeds", "Dynamo Kyiv")
    assert joined(*again, decisions=learned((first, second)))
