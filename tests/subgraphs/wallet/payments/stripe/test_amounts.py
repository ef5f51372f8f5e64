"""Amounts as Stripe writes them, for each currency of ISO 4217."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.domain.currencies import all_currencies
from subgraphs.wallet.payments.processor import PartKind
from subgraphs.wallet.payments.stripe.amounts import (
    THREE_DECIMAL,
    ZERO_DECIMAL,
    NotPayable,
    from_stripe,
    to_stripe,
)

CODES = sorted(all_currencies())
ALIKE = ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")


@given(
    currency=st.sampled_from(CODES),
    amount=st.integers(1, 10**12),
    kind=st.sampled_from([PartKind.CHARGE, PartKind.REFUND, PartKind.PAYOUT]),
)
def test_each_amount_comes_back_as_it_went_or_is_refused(currency: str, amount: int, kind: PartKind) -> None:
    """Nothing is rounded, in any currency."""
    try:
        written = to_stripe(amount, currency, kind)
    except NotPayable:
        return
    assert from_stripe(written, currency) == amount


@pytest.mark.parametrize("currency", CODES)
def test_a_hundred_thousand_units_can_be_moved_or_the_currency_is_refused(currency: str) -> None:
    """A refusal of a whole number of units is about the currency, never about the amount."""
    digits = all_currencies()[currency]
    units = 100_000 * 10**digits
    if digits == 2 or currency in ZERO_DECIMAL | THREE_DECIMAL | {"ISK", "UGX"}:
        assert from_stripe(-to_stripe(units, currency, PartKind.PAYOUT), currency) == -units
    else:
        with pytest.raises(NotPayable, match="currency_not_supported"):
            to_stripe(units, currency, PartKind.PAYOUT)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (1_000, "EUR", 1_000),
        (500, "JPY", 500),
        (5, "UGX", 500),
        (5, "ISK", 500),
        (500, "MGA", 5),
        (5_120, "KWD", 5_120),
        (1_050, "HUF", 1_050),
        (1_050, "TWD", 1_050),
    ],
)
def test_a_charge_is_written_as_stripe_documents(amount: int, currency: str, written: int) -> None:
    """Yen have no decimals; UGX and ISK are written as if they had two; ariary as if they had none."""
    assert to_stripe(amount, currency, PartKind.CHARGE) == written


@pytest.mark.parametrize(
    "currency", ["BIF", "CLP", "DJF", "GNF", "KMF", "KRW", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
def test_a_currency_without_decimals_is_written_as_it_is(currency: str) -> None:
    """Stripe and ISO 4217 agree about these."""
    assert to_stripe(1_001, currency, PartKind.PAYOUT) == 1_001


@pytest.mark.parametrize(
    ("amount", "currency", "kind", "code"),
    [
        (5_124, "KWD", PartKind.CHARGE, "amount_not_exact"),
        (5_124, "KWD", PartKind.REFUND, "amount_not_exact"),
        (501, "MGA", PartKind.CHARGE, "amount_not_exact"),
        (1_050, "HUF", PartKind.PAYOUT, "amount_not_exact"),
        (1_050, "TWD", PartKind.PAYOUT, "amount_not_exact"),
        (100, "CLF", PartKind.CHARGE, "currency_not_supported"),
        (100, "IQD", PartKind.CHARGE, "currency_not_supported"),
        (100, "UYI", PartKind.CHARGE, "currency_not_supported"),
        (100, "XAU", PartKind.CHARGE, "currency_not_supported"),
        (100, "EURO", PartKind.CHARGE, "currency_not_supported"),
    ],
)
def test_what_stripe_cannot_move_exactly_is_refused(
    amount: int, currency: str, kind: PartKind, code: str
) -> None:
    """A fraction that Stripe refuses is refused before anything is sent."""
    with pytest.raises(NotPayable) as refused:
        to_stripe(amount, currency, kind)
    assert refused.value.code == code


def test_the_special_currencies_are_currencies() -> None:
    """A misspelt code would be treated as a usual one."""
    assert {*CODES} >= ZERO_DECIMAL | THREE_DECIMAL | {"ISK", "UGX", "HUF", "TWD"}
    assert all(all_currencies()[currency] == 3 for currency in THREE_DECIMAL)


def test_a_fraction_that_iso_does_not_know_is_refused() -> None:
    """An old charge of 40.10 ISK is no whole number of krónur."""
    with pytest.raises(NotPayable):
        from_stripe(4_010, "ISK")
