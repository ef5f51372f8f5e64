"""The sniffer accepts only what the parser reads in the same way: one whole request, and nothing else."""

from __future__ import annotations

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.server.request_sniffer import RequestSniffer

SNIFFER = RequestSniffer(b"POST /graphql HTTP/1.1\r\n", head_bytes=200, headers=6)
BODY = b'{"query": "{ a }"}'
LENGTH = b"Content-Length: %d" % len(BODY)


def request(*headers: bytes, line: bytes = b"POST /graphql HTTP/1.1", body: bytes = BODY) -> bytes:
    """A request with these headers and a Host."""
    return b"\r\n".join([line, b"Host: a", *headers, b"", body])


class Parsed:
    """What the parser finds in bytes that begin a connection."""

    def __init__(self, data: bytes) -> None:
        self.url = self.body = b""
        self.whole = 0
        self._parser = httptools.HttpRequestParser(self)
        self._parser.feed_data(data)
        self.method = self._parser.get_method()
        self.kept = self._parser.should_keep_alive()
        self.version = self._parser.get_http_version()

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self.url += url

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self.body += body

    def on_message_complete(self) -> None:
        """The end of a request."""
        self.whole += 1


@pytest.mark.parametrize(
    "headers",
    [
        (LENGTH,),
        (b"Accept: a", LENGTH, b"Authorization: Bearer x.y.z"),
        (b"content-length:%d" % len(BODY),),
        (b"content-length: \t%d " % len(BODY),),
        (b"Connection: keep-alive", LENGTH),
    ],
)
def test_usual_requests_are_known(headers: tuple[bytes, ...]) -> None:
    """In whatever case and order their headers are."""
    assert SNIFFER.is_complete(request(*headers))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        request(LENGTH)[:-1],
        request(LENGTH) + b"x",
        request(LENGTH) * 2,
        request(LENGTH)[:30],
        request(LENGTH, line=b"POST /graphql HTTP/1.0"),
        request(LENGTH, line=b"POST /graphql?x HTTP/1.1"),
        request(LENGTH, line=b"GET /graphql HTTP/1.1"),
        request(),
        request(LENGTH, b"host: a"),
        request(LENGTH, b"HOST:a"),
        request(LENGTH).replace(b"Host: a\r\n", b""),
        request(LENGTH).replace(b"Host: a", b"x: host: a"),
        request(LENGTH, LENGTH),
        request(b"content-length: +%d" % len(BODY)),
        request(b"content-length: 0%o" % len(BODY), body=BODY),
        request(b"content-length : %d" % len(BODY)),
        request(b"x: \n" + LENGTH),
        request(b"x: y\n" + LENGTH),
        request(LENGTH, b"Transfer-Encoding: chunked"),
        request(LENGTH, b"Expect: 100-continue"),
        request(LENGTH, b"Upgrade: websocket", b"connection: upgrade"),
        request(LENGTH, b"Connection: close"),
        request(LENGTH, b"Connection: keep-alive, close"),
        request(LENGTH, *[b"a: b"] * 6),
        request(LENGTH, b"a: " + b"b" * 200),
    ],
)
def test_everything_else_is_left_to_the_parser(data: bytes) -> None:
    """Whatever is not known for sure."""
    assert not SNIFFER.is_complete(data)


PIECES = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b":",
        b"Host: a",
        b"content-length",
        LENGTH,
        b"transfer-encoding: chunked",
        b"connection: ",
        b"close",
        b"keep-alive",
        b"x: ",
        b"POST /graphql HTTP/1.1\r\n",
        b"\r\n\r\n",
        BODY,
        b"0",
        b"\0",
    ]
)
HEADERS = st.lists(PIECES, max_size=6).map(b"".join)


@given(before=HEADERS, after=HEADERS, tail=st.sampled_from([BODY, BODY + BODY, b"", BODY[1:]]))
def test_what_is_known_is_one_whole_request_for_the_parser_too(
    before: bytes, after: bytes, tail: bytes
) -> None:
    """The two agree on where it ends, or the parser refuses all of it."""
    data = request(*filter(None, (before, LENGTH, after)), body=tail)
    if not SNIFFER.is_complete(data):
        return
    try:
        parsed = Parsed(data)
    except httptools.HttpParserError:
        return
    assert (parsed.whole, parsed.url, parsed.method, parsed.version) == (1, b"/graphql", b"POST", "1.1")
    assert parsed.kept
    assert parsed.body == tail
