"""A request whose head repeats an earlier one of its connection is read as the parser would read it."""

from __future__ import annotations

from typing import Any

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.server.repeated_heads import MAX_HEAD_BYTES, MAX_HEADS, RepeatedHeads
from tests.gateway.worlds import shop
from tests.http.served_gateway import ME, NAME, Shop, post
from tests.http.test_fast_path import connect

BODY = b'{"query": "{ a }"}'
LENGTH = b"Content-Length: %d" % len(BODY)
HOST = b"Host: a"


def request(*headers: bytes, body: bytes = BODY) -> bytes:
    """A request with these headers."""
    return b"\r\n".join([b"POST /graphql HTTP/1.1", *headers, b"", body])


def bearer(token: bytes, *more: bytes, body: bytes = BODY) -> bytes:
    """A request with a token."""
    return request(HOST, b"Authorization: Bearer " + token, b"Accept: */*", LENGTH, *more, body=body)


class Parsed:
    """What the parser finds in bytes that begin a connection."""

    def __init__(self, data: bytes) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.whole = 0
        parser = httptools.HttpRequestParser(self)
        parser.feed_data(data)
        self.kept = parser.should_keep_alive()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self.body += body

    def on_message_complete(self) -> None:
        """The end of a request."""
        self.whole += 1


def after(data: bytes) -> RepeatedHeads:
    """The heads of a connection on which the parser has read data."""
    heads = RepeatedHeads()
    heads.learn(data, Parsed(data).headers)
    return heads


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (bearer(b"x.y.z"), bearer(b"x.y.z")),
        (bearer(b"x.y.z"), bearer(b"a~b_~", body=b"?" * len(BODY))),
        (
            request(b"authorization: Bearer abc", LENGTH, HOST),
            request(b"authorization: Bearer xyz", LENGTH, HOST),
        ),
        (bearer(b"abc", b"x-authorization: Bearer abc"), bearer(b"xyz", b"x-authorization: Bearer abc")),
    ],
)
def test_a_repeated_head_is_read_with_its_own_token_and_body(first: bytes, second: bytes) -> None:
    """Headers have the same order, and names in lower case."""
    found = Parsed(second)
    assert after(first).read(second) == (found.headers, found.body)


@pytest.mark.parametrize(
    "second",
    [
        b"",
        bearer(b"xyz")[:-1],
        bearer(b"xyz") + b"x",
        bearer(b"xyzz"),
        bearer(b"xyzz", body=BODY[1:]),
        bearer(b"x z"),
        bearer(b" yz"),
        bearer(b"xy\t"),
        bearer(b"x\r\n"),
        bearer(b"x\nz"),
        bearer(b"x\0z"),
        bearer(b"xy\xff"),
        bearer(b"xyz").replace(b"Host: a", b"Host: b"),
        bearer(b"xyz").replace(b"POST", b"QUERY"[:4]),
        bearer(b"xyz").replace(b"Bearer", b"bearer"),
        bearer(b"xyz").replace(b"Accept: */*", b"Accept: a/*"),
    ],
)
def test_any_other_head_is_left_to_the_parser(second: bytes) -> None:
    """Whatever differs in more than the bytes of a token."""
    assert after(bearer(b"abc")).read(second) is None


@pytest.mark.parametrize(
    "first",
    [
        request(HOST, LENGTH),
        request(HOST, LENGTH, b"Authorization: abc"),
        request(HOST, LENGTH, b"Authorization:Bearer abc"),
        request(HOST, LENGTH, b"Authorization: Bearer  abc"),
        request(HOST, LENGTH, b"Authorization: Bearer abc", b"authorization: Bearer abc"),
        request(HOST, b"Authorization: Bearer abc", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        bearer(b"abc") + bearer(b"abc", b"x: y"),
        bearer(b"abc", b"x: " + b"y" * MAX_HEAD_BYTES),
    ],
)
def test_an_unusual_head_is_not_remembered(first: bytes) -> None:
    """It has no token or no length, or comes with something else; a second request has no such head."""
    assert after(first).read(first) is None


def test_a_connection_remembers_few_heads() -> None:
    """Its client cannot fill the memory."""
    heads = RepeatedHeads()
    sent = [bearer(b"x" * size) for size in range(1, MAX_HEADS + 2)]
    for data in sent:
        heads.learn(data, Parsed(data).headers)
    assert [heads.read(data) is not None for data in sent] == [True] * MAX_HEADS + [False]


PIECES = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b" ", b":", b"\0", HOST, LENGTH, b"Authorization: Bearer ab", b"a", b"x: ", BODY]
)
TEXT = st.lists(PIECES, max_size=5).map(b"".join)


@given(before=TEXT, behind=TEXT, first=st.just(b"abcd") | TEXT, second=TEXT, tail=TEXT)
def test_what_is_read_is_one_whole_request_for_the_parser_too(
    before: bytes, behind: bytes, first: bytes, second: bytes, tail: bytes
) -> None:
    """The two agree on its headers, and on where it ends."""
    known, new = (
        request(*filter(None, (HOST, before, b"Authorization: Bearer " + token, LENGTH, behind)), body=body)
        for token, body in ((first, BODY), (second, BODY + tail))
    )
    try:
        parsed = Parsed(known)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return
    heads = RepeatedHeads()
    heads.learn(known, parsed.headers)
    read = heads.read(new)
    if read is not None:
        found = Parsed(new)
        assert read == (found.headers, found.body)
        assert (found.whole, found.kept) == (1, parsed.kept)


async def test_a_repeated_head_needs_no_parser_and_gets_the_same_reply() -> None:
    """The session is that of its own token; a head that differs is parsed, and refused as ever."""
    connection = connect()
    first, second = post(ME, b"authorization: Bearer abc"), post(ME, b"authorization: Bearer xyz")
    assert await connection.status(first) == 200
    parser: Any = connection.protocol.parser
    connection.protocol.parser = None
    assert await connection.status(second) == 200
    assert not hasattr(connection.protocol.cycle, "scope")
    connection.protocol.parser = parser
    assert await connection.status(post(ME, b"authorization: Bearer xyz", b"accept: text/html")) == 406
    assert await connection.status(second) == 200
    told = [reply for reply in connection.transport.written if reply.endswith(NAME)]
    assert len(told) == 3
    assert len(set(told)) == 1


async def test_a_repeated_head_behind_a_request_without_an_answer_waits_for_its_turn() -> None:
    """It is left to the parser, and the replies come in the order of the requests."""
    first, other = (post(query, b"authorization: Bearer abc") for query in (ME, "{ me { id } }"))
    async with Shop(shop(), shut=True).served() as server, server.client() as client:
        server.gate.set()
        await client.send(first)
        assert (await client.reply())[::2] == (200, NAME)
        server.gate.clear()
        await client.send(first)
        await server.until("accounts asked")
        await client.send(other)
        await client.send(first)
        server.gate.set()
        bodies = [(await client.reply())[2] for _ in range(3)]
    assert bodies == [NAME, b'{"data":{"me":{"id":"1"}}}', NAME]


async def test_a_repeated_head_is_refused_while_the_gateway_is_full() -> None:
    """As any other request is, and answered once there is room."""
    connection = connect()
    first = post(ME, b"authorization: Bearer abc")
    assert await connection.status(first) == 200
    admission = connection.app.fast_path.admission
    admission.inside += admission.limit
    assert await connection.status(first) == 503
    admission.inside -= admission.limit
    assert await connection.status(first) == 200


async def test_a_repeated_head_on_a_server_that_stops_ends_its_connection() -> None:
    """The reply says so."""
    connection = connect()
    first = post(ME, b"authorization: Bearer abc")
    assert await connection.status(first) == 200
    connection.protocol.draining.begin()
    assert await connection.status(first) == 200
    assert b"connection: close" in connection.transport.written[-1]
