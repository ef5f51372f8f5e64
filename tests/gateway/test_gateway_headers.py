"""Headers that come twice are one list, and subgraphs see only those that are named."""

from __future__ import annotations

from gateway.forwarding import Forwarding
from gateway.http.headers import Headers, combined


def test_a_header_that_comes_twice_is_one_list() -> None:
    """In the order in which its values came."""
    headers = Headers(combined([(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]))
    assert dict(headers) == {"a": "1, 3", "b": "2"}
    assert headers["A"] == "1, 3"
    assert headers.get("c") is None


def test_only_named_headers_are_forwarded() -> None:
    """Octets beyond ASCII become the characters of Latin 1 that stand for them."""
    found = combined([(b"a", b"\xfc"), (b"b", b"2")])
    assert Forwarding.of(["a", "c"]).pick(found) == {"a": "ü"}
