"""Messages of Hub88's operator API: what is read, what is refused, and amounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from subgraphs.kit.domain.currencies import all_currencies
from subgraphs.wallet.seamless.messages import (
    BetRequest,
    Response,
    Status,
    WrongMessage,
    minor_units,
    read_message,
    request_uuid_of,
    rounded_minor_units,
    units,
)

BET = {
    "user": "john",
    "transaction_uuid": "16d2dcfe-b89e-11e7-854a-58404eea6d16",
    "token": "55b7518e-b89e-11e7-81be-58404eea6d16",
    "request_uuid": "583c985f-fee6-4c0e-bbf5-308aad6265af",
    "amount": 100_500,
    "currency": "EUR",
}


def test_members_that_nobody_knows_are_ignored() -> None:
    """A request with members that the documentation added later is read."""
    body = json.encode({**BET, "is_billable": False, "direct_fee": {"amount": 1}})
    assert read_message(body, BetRequest).amount == 100_500


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"amount": "100500"}, Status.WRONG_TYPES),
        ({"amount": 1.5}, Status.WRONG_TYPES),
        ({"user": None}, Status.WRONG_TYPES),
        ({"amount": -1}, Status.WRONG_SYNTAX),
        ({"transaction_uuid": ""}, Status.WRONG_SYNTAX),
        ({"round": "r" * 256}, Status.WRONG_SYNTAX),
    ],
)
def test_what_is_malformed_has_the_documented_status(changes: dict[str, object], status: Status) -> None:
    """A wrong type and a wrong value have different statuses."""
    with pytest.raises(WrongMessage) as caught:
        read_message(json.encode({**BET, **changes}), BetRequest)
    assert caught.value.status is status


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 5_000, b'{"user":"john"}'])
def test_what_is_no_message_is_refused(body: bytes) -> None:
    """What is no JSON, no object, or lacks members is a malformed request without a name."""
    with pytest.raises(WrongMessage):
        read_message(body, BetRequest)
    assert request_uuid_of(body) == ""


def test_the_name_of_a_malformed_request_is_found() -> None:
    """A request that lacks its amount still has a name to echo."""
    body = json.encode({name: value for name, value in BET.items() if name != "amount"})
    assert request_uuid_of(body) == BET["request_uuid"]


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [("EUR", 356_000, 356), ("JPY", 300_000, 3), ("KWD", 100, 1), ("CLF", 10, 1), ("EUR", 0, 0)],
)
def test_amounts_are_whole_minor_units(currency: str, amount: int, minor: int) -> None:
    """An amount is 100,000 times the major unit, whatever digits the currency has."""
    assert minor_units(amount, currency) == minor
    assert units(minor, currency) == amount


@given(st.sampled_from(sorted(all_currencies())), st.integers(0, 2**53 - 1))
def test_minor_units_come_back(currency: str, minor: int) -> None:
    """Every amount of minor units survives being written and read."""
    assert minor_units(units(minor, currency), currency) == minor


def test_parts_of_minor_units_are_malformed() -> None:
    """Half a cent is not rounded: it is refused."""
    with pytest.raises(WrongMessage) as caught:
        minor_units(500, "EUR")
    assert caught.value.status is Status.WRONG_SYNTAX


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [
        ("GBP", 123_456, 123),
        ("GBP", 123_500, 124),
        ("GBP", 499, 0),
        ("GBP", 500, 1),
        ("JPY", 149_999, 1),
        ("JPY", 150_000, 2),
        ("KWD", 149, 1),
        ("KWD", 150, 2),
        ("CLF", 14, 1),
        ("CLF", 15, 2),
    ],
)
def test_what_is_owed_is_rounded_half_up(currency: str, amount: int, minor: int) -> None:
    """To the currency's own minor unit, whatever digits it has."""
    assert rounded_minor_units(amount, currency) == minor


@pytest.mark.parametrize("currency", ["XXX", "BTC", "eur"])
def test_amounts_without_minor_units_are_of_a_wrong_currency(currency: str) -> None:
    """What ISO 4217 does not list with minor units has no amounts."""
    with pytest.raises(WrongMessage) as caught:
        minor_units(100_000, currency)
    assert caught.value.status is Status.WRONG_CURRENCY


def test_statuses_of_tomorrow_are_unknown() -> None:
    """A status that is not listed is read as the general error."""
    body = b'{"status":"RS_ERROR_OF_2030","request_uuid":"r","balance":5,"more":1}'
    response = json.decode(body, type=Response)
    assert (response.status, response.balance) == (Status.UNKNOWN, 5)
