"""What people decided about offers, and what is learned from it: other names of the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from subgraphs.events.matching.names import normal, similarity
from subgraphs.events.matching.offers import Offer, OfferKey, rules_of

Kind: TypeAlias = Literal["participant", "competition"]


class Alias(NamedTuple):
    """Two normal names that mean the same in a sport."""

    kind: Kind
    sport: str
    first: str
    second: str


class Same(NamedTuple):
    """A person decided that two offers are of one event.

    Attributes:
        aliases: What that says about names, which is forgotten if the decision is taken back.
    """

    first: OfferKey
    second: OfferKey
    aliases: tuple[Alias, ...] = ()


class Different(NamedTuple):
    """A person decided that two offers are of two events."""

    first: OfferKey
    second: OfferKey


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions that hold; their order means nothing.

    Where two contradict each other, `different` wins.
    """

    same: frozenset[Same] = frozenset()
    different: frozenset[Different] = frozenset()
    _identities: dict[tuple[Kind, str, str], str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Find all names of each identity."""
        aliases = sorted({alias for decision in self.same for alias in decision.aliases})
        object.__setattr__(self, "_identities", _identities(aliases))

    def identity(self, kind: Kind, sport: str, name: str) -> str:
        """Return the name by which a participant or competition is known, of any name of it."""
        written = normal(name)
        return self._identities.get((kind, sport, written), written)

    def participants(self, offer: Offer) -> tuple[str, ...]:
        """Return the identities of those that tell an offer apart, sorted unless one side is at home."""
        rules = rules_of(offer.sport)
        if rules.is_race:
            return ()
        names = (self.identity("participant", offer.sport, name) for name in offer.participants)
        return tuple(names) if rules.has_home_side else tuple(sorted(names))

    def competition(self, offer: Offer) -> str:
        """Return the identity of an offer's competition."""
        return self.identity("competition", offer.sport, offer.competition)


def same(first: Offer, second: Offer) -> Same:
    """Return the decision that two offers are of one event, with what is learned from it."""
    aliases = {_alias("competition", first.sport, first.competition, second.competition)}
    for name, other in _pairs(first, second):
        aliases.add(_alias("participant", first.sport, name, other))
    learned = sorted(alias for alias in aliases if alias.first and alias.first != alias.second)
    lower, higher = sorted((first.key, second.key))
    return Same(lower, higher, tuple(learned))


def separated(offer: OfferKey, event: Iterable[OfferKey]) -> frozenset[Different]:
    """Return the decisions that an offer is of none of the events of other offers."""
    return frozenset(Different(*sorted((offer, other))) for other in event if other != offer)


def _pairs(first: Offer, second: Offer) -> Sequence[tuple[str, str]]:
    """Return which participant is which; none if that is not clear."""
    match first.participants, second.participants:
        case (name,), (other,):
            return ((name, other),)
        case (home, away), (other_home, other_away):
            straight = ((home, other_home), (away, other_away))
            turned = ((home, other_away), (away, other_home))
        case _:
            return ()
    if _likeness(straight) > _likeness(turned):
        return straight
    # One that has its sides swapped says nothing about names where that is another event.
    is_clear = not rules_of(first.sport).has_home_side and _likeness(turned) > _likeness(straight)
    return turned if is_clear else ()


def _likeness(pairs: Iterable[tuple[str, str]]) -> float:
    return sum(similarity(normal(name), normal(other)) for name, other in pairs)


def _alias(kind: Kind, sport: str, name: str, other: str) -> Alias:
    return Alias(kind, sport, *sorted((normal(name), normal(other))))


def _identities(aliases: Iterable[Alias]) -> dict[tuple[Kind, str, str], str]:
    """Return the longest of all names that aliases connect with a name, of each name that has one."""
    names: dict[tuple[Kind, str, str], set[str]] = {}
    for alias in aliases:
        keys = [(alias.kind, alias.sport, name) for name in (alias.first, alias.second)]
        united = set().union(*(names.get(key, {key[2]}) for key in keys))
        for name in united:
            names[alias.kind, alias.sport, name] = united
    return {key: max(sorted(united), key=len) for key, united in names.items()}
