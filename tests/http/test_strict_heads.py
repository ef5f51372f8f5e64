"""Requests that another server might frame or address differently are refused, with all that follows them."""

from __future__ import annotations

from typing import Any

import pytest

from furlong.serve.http_server import listen, serving
from gateway.http.server import ClientLimits
from tests.gateway.worlds import shop
from tests.http.served_gateway import LONG, ME, NAME, Shop, post

HEALTH = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
BODY = post(ME).split(b"\r\n\r\n")[1]
JSON = b"content-type: application/json"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


def request(*headers: bytes, body: bytes = CHUNKS, line: bytes = b"POST /graphql HTTP/1.1") -> bytes:
    """A request with these headers alone."""
    return b"\r\n".join([line, *headers, b"", body])


def plain(*headers: bytes, **line: bytes) -> bytes:
    """A request with a body of known length."""
    return request(*headers, JSON, b"content-length: %d" % len(BODY), body=BODY, **line)


def chunked(body: bytes) -> bytes:
    """A request with a body in chunks."""
    return request(b"host: x", JSON, b"transfer-encoding: chunked", body=body)


AMBIGUOUS = [
    (plain(), 400),
    (plain(b"host:"), 400),
    (plain(b"host: x", b"host: x"), 400),
    (plain(b"host: x", b"Host: y"), 400),
    (plain(b"host: x, y"), 400),
    (plain(b"host: x y"), 400),
    (plain(b"host: x/y"), 400),
    (plain(b"host: user@x"), 400),
    (plain(b"host: x:y"), 400),
    (plain(b"host: [::1"), 400),
    (plain(b"host: \xff"), 400),
    (plain(b"host: x", b"host: x", line=b"POST /graphql HTTP/1.0"), 400),
    (request(b"host: x", JSON, b"transfer-encoding: gzip, chunked"), 501),
    (request(b"host: x", JSON, b"transfer-encoding: identity, chunked"), 501),
    (request(b"host: x", JSON, b"transfer-encoding: chunked, chunked"), 400),
    (request(b"host: x", JSON, b"transfer-encoding: chunked", b"transfer-encoding: chunked"), 400),
    (request(b"host: x", JSON, b"transfer-encoding: gzip", b"transfer-encoding: chunked"), 501),
    (request(b"host: x", JSON, b"transfer-encoding: chunked;a=b"), 501),
    (request(b"host: x", JSON, b"transfer-encoding: gzip"), 501),
    (request(b"host: x", JSON, b"transfer-encoding: identity"), 501),
    (request(b"host: x", JSON, b"transfer-encoding: chunked, gzip"), 400),
    (request(b"host: x", JSON, b"transfer-encoding: chunked", b"content-length: 5"), 400),
    (request(b"host: x", JSON, b"content-length: 5", b"transfer-encoding: chunked"), 400),
    (request(JSON, b"transfer-encoding: chunked", line=b"POST /graphql HTTP/1.0"), 400),
    (b"GET /health HTTP/1.1\r\n\r\n", 400),
    (b"GET /health HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n", 400),
    (b"GET http://x/health HTTP/1.1\r\n\r\n", 400),
    (b"GET http://x y/health HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    (b"GET http:///health HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    (b"GET http://user@x/health HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    (plain(b"host: x", line=b"POST /graphql HTTP/2.0"), 505),
    (plain(b"host: x", line=b"POST /graphql HTTP/0.9"), 505),
    (b"GET /health HTTP/2.0\r\nhost: x\r\n\r\n", 505),
]


async def test_an_ambiguous_head_is_refused_and_nothing_after_it_is_answered() -> None:
    """The only reply is the refusal, and no subgraph is asked, on the fast path as past it."""
    async with Shop(shop()).served() as server:
        for content, status in AMBIGUOUS:
            async with server.client() as client:
                await client.send(content + HEALTH + post(ME))
                assert (await client.reply())[0] == status, content
                assert await client.until_closed() == b"", content
    assert server.events == []


USUAL = [
    plain(b"host: gateway.example:8000"),
    plain(b"Host: [2001:db8::1]:80"),
    plain(b"host: a_b-c.d~e%2F"),
    plain(line=b"POST /graphql HTTP/1.0"),
    plain(b"host: x", line=b"POST /graphql HTTP/1.0"),
    plain(b"host: x", line=b"POST http://y/graphql HTTP/1.1"),
    request(b"host: x", JSON, b"transfer-encoding: chunked"),
    request(b"Host: x", JSON, b"Transfer-Encoding: Chunked"),
    request(b"host: x", JSON, b"transfer-encoding:\tchunked "),
    chunked(b'%x;name=value;other="quoted"\r\n%b\r\n0;last\r\ntrailer: yes\r\n\r\n' % (len(BODY), BODY)),
]


async def test_an_unambiguous_request_is_answered() -> None:
    """Health checks by HTTP/1.0 leave Host out."""
    async with Shop(shop()).served() as server:
        for content in USUAL:
            async with server.client() as client:
                await client.send(content)
                assert (await client.reply())[::2] == (200, NAME), content


async def test_each_request_of_a_connection_is_checked() -> None:
    """A good one before does not vouch for it."""
    async with Shop(shop()).served() as server, server.client() as client:
        for good in (HEALTH, plain(b"host: x"), HEALTH):
            await client.send(good)
            assert (await client.reply())[0] == 200
        await client.send(b"GET /health HTTP/1.1\r\n\r\n" + HEALTH)
        assert (await client.reply())[0] == 400
        assert await client.until_closed() == b""
    async with Shop(shop()).served() as server, server.client() as client:
        await client.send(HEALTH)
        assert (await client.reply())[0] == 200
        await client.send(HEALTH.replace(b"/1.1", b"/2.0") + HEALTH)
        assert (await client.reply())[0] == 505
        assert await client.until_closed() == b""


async def test_the_body_of_a_refused_request_is_not_added_to_the_one_before() -> None:
    """A request past the fast path, whose body was not read yet, stays what it was."""
    before = plain(b"host: x", line=b"POST /graphql?past HTTP/1.1")
    async with Shop(shop()).served() as server:
        async with server.client() as client:  # the document is known, so that nothing waits
            await client.send(before)
            assert (await client.reply())[0] == 200
        for following in (plain(b"host: x", b"host: x"), plain() + plain()):
            server.events.clear()
            async with server.client() as client:
                await client.send(before + following)
                assert (await client.reply())[0] == 400
                assert await client.until_closed() == b""
            await server.until("accounts asked")


LIMIT = LONG.head_bytes
EXTENDED = b"%x;" % len(BODY) + b"e" * (2 * LIMIT) + b"\r\n%b\r\n0\r\n\r\n" % BODY
MANY = b"".join(b"1;eeeeeeeeeeeeeeeeeeeeeeeeeeee=%d\r\n%c\r\n" % (n, 32) for n in range(2_000)) + CHUNKS
TRAILERS = CHUNKS[:-2] + b"trailer: x\r\n" * (LIMIT // 4) + b"\r\n"


@pytest.mark.parametrize("body", [EXTENDED, MANY, TRAILERS], ids=["one", "many", "trailers"])
async def test_what_frames_a_chunked_body_is_limited(body: bytes) -> None:
    """However long extensions and trailers are, in one write or many, and nothing after them is read."""
    async with Shop(shop()).served() as server:
        for step in (len(body), 1_000):
            content = chunked(body) + HEALTH
            async with server.client() as client:
                for begin in range(0, len(content), step):
                    client.writer.write(content[begin : begin + step])
                assert (await client.reply())[0] == 400
                assert await client.until_closed() == b""


async def test_each_chunked_body_of_a_connection_is_limited() -> None:
    """A good one before, with the same head, does not vouch for it."""
    async with Shop(shop()).served() as server, server.client() as client:
        await client.send(chunked(CHUNKS))
        assert (await client.reply())[::2] == (200, NAME)
        await client.send(chunked(EXTENDED) + HEALTH)
        assert (await client.reply())[0] == 400
        assert await client.until_closed() == b""


async def test_small_chunks_are_no_offence() -> None:
    """Only what is longer than a chunk needs counts."""
    spaces = b"1\r\n \r\n" * 10_000
    async with Shop(shop()).served() as server, server.client() as client:
        for _ in range(2):
            await client.send(chunked(spaces + CHUNKS))
            assert (await client.reply())[::2] == (200, NAME)


async def test_a_body_of_many_pieces_is_one_body() -> None:
    """A large body with a length, on the fast path."""
    body = BODY + b" " * 40_000
    content = request(b"host: x", JSON, b"content-length: %d" % len(body), body=body)
    async with Shop(shop()).served() as server, server.client() as client:
        await client.send(content * 2)
        for _ in range(2):
            assert (await client.reply())[::2] == (200, NAME)


async def test_the_authority_of_an_absolute_target_is_the_host() -> None:
    """Whatever the Host header says (RFC 9112, 3.2.2); an absolute target without a path is the root."""
    seen: list[tuple[bytes, list[bytes]]] = []

    async def app(scope: Any, _receive: object, send: Any) -> None:
        if scope["type"] != "http":
            return
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        seen.append((scope["raw_path"], hosts))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    with listen("127.0.0.1", 0) as listener:
        server = Shop(shop(), port=listener.getsockname()[1])
        async with serving(app, listener, ClientLimits()), server.client() as client:
            for target in (b"/a", b"http://y:1/b", b"https://[::1]?c", b"http://y", b"/d"):
                await client.send(b"GET %b HTTP/1.1\r\nhost: x\r\n\r\n" % target)
                assert (await client.reply())[0] == 200
    assert seen == [
        (b"/a", [b"x"]),
        (b"/b", [b"y:1"]),
        (b"/", [b"[::1]"]),
        (b"/", [b"y"]),
        (b"/d", [b"x"]),
    ]


async def test_any_application_behind_the_server_is_protected() -> None:
    """Subgraphs and consumers serve by the same protocol; this application knows nothing of it."""
    asked: list[str] = []

    async def app(scope: Any, _receive: object, _send: object) -> None:
        asked.append(scope["type"])
        raise RuntimeError

    with listen("127.0.0.1", 0) as listener:
        server = Shop(shop(), port=listener.getsockname()[1])
        async with serving(app, listener, ClientLimits()), server.client() as client:
            await client.send(b"GET /health HTTP/1.1\r\n\r\n" + HEALTH)
            assert (await client.reply())[0] == 400
            assert await client.until_closed() == b""
    assert asked == ["lifespan"]
