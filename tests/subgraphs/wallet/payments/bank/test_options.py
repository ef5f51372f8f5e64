"""What an account at a bank needs is said in words that an operator understands."""

from typing import Any

import msgspec
import pytest

from subgraphs.wallet.payments.bank.options import BankOptions
from tests.subgraphs.wallet.payments.played_bank import OURS

RIGHT = {"folder": "/bank", "holder": "Northbet Ltd", "iban": OURS, "currency": "EUR"}


def test_what_is_needed_is_enough() -> None:
    """The newer message is written, and a transfer has two weeks."""
    options = msgspec.convert(RIGHT, BankOptions)
    assert (options.version, options.bic, options.transfer_days) == ("pain.001.001.09", "", 14)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"folder": "bank"}, "whole path"),
        ({"holder": " "}, "holder"),
        ({"holder": "x" * 71}, "70"),
        ({"iban": OURS[:-1] + "1"}, "no IBAN"),
        ({"iban": OURS.lower()}, "capitals"),
        ({"bic": "COBA"}, "8 or 11"),
        ({"currency": "EURO"}, "ISO 4217"),
        ({"version": "pain.001.001.04"}, "version"),
        ({"sent_days": 0}, "sent_days"),
        ({"sent_days": 400}, "fewer days than look_back_days"),
        ({"account": "1"}, "unknown field"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, Any], words: str) -> None:
    """Each option, in words."""
    with pytest.raises(ValueError, match=words):
        msgspec.convert(RIGHT | wrong, BankOptions)
