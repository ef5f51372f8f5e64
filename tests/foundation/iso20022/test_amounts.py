"""Amounts of messages and minor units are the same numbers, or are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.iso20022.amounts import MAX_DIGITS, decimal_text, minor_units


@given(amount=st.integers(0, 10**MAX_DIGITS - 1), digits=st.integers(0, 5))
def test_an_amount_comes_back_as_it_was_written(amount: int, digits: int) -> None:
    """Nothing is rounded, whatever its size, and no exponent is written."""
    text = decimal_text(amount, digits)
    assert minor_units(text, digits) == amount
    assert set(text) <= set("0123456789.")
    assert len(text.partition(".")[2]) == digits


@pytest.mark.parametrize(
    ("text", "digits", "amount"),
    [
        ("12.5", 2, 1_250),
        ("12.50000", 2, 1_250),
        (" 7\n", 2, 700),
        ("500", 0, 500),
        ("500.00", 0, 500),
        ("1.234", 3, 1_234),
        (".5", 2, 50),
        ("+1", 2, 100),
        ("0", 2, 0),
        ("007", 2, 700),
    ],
)
def test_an_amount_is_read_however_its_decimals_are_written(text: str, digits: int, amount: int) -> None:
    """Banks may write fewer or more decimals than a currency has, as long as nothing is lost."""
    assert minor_units(text, digits) == amount


@pytest.mark.parametrize(("text", "digits"), [("12.505", 2), ("0.5", 0), ("0.00001", 3)])
def test_a_part_of_a_minor_unit_is_refused(text: str, digits: int) -> None:
    """Nobody can say whose the rest would be."""
    with pytest.raises(ValueError, match=f"more than {digits} decimals"):
        minor_units(text, digits)


@pytest.mark.parametrize("amount", [-1, 10**MAX_DIGITS])
def test_what_no_message_can_say_is_not_written(amount: int) -> None:
    """A direction is said beside the amount, and the schema allows eighteen digits."""
    with pytest.raises(ValueError, match="no message"):
        decimal_text(amount, 2)
