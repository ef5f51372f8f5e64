"""The address of a client: only trusted proxies may name it, and an IPv6 network is one client."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from gateway.pipeline.client_address import ClientAddresses

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]


def found(peer: str | None, header: str | None = None, *, name: str = "x-forwarded-for") -> str | None:
    """The key of a request."""
    headers = {} if header is None else {name.encode(): header.encode("latin-1")}
    return ClientAddresses(PROXIES, name).find(peer, headers)


@pytest.mark.parametrize(
    ("peer", "header", "key"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.9.9.9, 10.0.0.2", "10.9.9.9"),
        ("10.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, garbage", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, ", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, \xff", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("2001:db8:ffff::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        (None, "198.51.100.7", None),
    ],
)
def test_only_trusted_proxies_name_a_client(peer: str | None, header: str | None, key: str | None) -> None:
    """What a client writes there itself stands before what a trusted proxy adds, and counts for nothing."""
    assert found(peer, header) == key


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("for=198.51.100.7", "198.51.100.7"),
        ('For="[2001:db8:1:2:3::4]:4711";proto=https', "2001:db8:1:2::/64"),
        ("for=1.1.1.1, proto=http;for=198.51.100.7;by=10.0.0.1", "198.51.100.7"),
        ("for=1.1.1.1, for=_hidden", "10.0.0.1"),
        ("for=1.1.1.1, for=unknown", "10.0.0.1"),
        ("for=1.1.1.1;for=2.2.2.2", "10.0.0.1"),
        ("198.51.100.7", "10.0.0.1"),
    ],
)
def test_the_standard_header_is_read_as_well(header: str, key: str) -> None:
    """Forwarded, as RFC 7239 has it; a hidden client is its proxy."""
    assert found("10.0.0.1", header, name="forwarded") == key


def test_the_other_header_counts_for_nothing() -> None:
    """A proxy that sets one of them may pass the other on as the client sent it."""
    headers = {b"forwarded": b"for=198.51.100.7"}
    assert ClientAddresses(PROXIES, "x-forwarded-for").find("10.0.0.1", headers) == "10.0.0.1"


def test_without_trusted_proxies_no_header_is_believed() -> None:
    """The default."""
    headers = {b"x-forwarded-for": b"198.51.100.7"}
    assert ClientAddresses([], "x-forwarded-for").find("10.0.0.1", headers) == "10.0.0.1"


def test_an_ipv6_network_is_one_client() -> None:
    """A subscriber has 2⁶⁴ addresses; another network is another client."""
    assert found("2001:db8:1:2::1") == found("2001:db8:1:2:ffff:ffff:ffff:ffff") == "2001:db8:1:2::/64"
    assert found("2001:db8:1:3::1") == "2001:db8:1:3::/64"


def test_what_is_no_address_is_its_own_key() -> None:
    """A test client calls itself so."""
    assert found("testclient") == "testclient"


def test_a_long_list_of_proxies_is_read_from_its_end_only() -> None:
    """A client that sends thousands of entries buys no work; the last ones decide."""
    assert found("10.0.0.1", "10.0.0.2, " * 5_000 + "198.51.100.7, 10.0.0.3") == "198.51.100.7"
