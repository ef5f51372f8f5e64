"""Headers that come twice are one list, and subgraphs see only those that are named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.forwarding import Forwarding
from gateway.http.headers import Headers, combined
from gateway.http.websocket.socket import lasting_headers


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


@pytest.mark.parametrize(
    ("connection", "forwarded"),
    [
        ([b"x-foo"], {"x-bar": "2"}),
        ([b"X-Foo , x-bar"], {}),
        ([b"keep-alive", b"x-foo"], {"x-bar": "2"}),
        ([b"keep-alive,\tX-FOO,,"], {"x-bar": "2"}),
        ([b"keep-alive"], {"x-foo": "1", "x-bar": "2"}),
        ([b"x-foobar"], {"x-foo": "1", "x-bar": "2"}),
        ([b"x-baz, traceparent"], {"x-foo": "1", "x-bar": "2"}),
        ([], {"x-foo": "1", "x-bar": "2"}),
    ],
)
@pytest.mark.parametrize(
    "forwarding",
    [Forwarding.of(["x-foo", "x-bar"]), Forwarding.of([], lambda name: name.startswith("x-"))],
)
def test_what_the_connection_names_ends_here(
    connection: list[bytes], forwarded: dict[str, str], forwarding: Forwarding
) -> None:
    """An intermediary removes it, and forwards all else (RFC 9110, 7.6.1)."""
    lines = [(b"connection", value) for value in connection]
    assert forwarding.pick(combined([*lines, (b"x-foo", b"1"), (b"x-bar", b"2")])) == forwarded


def test_a_trace_that_the_connection_names_ends_here() -> None:
    """With its state, which means nothing alone."""
    headers = [(b"connection", b"traceparent"), (b"traceparent", b"00-1"), (b"tracestate", b"v=1")]
    assert Forwarding.of(["traceparent"]).pick(combined(headers)) == {}


def test_what_the_connection_of_a_websocket_names_ends_here() -> None:
    """Its operations have the headers of the handshake."""
    raw = [(b"connection", b"Upgrade, x-foo"), (b"upgrade", b"websocket"), (b"x-foo", b"1"), (b"x-bar", b"2")]
    assert Forwarding.of(["x-foo", "x-bar"]).pick(combined(lasting_headers(raw))) == {"x-bar": "2"}


NAMES = st.sampled_from(["x-foo", "x-bar", "x-baz", "keep-alive", "close"])


@given(named=st.lists(NAMES), present=st.sets(NAMES), blank=st.sampled_from(["", " ", "\t"]))
def test_generated_connections_end_what_they_name(named: list[str], present: set[str], blank: str) -> None:
    """However the list is written."""
    raw = [(b"connection", f"{blank},{blank}".join(named).title().encode())]
    raw += [(name.encode(), b"1") for name in present]
    forwarding = Forwarding.of(["x-foo", "x-bar", "x-baz"])
    wanted = {name for name in present if name.startswith("x-")} - set(named)
    assert set(forwarding.pick(combined(raw))) == wanted
