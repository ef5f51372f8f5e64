"""Matches offers of several providers to one event each, by rules and by what people have decided. Pure.

`matched` is a function of all offers and decisions. Nothing is ever copied from an offer to its event: what a
provider says hangs on the provider's offer, so that an offer which leaves an event takes all of it along.
"""

from subgraphs.events.matching.aliases import Alias
from subgraphs.events.matching.decisions import Decisions, Different, Same, same, separated
from subgraphs.events.matching.matching import Candidate, Matching, Waiting, matched
from subgraphs.events.matching.offers import Offer, OfferKey

__all__ = [
    "Alias",
    "Candidate",
    "Decisions",
    "Different",
    "Matching",
    "Offer",
    "OfferKey",
    "Same",
    "Waiting",
    "matched",
    "same",
    "separated",
]
