"""Options of an account at Stripe."""

import msgspec
import pytest

from subgraphs.wallet.payments.stripe.options import StripeOptions


@pytest.mark.parametrize(
    "address",
    [
        "https://api.stripe.com",
        "https://stripe.example:8443",
        "http://127.0.0.1:12111",
        "http://[::1]:12111",
        "http://localhost:1",
    ],
)
def test_an_address_is_encrypted_or_on_the_loopback(address: str) -> None:
    """The key is sent to nobody else."""
    assert StripeOptions(api_base=address).api_base == address


@pytest.mark.parametrize(
    "address",
    [
        "http://api.stripe.com",
        "http://127.0.0.1.example",
        "http://10.0.0.1:80",
        "ftp://127.0.0.1",
        "https://",
        "https://user@api.stripe.com",
        "https://api.stripe.com/v1",
        "https://api.stripe.com?x=1",
        "",
    ],
)
def test_any_other_address_is_refused(address: str) -> None:
    """A key on an open network is everybody's."""
    with pytest.raises(ValueError, match="address of Stripe"):
        StripeOptions(api_base=address)


def test_options_from_a_file_are_checked() -> None:
    """Unknown names and values out of their range are faults of the file."""
    faulty: tuple[dict[str, object], ...] = (
        {"api_bas": "x"},
        {"look_back_hours": 24},
        {"webhook_secrets": []},
        {"api_base": "http://x"},
    )
    for given in faulty:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(given, StripeOptions)
