"""Headers that come twice are one list, and subgraphs see only those that are named."""

from __future__ import annotations

import pytest

from gateway.http.forwarding import Forwarding
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


@pytest.mark.parametrize("names", [["traceparent"], ["a", "tracestate", "traceparent"]])
def test_the_state_of_a_trace_goes_with_the_trace(names: list[str]) -> None:
    """Whether it is named or not; without the trace it means nothing, and is not forwarded."""
    forwarding = Forwarding.of(names)
    parent, state = (b"traceparent", b"00-1"), (b"tracestate", b"vendor=1")
    assert forwarding.pick(combined([state, parent])) == {"traceparent": "00-1", "tracestate": "vendor=1"}
    assert forwarding.pick(combined([parent])) == {"traceparent": "00-1"}
    assert forwarding.pick(combined([state])) == {}
    assert Forwarding.of(["a"]).pick(combined([state, parent])) == {}
