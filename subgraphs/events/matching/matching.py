"""Which offers are of one event, and which wait for a person to decide."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple

from subgraphs.events.matching.decisions import Decisions
from subgraphs.events.matching.groups import Group, excluded, grouped
from subgraphs.events.matching.names import similarity
from subgraphs.events.matching.offers import Offer, OfferKey, rules_of

UNSURE: Final = 0.7
"""The confidence from which two offers may be of one event, so that a person decides."""
MAX_MOVE: Final = timedelta(hours=12)
"""How far apart the starts of one event may be: a provider may not know yet that it was moved."""
OTHER_START: Final = 0.8
OTHER_COMPETITION: Final = 0.85
"""The confidence that is left where a start is out of tolerance, and where competitions differ in name."""
_BEGINNING: Final = 3
"""Two names are compared only if words of theirs begin with the same letters, so many."""

Keys = tuple[OfferKey, ...]
"""Offers of one event, in the order in which they became known."""


class Candidate(NamedTuple):
    """An event that offers may be of, with a confidence of 0 to 1."""

    event: Keys
    confidence: float


class Waiting(NamedTuple):
    """Offers of an event that waits for a person: is it one of the candidates, likeliest first, or new?"""

    offers: Keys
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """Every offer is of one event or waits, never both."""

    events: tuple[Keys, ...]
    waiting: tuple[Waiting, ...]


def matched(offers: Iterable[Offer], decisions: Decisions) -> Matching:
    """Match offers to events.

    Offers that are surely of one event are joined, in whatever order they came. Where that is not sure, those
    that were known first are the event, and the others wait. Offers of different sports never concern one
    another, nor do those whose starts are far apart unless a person joined them, so each such part can be
    matched by itself.
    """
    events: dict[Keys, Group] = {}
    waiting: list[Waiting] = []
    nearby = _Nearby(decisions)
    for group in grouped(offers, decisions):
        keys = tuple(offer.key for offer in group)
        candidates = [
            Candidate(event, likelihood)
            for event in nearby.events(group)
            if not excluded(group, events[event], decisions)
            and (likelihood := _confidence(group, events[event], decisions)) >= UNSURE
        ]
        if candidates:
            likeliest = sorted(candidates, key=lambda candidate: (-candidate.confidence, candidate.event))
            waiting.append(Waiting(keys, tuple(likeliest)))
        else:
            events[keys] = group
            nearby.add(keys, group)
    return Matching(tuple(events), tuple(waiting))


class _Nearby:
    """Finds the events whose names have something in common with those of a group."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._events: defaultdict[tuple[str, str], list[Keys]] = defaultdict(list)

    def add(self, event: Keys, group: Group) -> None:
        for beginning in self._beginnings(group):
            self._events[beginning].append(event)

    def events(self, group: Group) -> Iterable[Keys]:
        """Return the events that have a word in common with a group, as far as its beginning tells."""
        beginnings = sorted(self._beginnings(group))
        return dict.fromkeys(event for beginning in beginnings for event in self._events[beginning])

    def _beginnings(self, group: Group) -> set[tuple[str, str]]:
        return {
            (offer.sport, word[:_BEGINNING])
            for offer in group
            for name in self._decisions.participants(offer) or (self._decisions.competition(offer),)
            for word in name.split()
        }


def _confidence(group: Group, event: Group, decisions: Decisions) -> float:
    """Return how sure it is that two groups are of one event: as sure as of their most similar offers."""
    return max(_likelihood(offer, other, decisions) for offer in group for other in event)


def _likelihood(offer: Offer, other: Offer, decisions: Decisions) -> float:
    if not (offer.is_named and other.is_named):
        return 0.0
    apart = abs(offer.starts_at - other.starts_at)
    own, others = decisions.participants(offer), decisions.participants(other)
    course, other_course = decisions.competition(offer), decisions.competition(other)
    rules = rules_of(offer.sport)
    if not own:  # a race: nothing but course and time tell it apart
        return similarity(course, other_course) if apart <= rules.start_tolerance else 0.0
    if apart > MAX_MOVE or len(own) != len(others):
        return 0.0
    by_start = 1.0 if apart <= rules.start_tolerance else OTHER_START
    by_competition = 1.0 if course == other_course else OTHER_COMPETITION
    orders = (others,) if rules.has_home_side else (others, others[::-1])
    return by_start * by_competition * max(min(map(similarity, own, names)) for names in orders)
