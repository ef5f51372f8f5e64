"""What a bet returns: one line, or two of each way, each the product of what its legs return.

All is counted in fractions, and rounded once, at the end: to the nearest minor unit, and a half of one up.
A leg that is void counts as one, so that a double with one of them is a single.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import floor, prod
from typing import Final

from msgspec import Struct

from subgraphs.bets.settlement.outcomes import MILLI, LegResult, Outcome
from subgraphs.kit.offers import Terms

EVENS: Final = Fraction(1)


class Leg(Struct, frozen=True, kw_only=True):
    """A leg of a bet, as far as it decides what is paid.

    Attributes:
        odds_milli: Decimal, in thousandths, as they were taken.
        terms: Of the place part; None if the bet is not each way.
        outcome: What became of it; None while that is not known.
    """

    odds_milli: int
    terms: Terms | None = None
    outcome: Outcome | None = None


class Line(Struct, frozen=True):
    """What one line of a bet returns of each minor unit that was staked on it.

    Attributes:
        whole: With the stake.
        stake: The part of the stake that is in it.
    """

    whole: Fraction
    stake: Fraction

    @property
    def winnings(self) -> Fraction:
        """Return what is in it beside the stake."""
        return self.whole - self.stake


def returns_of(stake_minor: int, legs: Sequence[Leg], *, each_way: bool, is_free: bool = False) -> int:
    """Return what a bet returns, in minor units, when the outcomes of all legs are known.

    Args:
        stake_minor: On each line: a bet each way costs it twice.
        legs: One of a single; each has an outcome, and terms if the bet is each way.
        each_way: Whether there is a second line, on the place.
        is_free: Whether the stake was a free bet, of which the winnings alone are paid.

    Raises:
        ValueError: An outcome is not known, a leg has no terms, or there is no leg.
    """
    lines = [_line(legs, _won)]
    if each_way:
        lines.append(_line(legs, _placed))
    paid = sum((line.winnings if is_free else line.whole for line in lines), Fraction(0))
    return floor(stake_minor * paid + Fraction(1, 2))


def potential_returns(stake_minor: int, legs: Sequence[Leg], *, each_way: bool, is_free: bool = False) -> int:
    """Return what a bet returns, in minor units, if all legs win that have no outcome yet.

    Raises:
        ValueError: A leg has no terms, or there is no leg.
    """
    won = Outcome(result=LegResult.WON)
    hoped = [Leg(odds_milli=leg.odds_milli, terms=leg.terms, outcome=leg.outcome or won) for leg in legs]
    return returns_of(stake_minor, hoped, each_way=each_way, is_free=is_free)


def _line(legs: Sequence[Leg], part: Callable[[Leg, Outcome], Line]) -> Line:
    if not legs:
        raise ValueError("a bet has a leg")
    each = [part(leg, _known(leg)) for leg in legs]
    return Line(
        prod((one.whole for one in each), start=EVENS), prod((one.stake for one in each), start=EVENS)
    )


def _known(leg: Leg) -> Outcome:
    if leg.outcome is None:
        raise ValueError("the outcome of a leg is not known")
    return leg.outcome


def _won(leg: Leg, outcome: Outcome) -> Line:
    return _paid(outcome, outcome.win_share, Fraction(leg.odds_milli - MILLI, MILLI))


def _placed(leg: Leg, outcome: Outcome) -> Line:
    if leg.terms is None:
        raise ValueError("a leg of a bet each way has no terms")
    winnings = Fraction(leg.odds_milli - MILLI, MILLI)
    part = Fraction(leg.terms.numerator, leg.terms.denominator)
    return _paid(outcome, outcome.place_share(leg.terms.places), winnings * part)


def _paid(outcome: Outcome, share: Fraction, winnings: Fraction) -> Line:
    """Return what one leg returns of each minor unit on it.

    Args:
        outcome: What became of it.
        share: Which part of the stake is paid.
        winnings: What each minor unit wins beside itself, before anything is deducted.
    """
    if outcome.result is LegResult.VOID:
        return Line(EVENS, EVENS)
    void = Fraction(outcome.void_milli, MILLI)
    paid = (1 - void) * share
    kept = 1 - Fraction(outcome.deduction_milli, MILLI)
    return Line(void + paid * (1 + winnings * kept), void + paid)
