"""What the place part of a bet each way pays, in the graph."""

from typing import Self

import strawberry

from subgraphs.kit.offers import Terms


@strawberry.federation.type(shareable=True)
class PlaceTerms:
    """Each way: the place part pays this fraction of the odds for so many places."""

    places: int
    numerator: int
    denominator: int

    @classmethod
    def of(cls, terms: Terms) -> Self:
        """Return the terms of a bet."""
        return cls(places=terms.places, numerator=terms.numerator, denominator=terms.denominator)


@strawberry.input
class PlaceTermsInput:
    """The terms of the place part as the customer saw them."""

    places: int
    numerator: int
    denominator: int

    @property
    def terms(self) -> Terms:
        """Return them as they are compared."""
        return Terms(self.numerator, self.denominator, self.places)
