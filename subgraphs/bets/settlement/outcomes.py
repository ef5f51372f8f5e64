"""What became of the selection of a leg, as far as it changes what is paid."""

from enum import StrEnum
from fractions import Fraction
from typing import Final, Self

from msgspec import Struct

MILLI: Final = 1000
"""Shares and deductions are whole thousandths, as providers tell them."""

MAX_SHARING: Final = 30
"""How many runners share a place at most: shares of so few are told apart by thousandths."""

MAX_DEDUCTION_MILLI: Final = 900
"""However many runners are withdrawn (Tattersalls' Rule 4(c): 90 pence in the pound)."""


class LegResult(StrEnum):
    """What became of a leg.

    WON: Its selection has won; of a bet each way, the place part as well.
    PLACED: It has not won, but came in one of the places that are paid.
    LOST: Neither.
    VOID: It stands as if it had never been bet on.
    DEAD_HEAT: It shares the first place.
    """

    WON = "WON"
    PLACED = "PLACED"
    LOST = "LOST"
    VOID = "VOID"
    DEAD_HEAT = "DEAD_HEAT"


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a leg's selection.

    Attributes:
        result: In one word.
        shared_milli: The part of the stake that is paid where runners share a place, in thousandths: of a
            dead heat for the first place that of the win, of PLACED that of the place.
        void_milli: The part of the stake that is given back whatever the result, in thousandths.
        deduction_milli: What is taken off the winnings for runners that were withdrawn after the bet, in
            thousandths.
    """

    result: LegResult
    shared_milli: int = MILLI
    void_milli: int = 0
    deduction_milli: int = 0

    def __post_init__(self) -> None:
        """Check the shares.

        Raises:
            ValueError: One is no part of a whole, or more is deducted than ever is.
        """
        if not 0 < self.shared_milli <= MILLI or not 0 <= self.void_milli <= MILLI:
            raise ValueError(f"no parts of a stake: {self.shared_milli} and {self.void_milli}")
        if not 0 <= self.deduction_milli <= MAX_DEDUCTION_MILLI:
            raise ValueError(f"no deduction: {self.deduction_milli}")

    @classmethod
    def void(cls) -> Self:
        """Return that a leg stands as if it had never been bet on."""
        return cls(result=LegResult.VOID)

    @property
    def win_share(self) -> Fraction:
        """Return which part of the stake on the win is paid."""
        match self.result:
            case LegResult.WON:
                return Fraction(1)
            case LegResult.DEAD_HEAT:
                return self._shared
            case _:
                return Fraction(0)

    def place_share(self, places: int) -> Fraction:
        """Return which part of the stake on the place is paid.

        Of more runners that share the first place than there are places, each has its part of these.

        Args:
            places: How many are paid; 0 if that is not known.
        """
        match self.result:
            case LegResult.DEAD_HEAT if places:
                return min(Fraction(1), places * self._shared)
            case LegResult.WON | LegResult.DEAD_HEAT:
                return Fraction(1)
            case LegResult.PLACED:
                return self._shared
            case _:
                return Fraction(0)

    @property
    def _shared(self) -> Fraction:
        """Return the share that a provider has rounded: 333 is a third."""
        return Fraction(self.shared_milli, MILLI).limit_denominator(MAX_SHARING)


def total_deduction(milli: list[int]) -> int:
    """Return what is deducted for several runners that were withdrawn, in thousandths."""
    return min(sum(milli), MAX_DEDUCTION_MILLI)
