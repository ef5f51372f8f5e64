"""Other names of the same: what is learned from two offers of one event, and how names are read with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final, Literal, NamedTuple, TypeAlias

from subgraphs.events.matching.names import ABBREVIATED, normal, similarity, team_of
from subgraphs.events.matching.offers import Offer, rules_of

Kind: TypeAlias = Literal["participant", "competition"]
Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Which normal name of the first offer is which of the second."""
PLAIN: Final = 0.7
"""How similar both pairs of names are at least for them to be learned, unless one is equal."""
MARGIN: Final = 0.2
"""By how much they are more similar than if the sides were swapped."""


class Alias(NamedTuple):
    """What a provider means by a name, as another provider calls it; both names are normal.

    It says nothing about that name at other providers, nor about the meaning's own meaning.
    """

    kind: Kind
    sport: str
    provider: str
    name: str
    meaning: str
    meaning_provider: str


class Reading(NamedTuple):
    """A normal name as a provider writes it, and what it means by that: nothing else, if that is empty."""

    written: str
    meant: frozenset[str]

    def is_same(self, other: Reading) -> bool:
        """Return whether two names surely are of the same.

        A name that means something else is not the same as the equal name of a provider which may mean
        another by it.
        """
        own, others = (reading.meant or {reading.written} for reading in (self, other))
        return not own.isdisjoint(others) or self.written in other.meant or other.written in self.meant


class Aliases:
    """Reads the names of offers with all aliases that hold.

    A name by which a provider means two that differ has no alias: it is short for both.
    """

    def __init__(self, aliases: Iterable[Alias]) -> None:
        """Find all meanings of each name."""
        meanings: defaultdict[tuple[Kind, str, str, str], set[tuple[str, str]]] = defaultdict(set)
        for alias in aliases:
            meaning = (alias.meaning_provider, alias.meaning)
            meanings[alias.kind, alias.sport, alias.provider, alias.name].add(meaning)
        self._meanings = {
            key: frozenset(name for _, name in names)
            for key, names in meanings.items()
            if not any(_differ(*pair, key[1]) for pair in combinations(names, 2))
        }

    def read(self, kind: Kind, offer: Offer, name: str) -> Reading:
        """Read a name of an offer."""
        written = _normal(offer, name)
        meant = self._meanings.get((kind, offer.sport, offer.key.provider, written), frozenset())
        return Reading(written, meant)


def learned(first: Offer, second: Offer) -> tuple[Alias, ...]:
    """Return what two offers of one event teach: nothing, unless it is plain which name is which."""
    plain = _plain_pairs(first, second)
    if plain is None or not (first.is_named and second.is_named) or first.sport != second.sport:
        return ()
    competition = ((_normal(first, first.competition), _normal(second, second.competition)),)
    aliases = {
        *_aliases("competition", first, second, competition),
        *_aliases("participant", first, second, plain),
    }
    return tuple(sorted(aliases))


def _plain_pairs(first: Offer, second: Offer) -> Pairs | None:
    """Return which participant is which; none if that is not plain, as little as the course of a race."""
    rules = rules_of(first.sport)
    names, others = (tuple(_normal(offer, name) for name in offer.participants) for offer in (first, second))
    if rules.is_race:
        courses = ((_normal(first, first.competition), _normal(second, second.competition)),)
        return () if _fit_well(courses, first) else None
    match names, others:
        case (name,), (other,):
            straight: Pairs = ((name, other),)
            return straight if _fit_well(straight, first) else None
        case (home, away), (other_home, other_away):
            straight = ((home, other_home), (away, other_away))
            turned = ((home, other_away), (away, other_home))
        case _:
            return None
    if _is_plain(straight, turned, first):
        return straight
    # Swapped sides say nothing about names where that is another event.
    return turned if not rules.has_home_side and _is_plain(turned, straight, first) else None


def _is_plain(pairs: Pairs, swapped: Pairs, offer: Offer) -> bool:
    """Return whether these are the pairs: one is equal, or both fit, and much better than swapped."""
    fits, swapped_fits = _fits(pairs, offer), _fits(swapped, offer)
    if max(fits) == 1 > max(swapped_fits):
        return True
    return _fit_well(pairs, offer) and sum(fits) - sum(swapped_fits) >= MARGIN * len(pairs)


def _fit_well(pairs: Pairs, offer: Offer) -> bool:
    return min(_fits(pairs, offer)) >= PLAIN


def _fits(pairs: Pairs, offer: Offer) -> list[float]:
    has_clubs = rules_of(offer.sport).has_clubs
    return [similarity(*pair, has_clubs=has_clubs) for pair in pairs]


def _aliases(kind: Kind, first: Offer, second: Offer, pairs: Pairs) -> Iterator[Alias]:
    """Yield what the provider of the shorter name means by it: the longer one is short for fewer."""
    has_clubs = rules_of(first.sport).has_clubs
    for name, other in pairs:
        if name == other or (has_clubs and team_of(name) != team_of(other)):
            continue
        written = ((name, first.key.provider), (other, second.key.provider))
        (short, provider), (long, long_provider) = sorted(written, key=lambda one: (len(one[0]), one))
        yield Alias(kind, first.sport, provider, short, long, long_provider)


def _differ(meaning: tuple[str, str], other: tuple[str, str], sport: str) -> bool:
    """Return whether two meanings of a name are two: of one provider, or not short for one another."""
    (provider, name), (other_provider, other_name) = meaning, other
    if name == other_name:
        return False
    is_similar = similarity(name, other_name, has_clubs=rules_of(sport).has_clubs) >= ABBREVIATED
    return provider == other_provider or not is_similar


def _normal(offer: Offer, name: str) -> str:
    return normal(name, has_clubs=rules_of(offer.sport).has_clubs)
