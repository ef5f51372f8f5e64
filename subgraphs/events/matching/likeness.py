"""How surely two offers are of one event, by their names and starts alone."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, product
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

from subgraphs.events.matching.aliases import Aliases, Reading
from subgraphs.events.matching.names import ABBREVIATED, similarity
from subgraphs.events.matching.offers import Offer, OfferKey, SportRules, rules_of

UNSURE: Final = 0.7
"""The likelihood from which two offers may be of one event, so that a person decides."""
SURE: Final = 1.0
MAX_MOVE: Final = timedelta(hours=12)
"""How far apart the starts of one event may be: a provider may not know yet that it was moved."""
OTHER_START: Final = 0.8
OTHER_COMPETITION: Final = 0.85
"""The likelihood that is left where a start is out of tolerance, and where competitions differ in name."""
_BEGINNING: Final = 3
"""How many letters words of all names have to begin with alike, unless one name is equal, to be compared."""
_MAX_SIDES: Final = 2
"""Where more take part, only offers of which a participant is equal are compared."""
_STARTS_AT: Final = attrgetter("starts_at")


Place: TypeAlias = tuple[datetime, str, datetime, str]
Rank: TypeAlias = tuple[float, timedelta, Place, Place]


class Likeness(NamedTuple):
    """How surely an offer is of one event with another one.

    Attributes:
        rank: Sorts pairs of offers, the surest and closest first; no two pairs have the same. When offers
            became known only decides between two of one provider which start at the same time.
    """

    offer: Offer
    likelihood: float
    rank: Rank


Alike: TypeAlias = Mapping[OfferKey, Mapping[OfferKey, Likeness]]
"""Of each offer, all others with which it may be of one event, but those of its own provider."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What offers of one event have in common."""

    sport: str
    competition: Reading
    participants: tuple[Reading, ...]

    def traits(self) -> set[tuple[str, ...]]:
        """Return what it has in common with any look that may be similar, at least one of it.

        That is the whole name of a participant, or how a word of each one's name begins.
        """
        sides = [(side.written, *side.meant) for side in self.participants or (self.competition,)]
        beginnings = ({word[:_BEGINNING] for name in side for word in name.split()} for side in sides)
        whole: set[tuple[str, ...]] = {(self.sport, "name", name) for side in sides for name in side}
        if len(sides) > _MAX_SIDES:
            return whole
        return whole | {(self.sport, "beginnings", *sorted(words)) for words in product(*beginnings)}


def alike(offers: Iterable[Offer], aliases: Aliases) -> Alike:
    """Return which offers may be of one event.

    A likelihood of 1 means that they surely are: sport, competition and participants are the same, and the
    starts within the tolerance of the sport.
    """
    by_look: defaultdict[_Look, list[Offer]] = defaultdict(list)
    for offer in sorted(offers, key=_STARTS_AT):
        if offer.is_named:
            by_look[_look(offer, aliases)].append(offer)
    pairs: defaultdict[OfferKey, dict[OfferKey, Likeness]] = defaultdict(dict)
    for look, other, by_names in _similar(by_look):
        rules = rules_of(look.sport)
        for offer, near in _near(by_look[look], by_look[other], rules):
            likelihood = by_names * (SURE if is_close(offer, near) else OTHER_START)
            if likelihood >= UNSURE and offer.key.provider != near.key.provider:
                rank = _rank(offer, near, likelihood)
                pairs[offer.key][near.key] = Likeness(near, likelihood, rank)
                pairs[near.key][offer.key] = Likeness(offer, likelihood, rank)
    return pairs


def _look(offer: Offer, aliases: Aliases) -> _Look:
    rules = rules_of(offer.sport)
    names = () if rules.is_race else offer.participants
    participants = [aliases.read("participant", offer, name) for name in names]
    if not rules.has_home_side:
        participants = sorted(participants, key=attrgetter("written"))
    return _Look(offer.sport, aliases.read("competition", offer, offer.competition), tuple(participants))


def _similar(looks: Iterable[_Look]) -> Iterator[tuple[_Look, _Look, float]]:
    """Yield pairs of looks that may be of one event, each once, also of a look with itself."""
    earlier: defaultdict[tuple[str, ...], list[_Look]] = defaultdict(list)
    for look in looks:
        yield look, look, SURE
        traits = look.traits()
        for other in dict.fromkeys(chain.from_iterable(map(earlier.__getitem__, traits))):
            if (by_names := _by_names(look, other)) >= UNSURE:
                yield look, other, by_names
        for trait in traits:
            earlier[trait].append(look)


def _near(offers: list[Offer], others: list[Offer], rules: SportRules) -> Iterator[tuple[Offer, Offer]]:
    """Yield pairs whose starts are not too far apart; both lists are sorted by start."""
    reach = rules.start_tolerance if rules.is_race else MAX_MOVE
    for place, offer in enumerate(offers):
        first = place + 1 if offers is others else bisect_left(others, _moved(offer, -reach), key=_STARTS_AT)
        last = bisect_right(others, _moved(offer, reach), key=_STARTS_AT)
        for other in others[first:last]:
            yield offer, other


def _moved(offer: Offer, by: timedelta) -> datetime:
    return offer.starts_at + by


def _by_names(look: _Look, other: _Look) -> float:
    rules = rules_of(look.sport)
    if rules.is_race:
        return _name_likelihood(look.competition, other.competition, rules)
    if len(look.participants) != len(other.participants):
        return 0.0
    orders = (other.participants,) if rules.has_home_side else (other.participants, other.participants[::-1])
    by_participants = max(_sides_likelihood(look.participants, names, rules) for names in orders)
    return by_participants * (SURE if look.competition.is_same(other.competition) else OTHER_COMPETITION)


def _sides_likelihood(names: Iterable[Reading], others: Iterable[Reading], rules: SportRules) -> float:
    """Return how likely all names are the same: as likely as the least likely one."""
    least = SURE
    for name, other in zip(names, others, strict=True):
        least = min(least, _name_likelihood(name, other, rules))
        if least < UNSURE:
            break
    return least


def _name_likelihood(name: Reading, other: Reading, rules: SportRules) -> float:
    if name.is_same(other):
        return SURE
    similar = max(
        similarity(one, another, has_clubs=rules.has_clubs)
        for one in (name.written, *name.meant)
        for another in (other.written, *other.meant)
    )
    # Equal names by which two providers do not mean the same.
    return ABBREVIATED if similar == SURE else similar


def is_close(offer: Offer, other: Offer) -> bool:
    """Return whether two starts are within the tolerance of the sport."""
    return abs(offer.starts_at - other.starts_at) <= rules_of(offer.sport).start_tolerance


def _rank(offer: Offer, other: Offer, likelihood: float) -> Rank:
    lower, higher = sorted((_place(offer), _place(other)))
    return -likelihood, abs(offer.starts_at - other.starts_at), lower, higher


def _place(offer: Offer) -> Place:
    return offer.starts_at, offer.key.provider, offer.known_since, offer.key.id
