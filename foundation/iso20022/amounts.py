"""Amounts as messages write them, in decimals, and as the product counts them, in minor units."""

from decimal import Decimal
from typing import Final

MAX_DIGITS: Final = 18
"""ISO 20022's limit for an amount, with its decimals."""


def decimal_text(minor: int, digits: int) -> str:
    """Return an amount that is not negative as messages write it: 1250 with two digits is `12.50`.

    Raises:
        ValueError: It is negative, or has too many digits for a message.
    """
    if minor < 0 or len(str(minor)) > MAX_DIGITS:
        raise ValueError(f"no message can say the amount {minor}")
    return str(Decimal(minor).scaleb(-digits))


def minor_units(text: str, digits: int) -> int:
    """Return the amount of a message in minor units: `12.5` with two digits is 1250.

    Args:
        text: As the schema has accepted it.
        digits: How many decimals the currency's minor unit has.

    Raises:
        ValueError: The amount has a part of a minor unit.
    """
    exact = Decimal(text.strip()).scaleb(digits)
    whole = int(exact)
    if whole != exact:
        raise ValueError(f"{text.strip()} has more than {digits} decimals")
    return whole
