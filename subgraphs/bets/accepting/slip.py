"""A slip: what a customer wants to bet on, at the prices that they saw."""

from enum import StrEnum

from msgspec import Struct

from subgraphs.kit.offers import Terms


class PriceChanges(StrEnum):
    """Which prices a customer takes other than those that they saw.

    NONE: None.
    HIGHER: Higher ones.
    ANY: All.
    """

    NONE = "NONE"
    HIGHER = "HIGHER"
    ANY = "ANY"

    def takes(self, seen_milli: int, offered_milli: int) -> bool:
        """Tell whether a customer who saw some odds takes those that are offered."""
        match self:
            case PriceChanges.ANY:
                return True
            case PriceChanges.HIGHER:
                return offered_milli >= seen_milli
            case PriceChanges.NONE:
                return offered_milli == seen_milli

    def takes_terms(self, seen: Terms, offered: Terms) -> bool:
        """Tell whether a customer who saw some terms of the place part takes those that are offered."""
        match self:
            case PriceChanges.ANY:
                return True
            case PriceChanges.HIGHER:
                return offered.are_as_good_as(seen)
            case PriceChanges.NONE:
                return offered == seen


class SlipLeg(Struct, frozen=True):
    """A selection, and its decimal odds in thousandths as the customer saw them.

    Attributes:
        terms: Of the place part, as the customer saw them; None if they take those of now.
    """

    selection_id: str
    odds_milli: int
    terms: Terms | None = None


class Slip(Struct, frozen=True, kw_only=True):
    """What a customer wants to bet.

    Attributes:
        legs: One of a single; of a multiple all have to win.
        stake_minor: On each line, in minor units: a bet each way costs it twice.
        each_way: Whether there is a second line, on the places.
        currency: ISO 4217's alphabetic code.
        changes: Which other prices the customer takes.
        free_bet: The id of the club's free bet that pays, and whole; "" if the customer's money does.
    """

    legs: tuple[SlipLeg, ...]
    stake_minor: int
    each_way: bool
    currency: str
    changes: PriceChanges = PriceChanges.NONE
    free_bet: str = ""

    @property
    def total_minor(self) -> int:
        """Return what it costs."""
        return self.stake_minor * (2 if self.each_way else 1)
