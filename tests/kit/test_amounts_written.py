"""Amounts are written as Babel writes them, whichever way they are made."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.money import UNGROUPED, money, written

LOCALES = ["en-GB", "en-US", "de-DE", "fr-FR", "fr-CH", "de-CH", "es-ES", "pl-PL", "sv-SE", "nb-NO", "pt-PT"]
OTHERS = ["ar-EG", "fa-IR", "hi-IN", "he-IL", "ja-JP", "zh-CN", "th-TH", "mt-MT", "el-GR", "en-IN", "it-IT"]
CURRENCIES = ["GBP", "EUR", "USD", "SEK", "CHF", "JPY", "KWD", "INR", "PLN", "ISK"]


def by_babel(minor: int, currency: str, locale: str) -> str:
    """The long way."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=locale.replace("-", "_"))


@given(
    minor=st.integers(-100_000, 2**31 - 1) | st.integers(0, UNGROUPED * 110),
    currency=st.sampled_from(CURRENCIES),
    locale=st.sampled_from(LOCALES + OTHERS),
)
def test_every_amount_is_written_as_babel_writes_it(minor: int, currency: str, locale: str) -> None:
    """Small and large, negative too, in currencies with none, two and three decimals."""
    assert written(minor, currency, locale) == by_babel(minor, currency, locale)
    assert money(minor, currency, locale).display == by_babel(minor, currency, locale)
