"""What people decided about offers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from subgraphs.events.matching.aliases import Alias, learned
from subgraphs.events.matching.offers import Offer, OfferKey


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
    """All decisions that people have made and not taken back, in no order."""

    same: frozenset[Same] = frozenset()
    different: frozenset[Different] = frozenset()


def same(first: Offer, second: Offer) -> Same:
    """Return the decision that two offers are of one event, with what is learned from it."""
    lower, higher = sorted((first, second), key=lambda offer: offer.key)
    return Same(lower.key, higher.key, learned(lower, higher))


def separated(offer: OfferKey, event: Iterable[OfferKey]) -> frozenset[Different]:
    """Return the decisions that an offer is of none of the events of other offers."""
    return frozenset(Different(*sorted((offer, other))) for other in event if other != offer)
