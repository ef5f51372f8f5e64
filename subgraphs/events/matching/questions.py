"""Of which older offers it has to be asked whether an offer is of their event."""

from collections.abc import Iterator
from itertools import product
from operator import attrgetter
from typing import Final

from subgraphs.events.matching.joined import Exclusions, Units
from subgraphs.events.matching.likeness import Alike, Likeness, Rank
from subgraphs.events.matching.offers import AGE, Offer, OfferKey

_RANK: Final = attrgetter("rank")


class Questions:
    """Which offers are settled, and of which others it has to be asked whether they are of one event.

    Offers that become known later raise no question about earlier ones, and can only answer some. So an offer
    that is settled stays so, and the event that it names is shown from then on.
    """

    def __init__(self, alike: Alike, bonds: Alike, units: Units, exclusions: Exclusions) -> None:
        """Ask about what is alike, with what is known of each offer."""
        self._alike = alike
        self._bonds = bonds
        self._units = units
        self._exclusions = exclusions
        self._closest_bonds: dict[OfferKey, tuple[Likeness, ...]] = {}

    def is_settled(self, offer: Offer) -> bool:
        """Return whether an offer raises no question, so that it may be an event."""
        return next(self.of(offer), None) is None

    def of(self, offer: Offer) -> Iterator[Likeness]:
        """Yield the older offers of whose event an offer may be."""
        for other, likeness in self._alike.get(offer.key, {}).items():
            is_older = AGE(likeness.offer) < AGE(offer)
            if is_older and not self._is_answered(offer.key, other, likeness.rank):
                yield likeness

    def _is_answered(self, offer: OfferKey, other: OfferKey, rank: Rank) -> bool:
        """Return whether two offers are of two events, as offers are which are closer to each of them."""
        # Of many offers of a provider, the closest ones mostly tell.
        for closer in (self._closest, self._closer):
            pairs = product(closer(offer, rank), closer(other, rank))
            if any(first != second and self._exclusions.excludes(first, second) for first, second in pairs):
                return True
        return False

    def _closer(self, offer: OfferKey, rank: Rank) -> Iterator[OfferKey]:
        """Yield the offers of an offer's event that are closer to it than another one is, itself included."""
        yield from (member.key for member in self._units[offer])
        yield from (key for key, bond in self._bonds.get(offer, {}).items() if bond.rank < rank)

    def _closest(self, offer: OfferKey, rank: Rank) -> Iterator[OfferKey]:
        """Yield the offer itself, and of each provider the closest of those that are closer than another."""
        yield offer
        if offer not in self._closest_bonds:
            bonds = self._bonds.get(offer, {}).values()
            by_provider = {bond.offer.key.provider: bond for bond in sorted(bonds, key=_RANK, reverse=True)}
            self._closest_bonds[offer] = tuple(by_provider.values())
        yield from (bond.offer.key for bond in self._closest_bonds[offer] if bond.rank < rank)
