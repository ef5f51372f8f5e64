"""Minor units of currencies, from ISO 4217: the one table for messages, feeds, imports and display.

CLDR's numbers of digits are display conventions, which differ for about twenty currencies, such as RSD and
IQD: amounts read with them would be off by a factor of a hundred or a thousand.
"""

from functools import lru_cache
from typing import Final

from iso4217 import Currency

USUAL_DIGITS: Final = 2
"""The digits of most currencies; also used for codes that ISO 4217 does not list, and for those without minor
units.
"""


@lru_cache(maxsize=512)
def minor_digits(currency: str) -> int:
    """Return how many decimals a currency's minor unit has: 2 for GBP, 0 for JPY, 3 for KWD.

    Args:
        currency: ISO 4217's alphabetic code, in capitals.
    """
    try:
        exponent = Currency(currency).exponent
    except ValueError:
        return USUAL_DIGITS
    return USUAL_DIGITS if exponent is None else int(exponent)


def all_currencies() -> dict[str, int]:
    """Return the number of decimals of every currency that ISO 4217 lists with minor units, by code."""
    return {currency.code: int(currency.exponent) for currency in Currency if currency.exponent is not None}
