"""Groups offers that surely are of one event: by names and starts, and by what people decided."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import TypeAlias

from subgraphs.events.matching.decisions import Different
from subgraphs.events.matching.joined import Exclusions, Unit, Units
from subgraphs.events.matching.likeness import SURE, Alike, is_close
from subgraphs.events.matching.offers import Offer, OfferKey

Group: TypeAlias = tuple[Unit, ...]
"""Units that are of one event."""


def bonds(alike: Alike, units: Units, exclusions: Exclusions, different: Iterable[Different]) -> Alike:
    """Return which offers surely are of one event.

    An offer that may as well be of two events has no bond with either: it is sure of two offers that a person
    separated. Everything else that excludes is left to the grouping, which prefers the closer starts.
    """
    sure = {
        key: {
            other: likeness
            for other, likeness in likenesses.items()
            if likeness.likelihood == SURE and not exclusions.exclude(units[key], units[other])
        }
        for key, likenesses in alike.items()
    }
    for unit, claimed in _contested(sure, units, different):
        for offer, other in product(unit, claimed):
            sure.get(offer.key, {}).pop(other.key, None)
            sure.get(other.key, {}).pop(offer.key, None)
    return sure


def grouped(bonded: Alike, units: Units, exclusions: Exclusions) -> dict[OfferKey, Group]:
    """Return the group of each offer.

    Units are joined along their bonds, the closest starts first, if then the starts of every two units in the
    group are within the tolerance of the sport and nothing excludes it. So the groups do not depend on when
    offers became known, but for those of one provider that start at the same time.
    """
    groups: dict[OfferKey, Group] = {key: (unit,) for key, unit in units.items()}
    for offer, other in _closest_first(bonded):
        first, second = groups[offer], groups[other]
        if first is not second and _is_one(first, second, exclusions):
            united = first + second
            groups.update((member.key, united) for unit in united for member in unit)
    return groups


def _contested(sure: Alike, units: Units, different: Iterable[Different]) -> list[tuple[Unit, Unit]]:
    """Return which units may be of which others, but as well of others that a person separated from these."""
    contested: list[tuple[Unit, Unit]] = []
    for decision in different:
        if decision.first in units and decision.second in units:
            separated = (units[decision.first], units[decision.second])
            first, second = (_neighbours(unit, sure, units) for unit in separated)
            contested += [(first[key], unit) for key in first.keys() & second.keys() for unit in separated]
    return contested


def _neighbours(unit: Unit, sure: Alike, units: Units) -> dict[OfferKey, Unit]:
    """Return the units that surely are of one event with a unit, by their first offer."""
    found = (units[other] for offer in unit for other in sure.get(offer.key, ()))
    return {neighbour[0].key: neighbour for neighbour in found if neighbour is not unit}


def _closest_first(bonded: Alike) -> Iterator[tuple[OfferKey, OfferKey]]:
    pairs = [
        (likeness.rank, key, other)
        for key, likenesses in bonded.items()
        for other, likeness in likenesses.items()
        if key < other
    ]
    return ((key, other) for _, key, other in sorted(pairs))


def _is_one(group: Group, other: Group, exclusions: Exclusions) -> bool:
    """Return whether two groups can be of one event."""
    return all(
        not exclusions.exclude(first, second) and _are_close(first, second)
        for first, second in product(group, other)
    )


def _are_close(unit: Iterable[Offer], other: Unit) -> bool:
    """Return whether a start of each is close to one of the other: a person knew why theirs differ."""
    return any(is_close(first, second) for first, second in product(unit, other))
