"""Money and odds as platforms write them, exactly: decimals to minor units and milli-odds, never by float."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from consumers.stream.errors import Poison
from subgraphs.kit.domain.currencies import minor_digits

MOST_DIGITS: Final = 18
"""More than any amount needs; a number with an exponent of a million is not worked out."""

LONGEST_MILLI: Final = 2**31 - 1


def minor(amount: Decimal, currency: str) -> int:
    """An amount in units of a currency, as 5.00, in minor units.

    Raises:
        Poison: it has more decimals than the currency, or is no amount.
    """
    scaled = _scaled(amount, currency)
    if scaled != scaled.to_integral_value():
        raise Poison(f"{amount} has more decimals than {currency}")
    return int(scaled)


def minor_floor(amount: Decimal, currency: str, factor: Fraction = Fraction(1)) -> int:
    """An amount that may come to parts of a minor unit, as commission does, times a factor: rounded down.

    Raises:
        Poison: it is no amount.
    """
    return int(Fraction(_scaled(amount, currency)) * factor)


def decimal_odds(odds: Decimal) -> Fraction:
    """Decimal odds, as 3.45.

    Raises:
        Poison: they are no odds.
    """
    exact = Fraction(_plain(odds))
    if exact < 1:
        raise Poison(f"decimal odds of {odds} are below 1")
    return exact


def fractional_odds(odds: str) -> Fraction:
    """Odds as they are written in Britain, `7/2` or `evens`, as decimal odds: 4.5 and 2.

    Raises:
        Poison: they are no such odds.
    """
    if odds == "evens":
        return Fraction(2)
    won, slash, staked = odds.partition("/")
    plain = all(part.isascii() and part.isdecimal() and len(part) <= MOST_DIGITS for part in (won, staked))
    if not (slash and plain and int(staked)):
        raise Poison(f"{odds[:32]!r} are no odds such as 7/2")
    return Fraction(int(won), int(staked)) + 1


def laid_odds(odds: Fraction) -> Fraction:
    """The odds of who lays a bet: what comes back on one unit at risk. 1.5 for who lays at 3.

    Raises:
        Poison: nothing is at risk at such odds.
    """
    if odds <= 1:
        raise Poison("nothing is at risk where a bet is laid at odds of 1")
    return odds / (odds - 1)


def milli(odds: Fraction) -> int:
    """Decimal odds in thousandths, rounded down: 10/3 is 3333. Longer ones than a message holds are cut."""
    return min(int(odds * 1000), LONGEST_MILLI)


def _scaled(amount: Decimal, currency: str) -> Decimal:
    """In minor units, with what is left of a part."""
    if _plain(amount) < 0:
        raise Poison(f"{amount} is less than nothing")
    return amount.scaleb(minor_digits(currency))


def _plain(number: Decimal) -> Decimal:
    """The number, if it can be reckoned with."""
    sane = number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS
    if not sane or len(number.as_tuple().digits) > MOST_DIGITS:
        raise Poison(f"{str(number)[:32]} cannot be reckoned with")
    return number
