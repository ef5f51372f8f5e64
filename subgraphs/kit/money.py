"""Amounts in minor units, and the same amounts written for the customer."""

from decimal import Decimal
from functools import lru_cache

import strawberry
from babel.numbers import format_currency, get_currency_precision


@strawberry.federation.type(shareable=True)
class Money:
    """An amount in minor units, and the same amount written for the customer, as £5.00."""

    minor: int
    currency: str
    display: str


def money(minor: int, currency: str, locale: str) -> Money:
    """An amount of minor units as the graph shows it.

    Args:
        minor: as 500 for five pounds.
        currency: ISO 4217.
        locale: BCP 47, as en-GB.
    """
    return Money(minor=minor, currency=currency, display=written(minor, currency, locale))


@lru_cache(maxsize=4096)
def written(minor: int, currency: str, locale: str) -> str:
    """An amount as it is written in a locale, with the currency's own number of decimals."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=locale.replace("-", "_"))
