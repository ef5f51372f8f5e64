"""Amounts are written as Babel writes them, on every code path."""

import re
from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import example, given
from hypothesis import strategies as st

from subgraphs.kit.domain.currencies import all_currencies, minor_digits
from subgraphs.kit.graphql.money import UNGROUPED, money, written

LOCALES = ["en-GB", "en-US", "de-DE", "fr-FR", "fr-CH", "de-CH", "es-ES", "pl-PL", "sv-SE", "nb-NO", "pt-PT"]
OTHERS = ["ar-EG", "fa-IR", "hi-IN", "he-IL", "ja-JP", "zh-CN", "th-TH", "mt-MT", "el-GR", "en-IN", "it-IT"]
CURRENCIES = ["GBP", "EUR", "USD", "SEK", "CHF", "JPY", "KWD", "INR", "PLN", "ISK"]


def by_babel(minor: int, currency: str, locale: str) -> str:
    """The long way: for currencies whose custom is to show as many digits as ISO 4217 gives them.

    Arabic's longer sign of the pound is shortened.
    """
    amount = Decimal(minor).scaleb(-minor_digits(currency))
    return format_currency(amount, currency, locale=locale.replace("-", "_")).replace("UK£", "£")


def test_every_currency_has_the_digits_of_iso_4217() -> None:
    """Spot checks of those that CLDR's customs of display, or a guess, get wrong."""
    wanted = {"GBP": 2, "JPY": 0, "KWD": 3, "CLF": 4, "RSD": 2, "ALL": 2, "LBP": 2, "IQD": 3, "IRR": 2}
    wanted |= {"MRU": 2, "MGA": 2, "IDR": 2, "VND": 0, "HUF": 2, "UGX": 0, "TND": 3, "ISK": 0}
    assert {code: minor_digits(code) for code in wanted} == wanted
    assert len(all_currencies()) > 150
    assert minor_digits("ZZZ") == 2


@pytest.mark.parametrize("currency", sorted(all_currencies()))
def test_no_currency_is_shown_as_another_value(currency: str) -> None:
    """What is read back from the text is the amount, to the last minor unit."""
    digits = all_currencies()[currency]
    for minor in (0, 1, 99, 123_456_789, 2**40 + 1):
        text = written(minor, currency, "en-GB")
        number = re.sub(r"^[^0-9]*|,", "", text)
        assert Decimal(number) == Decimal(minor).scaleb(-digits), text
        assert len(number.partition(".")[2]) == digits


@given(
    minor=st.integers(-100_000, 2**31 - 1) | st.integers(0, UNGROUPED * 110),
    currency=st.sampled_from(CURRENCIES),
    locale=st.sampled_from(LOCALES + OTHERS),
)
@example(minor=UNGROUPED * 100 - 1, currency="GBP", locale="en-GB")
@example(minor=UNGROUPED * 100, currency="GBP", locale="en-GB")
@example(minor=UNGROUPED * 100 + 99, currency="EUR", locale="de-DE")
@example(minor=-1, currency="GBP", locale="en-GB")
@example(minor=-UNGROUPED, currency="JPY", locale="ja-JP")
def test_every_amount_is_written_as_babel_writes_it(minor: int, currency: str, locale: str) -> None:
    """Small and large, negative too, in currencies with none, two and three decimals."""
    assert written(minor, currency, locale) == by_babel(minor, currency, locale)
    assert money(minor, currency, locale).display == by_babel(minor, currency, locale)
