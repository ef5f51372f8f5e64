"""Which offers are of one event, and which wait for a person to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from subgraphs.events.matching.aliases import Aliases
from subgraphs.events.matching.decisions import Decisions, Same
from subgraphs.events.matching.groups import bonds, grouped
from subgraphs.events.matching.joined import Exclusions, joined
from subgraphs.events.matching.likeness import alike
from subgraphs.events.matching.offers import AGE, Offer, OfferKey
from subgraphs.events.matching.questions import Questions

Keys: TypeAlias = tuple[OfferKey, ...]
"""Offers of one event. The first one names it; the others are in the order in which they became known."""


class Candidate(NamedTuple):
    """An event that offers may be of, with a confidence of 0 to 1."""

    event: Keys
    confidence: float


class Waiting(NamedTuple):
    """Offers of an event that waits for a person: is it one of the candidates, likeliest first, or new?

    A candidate may wait as well.
    """

    offers: Keys
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """Every offer is of one event or waits, never both.

    Attributes:
        events: By when their first offers became known.
        waiting: In the same order.
        refused: Decisions that do not hold, as they would join offers of one provider or offers that a person
            separated.
    """

    events: tuple[Keys, ...]
    waiting: tuple[Waiting, ...] = ()
    refused: tuple[Same, ...] = ()


def matched(offers: Iterable[Offer], decisions: Decisions) -> Matching:
    """Match offers to events.

    Offers that surely are of one event are joined, whenever they became known. Where that is not sure, those
    that were known first are the event, and the others wait. What was an event stays one, whatever becomes
    known later. Offers of different sports never concern one another unless a person joined them, so each
    sport can be matched by itself.
    """
    in_order = sorted(offers, key=AGE)
    exclusions = Exclusions(decisions.different)
    people = joined(in_order, decisions, exclusions)
    likenesses = alike(in_order, Aliases(alias for decision in decisions.same for alias in decision.aliases))
    bonded = bonds(likenesses, people.units, exclusions, decisions.different)
    groups = grouped(bonded, people.units, exclusions)
    questions = Questions(likenesses, bonded, people.units, exclusions)
    members: defaultdict[OfferKey, list[Offer]] = defaultdict(list)
    for offer in in_order:
        members[groups[offer.key][0][0].key].append(offer)
    events: dict[OfferKey, _Event] = {}
    for group in members.values():
        event = _event(group, questions)
        events.update((offer.key, event) for offer in group)
    distinct = sorted({event.keys[0]: event for event in events.values()}.values(), key=attrgetter("age"))
    return Matching(
        tuple(event.keys for event in distinct if event.is_settled),
        tuple(
            Waiting(event.keys, _candidates(event, events, questions))
            for event in distinct
            if not event.is_settled
        ),
        people.refused,
    )


@dataclass(frozen=True, slots=True)
class _Event:
    """Offers of one event, which is known by its oldest settled one; without one it waits."""

    offers: tuple[Offer, ...]
    keys: Keys
    is_settled: bool

    @property
    def age(self) -> tuple[datetime, OfferKey]:
        return AGE(self.offers[0])


def _event(offers: list[Offer], questions: Questions) -> _Event:
    """Return the event of offers, which are in the order in which they became known."""
    settled = next((offer for offer in offers if questions.is_settled(offer)), None)
    first = settled or offers[0]
    in_order = (first, *(offer for offer in offers if offer is not first))
    return _Event(in_order, tuple(offer.key for offer in in_order), is_settled=settled is not None)


def _candidates(
    event: _Event, events: Mapping[OfferKey, _Event], questions: Questions
) -> tuple[Candidate, ...]:
    """Return the events of all older offers that those of an event may be, the likeliest first."""
    confidences: dict[Keys, float] = {}
    for offer in event.offers:
        for likeness in questions.of(offer):
            keys = events[likeness.offer.key].keys
            if keys != event.keys:
                confidences[keys] = max(likeness.likelihood, confidences.get(keys, 0))
    candidates = (Candidate(keys, confidence) for keys, confidence in confidences.items())
    return tuple(sorted(candidates, key=lambda candidate: (-candidate.confidence, candidate.event)))
