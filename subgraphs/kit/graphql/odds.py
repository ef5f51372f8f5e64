"""Odds as customers read them: fractional, decimal or American, from decimal odds times 1,000."""

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Final

import strawberry
from strawberry import Private

from subgraphs.kit.graphql.descriptions import fields_described

MAX_ODDS_KEPT: Final = 4_096
EVENS: Final = 2_000

_STEPS: Final = """
1/100 1/50 1/33 1/25 1/20 1/16 1/14 1/12 1/10 1/9 1/8 2/15 1/7 2/13 1/6 2/11 1/5 2/9 1/4 2/7 3/10
1/3 4/11 2/5 4/9 1/2 8/15 4/7 8/13 4/6 8/11 4/5 5/6 10/11 20/21 21/20 11/10 6/5 5/4 11/8 7/5 6/4 8/5
13/8 7/4 9/5 15/8 85/40 11/5 9/4 12/5 5/2 13/5 11/4 16/5 10/3 7/2 9/2 11/2 13/2 15/2 17/2 19/2
"""
_TRADITIONAL: Final = [(Fraction(text), text) for text in _STEPS.split()]
"""The steps in which bookmakers in Britain quote, as they write them; all whole numbers are steps, too."""


@strawberry.enum
class OddsStyle(StrEnum):
    """How odds are written: 5/2, 3.50 or +250."""

    FRACTIONAL = "FRACTIONAL"
    DECIMAL = "DECIMAL"
    AMERICAN = "AMERICAN"


def style_of(accept_language: str | None) -> OddsStyle:
    """Return the style that is usual where a visitor's first language is spoken; fractional in Britain."""
    first = (accept_language or "en-GB").partition(",")[0].partition(";")[0].strip().lower()
    if first in {"en", "en-gb", "en-ie", "cy", "cy-gb", "ga", "ga-ie", "*", ""}:
        return OddsStyle.FRACTIONAL
    return OddsStyle.AMERICAN if first == "en-us" else OddsStyle.DECIMAL


@lru_cache(MAX_ODDS_KEPT)
def display(milli: int, style: OddsStyle) -> str:
    """Return odds as they are written.

    A fraction is a traditional one if that is the same to a hundredth, as 10/11 for 1.91; else the exact one.
    """
    if style is OddsStyle.DECIMAL:
        return f"{milli / 1000:.3f}".removesuffix("0")
    profit = milli - 1000
    if style is OddsStyle.AMERICAN:
        return f"+{round(profit / 10)}" if milli >= EVENS else f"-{round(100_000 / max(profit, 1))}"
    if milli == EVENS:
        return "Evens"
    exact = Fraction(profit, 1000)
    same = [step for step in _TRADITIONAL if round(step[0] + 1, 2) == round(exact + 1, 2)]
    if same and exact.denominator != 1:
        return min(same, key=lambda step: abs(step[0] - exact))[1]
    return f"{exact.numerator}/{exact.denominator}"


@fields_described
@strawberry.federation.type(shareable=True)
class Odds:
    """Decimal odds times 1,000: the best that is offered, or those that were taken.

    Attributes:
        changed_at: When they last changed.
    """

    milli: int
    changed_at: datetime
    usual: Private[OddsStyle]

    @strawberry.field
    def display(self, style: OddsStyle | None = None) -> str:
        """Return them as they are written; by default as usual in the visitor's language, in Britain 5/2."""
        return display(self.milli, style or self.usual)
