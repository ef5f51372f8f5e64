"""Commands take amounts of money with all decimals of the currency."""

import pytest
import typer

from furlong.cli.amounts import minor_of


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("5.00", "GBP", 500),
        ("-5.00", "GBP", -500),
        ("0.05", "GBP", 5),
        ("5", "JPY", 5),
        ("5.000", "KWD", 5000),
    ],
)
def test_an_amount_is_read_in_whole_units(typed: str, currency: str, minor: int) -> None:
    """5.00 is five pounds; how many decimals there are is the currency's matter."""
    assert minor_of(typed, currency, "AMOUNT") == minor


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("500", "GBP"),
        ("5", "GBP"),
        ("5.0", "GBP"),
        ("5,00", "GBP"),
        ("5.00", "JPY"),
        ("£5.00", "GBP"),
        ("", "GBP"),
    ],
)
def test_an_amount_that_could_be_minor_units_is_refused(typed: str, currency: str) -> None:
    """500 could be pence or pounds: the message says how to write it."""
    with pytest.raises(typer.BadParameter, match=f"write the amount in {currency} as 5"):
        minor_of(typed, currency, "AMOUNT")
