"""Which language an answer is in, and how amounts are written in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.graphql.context import choose_locale
from subgraphs.kit.graphql.money import money

LAGUNABET = ("en-MT", "it-IT")


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "en-MT"),
        ("", "en-MT"),
        ("it-IT", "it-IT"),
        ("IT-it", "it-IT"),
        ("it", "it-IT"),
        ("it-CH", "it-IT"),
        ("de", "en-MT"),
        ("de, it;q=0.5", "it-IT"),
        ("en;q=0.4, it;q=0.9", "it-IT"),
        ("it;q=0, en-MT;q=0.1", "en-MT"),
        ("*", "en-MT"),
        ("-IT", "en-MT"),
        ("i", "en-MT"),
        ("it;q=nonsense", "en-MT"),
        (";;;,,,=", "en-MT"),
        ("x" * 100_000, "en-MT"),
    ],
)
def test_the_language_the_visitor_likes_best_is_chosen(header: str | None, chosen: str) -> None:
    """The best of what is offered wins; what cannot be had, or makes no sense, gives the default."""
    assert choose_locale(header, LAGUNABET, "en-MT") == chosen


def test_the_default_need_not_come_first() -> None:
    """Where nothing fits, the brand's default is taken and not the first on offer."""
    assert choose_locale("-IT, de", LAGUNABET, "it-IT") == "it-IT"


@given(header=st.text(max_size=80))
def test_no_header_breaks_the_choice(header: str) -> None:
    """Whatever is sent, the answer is in one of the languages offered."""
    assert choose_locale(header, LAGUNABET, "en-MT") in LAGUNABET


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "display"),
    [
        (500, "GBP", "en-GB", "£5.00"),
        (0, "GBP", "en-GB", "£0.00"),
        (123456, "GBP", "en-GB", "£1,234.56"),
        (500, "EUR", "it-IT", "5,00\xa0€"),
        (500, "JPY", "ja-JP", "￥500"),
        (500, "EUR", "en-MT", "€5.00"),
        (500, "GBP", "ar-AE", "\u200f5.00\xa0£"),
        (2**31 - 1, "GBP", "en-GB", "£21,474,836.47"),
    ],
)
def test_amounts_are_written_as_the_locale_does(minor: int, currency: str, locale: str, display: str) -> None:
    """Minor units become the currency's own decimals, with the locale's signs in the locale's places."""
    shown = money(minor, currency, locale)
    assert (shown.minor, shown.currency, shown.display) == (minor, currency, display)
