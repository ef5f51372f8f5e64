"""Replies are read whole or not at all, in whatever pieces they come."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SubgraphUnreachable
from gateway.transport.reply import FRAMING, HEAD_BYTES, KNOWN_HEADS, KnownHead, Reply, ReplyReader

LIMIT = 100
BODY = b'{"data": {"a": 1}}'
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def sized(body: bytes = BODY, status: int = 200, *headers: bytes, version: bytes = b"1.1") -> bytes:
    """A reply with a Content-Length."""
    lines = [b"HTTP/%b %d Status" % (version, status), b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join([*lines, b"", body])


def chunks(*parts: bytes, trailer: bytes = b"") -> bytes:
    """A reply in chunks."""
    framed = b"".join(b"%x;x=y\r\n%b\r\n" % (len(part), part) for part in parts)
    return CHUNKED + framed + b"0\r\n" + trailer + b"\r\n"


def read(*pieces: bytes) -> tuple[Reply | None, bool]:
    """What a reader finds, and whether the connection can be used again."""
    reader, reply = ReplyReader(LIMIT), None
    for piece in pieces:
        reply = reader.feed(piece)
    return reply, reader.is_kept


WHOLE = [
    (sized(), 200, BODY, True),
    (sized(b"", 500), 500, b"", True),
    (sized(BODY, 200, b"Connection: close"), 200, BODY, False),
    (sized(version=b"1.0"), 200, BODY, False),
    (chunks(BODY[:5], BODY[5:]), 200, BODY, True),
    (chunks(BODY, trailer=b"x-checksum: 1\r\n"), 200, BODY, True),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + sized(), 200, BODY, True),
    (b"HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n" * 2 + sized(), 200, BODY, True),
    (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
]


@pytest.mark.parametrize(("data", "status", "body", "is_kept"), WHOLE)
def test_a_whole_reply_is_read(data: bytes, status: int, body: bytes, *, is_kept: bool) -> None:
    """With a Content-Length or in chunks, and after interim responses."""
    assert read(data) == (Reply(status, body), is_kept)


@given(reply=st.sampled_from(WHOLE), cuts=st.lists(st.integers(0, 140), max_size=8))
def test_pieces_make_no_difference(reply: tuple[bytes, int, bytes, bool], cuts: list[int]) -> None:
    """However the network cuts a reply, it is whole with its last byte and not before."""
    data, status, body, is_kept = reply
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    reader = ReplyReader(LIMIT)
    *early, last = [reader.feed(data[a:b]) for a, b in pairwise(places)]
    assert early == [None] * len(early)
    assert (last, reader.is_kept) == (Reply(status, body), is_kept)


def test_one_reply_after_the_other_is_read() -> None:
    """Nothing of the first is left in the second."""
    reader = ReplyReader(LIMIT)
    for body in (b"x" * LIMIT, b"", BODY):
        assert reader.feed(sized(body)) == Reply(200, body)
        assert reader.is_kept
        reader.expect()


@given(
    replies=st.lists(st.sampled_from([data for data, *_ in WHOLE]), min_size=2, max_size=8),
    tails=st.lists(st.sampled_from([b"", b"", b"", b"x", b"\r\n", sized()]), min_size=8, max_size=8),
    cuts=st.lists(st.integers(0, 300), min_size=8, max_size=8),
)
def test_known_heads_make_no_difference(replies: list[bytes], tails: list[bytes], cuts: list[int]) -> None:
    """A reply whose head was parsed before, on this connection or another one, is read as by a new reader."""
    heads: dict[bytes, KnownHead] = {}
    reader = ReplyReader(LIMIT, heads=heads)
    for data, tail, cut in zip(replies, tails, cuts, strict=False):
        pieces = [piece for piece in (data[:cut], data[cut:] + tail) if piece]
        fresh = ReplyReader(LIMIT)
        for piece in pieces:
            reply = reader.feed(piece)
            assert reply == fresh.feed(piece)
            if reply is not None:
                break
        assert reader.is_kept == fresh.is_kept
        if reader.is_kept:
            reader.expect()
        else:
            reader = ReplyReader(LIMIT, heads=heads)


def test_no_more_heads_are_remembered() -> None:
    """A subgraph could fill the memory otherwise."""
    heads: dict[bytes, KnownHead] = {}
    for number in range(3 * KNOWN_HEADS):
        ReplyReader(LIMIT, heads=heads).feed(sized(BODY, 200, b"date: %d" % number))
        assert len(heads) <= KNOWN_HEADS


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na: b\n c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nname without colon\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"-1\r\n",
        sized(BODY, 200, b"Content-Encoding: gzip"),
        chunks(BODY, b"x" * LIMIT),
        sized(b"x" * (LIMIT + 1)),
    ],
)
def test_what_is_wrong_is_refused(data: bytes) -> None:
    """Bad framing, two lengths, other protocols, encodings that were not asked for, too much."""
    with pytest.raises(SubgraphUnreachable):
        read(data)


def test_a_head_without_end_is_refused() -> None:
    """It would fill the memory."""
    line = b"a: %b\r\n" % (b"b" * 1000)
    with pytest.raises(SubgraphUnreachable, match="too many bytes"):
        read(b"HTTP/1.1 200 OK\r\n", *[line] * (HEAD_BYTES // len(line) + 2))


@pytest.mark.parametrize("piece", [b"x: y\r\n", b"x" * 100])
def test_trailers_without_end_are_refused(piece: bytes) -> None:
    """So would they."""
    most = HEAD_BYTES + FRAMING * LIMIT
    with pytest.raises(SubgraphUnreachable):
        read(CHUNKED + b"0\r\n", *[piece] * (most // len(piece) + 2))


@pytest.mark.parametrize("tail", [b"\r\n\r\nHTTP/1.1 200 OK\r\n", sized(), b"garbage"])
def test_a_connection_that_says_more_than_it_was_asked_is_not_kept(tail: bytes) -> None:
    """What comes after a reply would be taken for the next one; the first one counts."""
    reply, is_kept = read(sized() + tail)
    assert (reply, is_kept) == (Reply(200, BODY), False)


def test_a_reply_without_length_ends_with_the_connection() -> None:
    """As HTTP/1.0 had it."""
    reader = ReplyReader(LIMIT)
    assert reader.feed(b"HTTP/1.1 200 OK\r\n\r\n" + BODY[:4]) is None
    assert reader.feed(BODY[4:]) is None
    assert reader.end() == Reply(200, BODY)
    assert not reader.is_kept


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\n", sized()[:-1], chunks(BODY)[:-1]])
def test_a_reply_that_ends_early_is_none(data: bytes) -> None:
    """Half an answer must not look like one."""
    reader = ReplyReader(LIMIT)
    assert reader.feed(data) is None
    assert reader.end() is None
