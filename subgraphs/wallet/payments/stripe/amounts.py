"""Amounts as Stripe writes them, which differ from ISO 4217's minor units for some currencies.

Sources: Stripe's "Supported currencies", sections on zero-decimal and three-decimal currencies and on special
cases, and its notice about fractions of ISK. Each amount is converted exactly, or refused.
"""

from typing import Final

from subgraphs.kit.domain.currencies import all_currencies
from subgraphs.wallet.payments.processor import PartKind

ZERO_DECIMAL: Final = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
"""Stripe writes whole units; ISO 4217 gives all of them no minor unit, but MGA two digits."""

WHOLE_IN_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
"""Stripe writes hundredths, of which only whole units are allowed; ISO 4217 gives them no minor unit."""

THREE_DECIMAL: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Stripe writes thousandths, whose last digit must be 0."""

WHOLE_IN_PAYOUTS: Final = frozenset({"HUF", "TWD"})
"""Charged with two decimals, and paid out in whole units alone."""

USUAL_DIGITS: Final = 2
REFUSED: Final = "currency_not_supported"
NOT_EXACT: Final = "amount_not_exact"


class NotPayable(ValueError):
    """Stripe cannot move just this amount.

    Attributes:
        code: Why.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def to_stripe(amount: int, currency: str, kind: PartKind) -> int:
    """Return an amount in minor units of ISO 4217 as Stripe writes it.

    Raises:
        NotPayable: Stripe does not know the currency, or the amount has a fraction that it refuses.
    """
    written = _scaled(amount, _digits(currency), all_currencies()[currency])
    whole = currency in WHOLE_IN_PAYOUTS and kind is PartKind.PAYOUT
    if (whole and written % 100) or (currency in THREE_DECIMAL and written % 10):
        raise NotPayable(NOT_EXACT)
    return written


def from_stripe(amount: int, currency: str) -> int:
    """Return an amount of Stripe's in minor units of ISO 4217.

    Args:
        amount: As Stripe writes it; it may be negative.
        currency: In capitals.

    Raises:
        NotPayable: The currency is unknown, or the amount is no whole number of minor units.
    """
    return _scaled(amount, all_currencies().get(currency, USUAL_DIGITS), _digits(currency))


def _digits(currency: str) -> int:
    """Return how many decimals Stripe writes."""
    if currency in ZERO_DECIMAL:
        return 0
    if currency in WHOLE_IN_HUNDREDTHS:
        return USUAL_DIGITS
    digits = all_currencies().get(currency)
    if digits == USUAL_DIGITS or currency in THREE_DECIMAL:
        return digits or 0
    raise NotPayable(REFUSED)


def _scaled(amount: int, to_digits: int, from_digits: int) -> int:
    if to_digits >= from_digits:
        return int(amount * 10 ** (to_digits - from_digits))
    whole, rest = divmod(amount, 10 ** (from_digits - to_digits))
    if rest:
        raise NotPayable(NOT_EXACT)
    return int(whole)
