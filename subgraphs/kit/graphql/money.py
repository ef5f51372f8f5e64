"""Amounts of money: in minor units, and formatted for the customer."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, NewType

import strawberry
from babel import Locale
from babel.numbers import NumberPattern, parse_pattern

from jit import ExactIntegers
from subgraphs.kit.domain.currencies import minor_digits

MAX_KEPT: Final = 4096
UNGROUPED: Final = 1000
"""The number of units from which a locale may group digits."""


MAX_MINOR: Final = 2**53 - 1
"""The greatest whole number that JavaScript's numbers hold exactly."""

MinorUnits = NewType("MinorUnits", int)
"""An amount in minor units. Totals outgrow the 32 bits of GraphQL's Int: in IDR that is a thousand pounds."""

MINOR_UNITS = strawberry.scalar(
    name="MinorUnits",
    description="An amount in minor units (ISO 4217): 500 for five pounds, 5 for five yen. A whole number "
    "between -(2^53-1) and 2^53-1, written as a JSON number, which JavaScript holds exactly.",
    serialize=ExactIntegers(-MAX_MINOR, MAX_MINOR),
    parse_value=ExactIntegers(-MAX_MINOR, MAX_MINOR),
)


@strawberry.federation.type(shareable=True)
class Money:
    """An amount in minor units, and formatted for the customer, such as £5.00."""

    minor: MinorUnits
    currency: str
    display: str


@lru_cache(maxsize=MAX_KEPT)
def money(minor: int, currency: str, locale: str) -> Money:
    """Return an amount as shown in the graph; it is shared, so it must not be changed.

    Args:
        minor: The amount in minor units, such as 500 for five pounds.
        currency: The ISO 4217 code.
        locale: The BCP 47 name, such as en-GB.
    """
    return Money(minor=MinorUnits(minor), currency=currency, display=written(minor, currency, locale))


def written(minor: int, currency: str, locale: str) -> str:
    """Format an amount in a locale, with the currency's own number of decimals."""
    form = _form(currency, locale)
    if form is not None:
        units, rest = divmod(minor, form.scale)
        if 0 <= units < UNGROUPED:
            return f"{form.before}{units}{form.point}{rest:0{form.decimals}}{form.after}"
    return _by_babel(minor, currency, locale)


@dataclass(frozen=True, slots=True)
class _Form:
    """How a locale formats amounts that are too small for digit grouping.

    Attributes:
        scale: Minor units in one unit.
    """

    before: str
    point: str
    after: str
    decimals: int
    scale: int


@lru_cache(maxsize=1024)
def _form(currency: str, locale: str) -> _Form | None:
    """Derive the format from an amount that Babel formatted; None if that is impossible."""
    decimals = minor_digits(currency)
    scale = 10**decimals
    units, rest = "789", "1234567890"[:decimals]
    sample = _by_babel(int(units + rest), currency, locale)
    before, partition, tail = sample.partition(units)
    point, found_rest, after = tail.partition(rest) if decimals else ("", "", tail)
    if not decimals or not (partition and found_rest) or any(c.isdigit() for c in before + point + after):
        return None
    return _Form(before, point, after, decimals, scale)


def _by_babel(minor: int, currency: str, locale: str) -> str:
    digits = minor_digits(currency)
    amount = Decimal(minor).scaleb(-digits)
    pattern = _pattern(locale, digits)
    written = pattern.apply(amount, Locale.parse(locale, sep="-"), currency=currency, currency_digits=False)
    return str(written).replace("UK£", "£")  # Arabic's longer sign: no currency shares the short one there


@lru_cache(maxsize=256)
def _pattern(locale: str, digits: int) -> NumberPattern:
    """Return the locale's pattern for currencies, with all digits of the minor unit."""
    standard = Locale.parse(locale, sep="-").currency_formats["standard"]
    pattern = parse_pattern(standard.pattern)
    pattern.frac_prec = (digits, digits)
    return pattern
