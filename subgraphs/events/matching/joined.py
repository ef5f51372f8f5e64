"""Offers that people joined, and those that cannot be of one event."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from subgraphs.events.matching.decisions import Decisions, Different, Same
from subgraphs.events.matching.offers import Offer, OfferKey

Unit: TypeAlias = tuple[Offer, ...]
"""Offers that people joined, directly or through others, or a single one."""
Units: TypeAlias = Mapping[OfferKey, Unit]
"""That of each offer, itself included; most offers are alone."""


class Exclusions:
    """Which offers cannot be of one event: those of one provider, and those that a person separated."""

    def __init__(self, different: Iterable[Different]) -> None:
        """Keep what people separated."""
        self._separated: defaultdict[OfferKey, set[OfferKey]] = defaultdict(set)
        for decision in different:
            self._separated[decision.first].add(decision.second)
            self._separated[decision.second].add(decision.first)

    def exclude(self, offers: Iterable[Offer], others: Collection[Offer]) -> bool:
        """Return whether any of some offers cannot be of one event with any of others."""
        return any(self.excludes(first.key, second.key) for first, second in product(offers, others))

    def excludes(self, first: OfferKey, second: OfferKey) -> bool:
        """Return whether two other offers cannot be of one event."""
        return first.provider == second.provider or second in self._separated.get(first, ())


@dataclass(frozen=True, slots=True)
class Joined:
    """Offers that people joined.

    Attributes:
        refused: The decisions that would have joined offers that cannot be of one event.
    """

    units: Units
    refused: tuple[Same, ...]


def joined(offers: Iterable[Offer], decisions: Decisions, exclusions: Exclusions) -> Joined:
    """Join offers of which people said that they are the same.

    Of decisions that contradict each other, those whose keys are lower hold. One about an offer that is not
    there means nothing.
    """
    units: dict[OfferKey, Unit] = {offer.key: (offer,) for offer in offers}
    refused: list[Same] = []
    for decision in sorted(decisions.same):
        first, second = units.get(decision.first), units.get(decision.second)
        if first is None or second is None or first is second:
            continue
        if exclusions.exclude(first, second):
            refused.append(decision)
        else:
            united = first + second
            units.update((offer.key, united) for offer in united)
    return Joined(units, tuple(refused))
