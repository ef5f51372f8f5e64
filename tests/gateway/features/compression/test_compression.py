"""Bodies are compressed where both sides want it, and limits hold for what comes out."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.decompression import Broken, GzipReader, TooMuch, gunzipped
from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from gateway.features.compression.feature import LARGE, wants_gzip
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.plans import joined

SDL = joined(
    """
    directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION
    enum CacheControlScope { PUBLIC PRIVATE }
    type Query @join__type(graph: A) { text(size: Int): String @cacheControl(maxAge: 60) }
    """,
    "a",
)
QUERY = "query Q($size: Int) { text(size: $size) }"


@asynccontextmanager
async def client(*, own_server: bool = True, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway whose subgraph answers with as long a text as it is asked for."""

    async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"text": "x" * next(iter(request.variables.values()))}}

    app = create_gateway(SDL, {"a": asking(ask)}, GatewaySettings(**settings))
    if not own_server:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as made:
            yield made
        return
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(app, listener), httpx.AsyncClient(base_url=url) as made:
            yield made


async def answered(made: httpx.AsyncClient, size: int, accepted: str) -> httpx.Response:
    """The response with a text of this size; the client decodes it."""
    body = {"query": QUERY, "variables": {"size": size}}
    response = await made.post("/graphql", json=body, headers={"accept-encoding": accepted})
    assert response.json() == {"data": {"text": "x" * size}}
    return response


@pytest.mark.parametrize("own_server", [True, False])
async def test_large_responses_are_compressed_for_who_asks(*, own_server: bool) -> None:
    """Small ones are not, nor for a client that does not accept gzip."""
    async with client(own_server=own_server) as made:
        for _ in range(2):  # the second time by the known body
            for size in (10_000, 2 * LARGE):
                response = await answered(made, size, "gzip, deflate, br")
                assert response.headers["content-encoding"] == "gzip"
                assert response.headers["vary"] == "accept-encoding"
                assert int(response.headers["content-length"]) < size / 10
                assert "content-encoding" not in (await answered(made, size, "br")).headers
                assert "content-encoding" not in (await answered(made, size, "gzip;q=0")).headers
            assert "content-encoding" not in (await answered(made, 100, "gzip")).headers
    async with client(own_server=own_server, compression={"enabled": False}) as made:
        assert "content-encoding" not in (await answered(made, 10_000, "gzip")).headers


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip", True),
        ("GZIP;Q=0.5", True),
        ("x-gzip", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("gzip;q=0.8, identity;q=0.9", False),
        ("gzip;q=0, *", False),
        ("identity, *;q=0", False),
        ("gzip;q=x", False),
        ("", False),
        ("br;q=1.0, zstd", False),
    ],
)
def test_a_client_says_how_much_it_wants_gzip(accepted: str, *, expected: bool) -> None:
    """By weights, also for what it does not name."""
    assert wants_gzip(accepted.encode()) is expected


async def test_compressed_answers_have_tags_of_their_own() -> None:
    """A cache keeps both, and each is found to be unchanged by its tag."""
    async with client() as made:
        parameters = {"query": QUERY, "variables": '{"size": 10000}'}

        async def got(accepted: str, tag: str = "") -> httpx.Response:
            headers = {"accept-encoding": accepted, "if-none-match": tag}
            return await made.get("/graphql", params=parameters, headers=headers)

        plain, small = await got("identity"), await got("gzip")
        assert "accept-encoding" in plain.headers["vary"].split(", ")
        assert plain.headers["vary"] == small.headers["vary"]
        assert small.headers.get_list("vary") == [small.headers["vary"]]
        assert small.headers["content-encoding"] == "gzip"
        assert plain.headers["etag"] != small.headers["etag"]
        for accepted, response in (("identity", plain), ("gzip", small)):
            unchanged = await got(accepted, response.headers["etag"])
            assert (unchanged.status_code, unchanged.headers["etag"]) == (304, response.headers["etag"])
            assert "content-encoding" not in unchanged.headers


def request_body(size: int = 3) -> bytes:
    """A request as JSON."""
    return json.dumps({"query": QUERY, "variables": {"size": size}}).encode()


BOMB = gzip.compress(b" " * 10_000_000)
WRONG = [
    (gzip.compress(request_body()) * 2, "gzip", 400),
    (gzip.compress(request_body()) + b"x", "gzip", 400),
    (gzip.compress(request_body())[:-1], "gzip", 400),
    (request_body(), "gzip", 400),
    (b"", "gzip", 400),
    (zlib.compress(request_body()), "gzip", 400),
    (BOMB, "gzip", 413),
    (gzip.compress(BOMB), "gzip, gzip", 415),
    (zlib.compress(request_body()), "deflate", 415),
    (request_body(), "br", 415),
]


@pytest.mark.parametrize("own_server", [True, False])
async def test_requests_may_be_compressed_if_the_settings_say_so(*, own_server: bool) -> None:
    """As one gzip member, whose content is within the limit; everything else is refused."""
    async with client(own_server=own_server, gzip_requests=True) as made:

        async def posted(content: bytes, encoding: str) -> httpx.Response:
            headers = {"content-type": "application/json", "content-encoding": encoding}
            return await made.post("/graphql", content=content, headers=headers)

        for encoding in ("GZip", "GZip", "gzip, identity", "identity,gzip"):
            response = await posted(gzip.compress(request_body()), encoding)
            assert response.json() == {"data": {"text": "xxx"}}
        for encoding in ("", "identity", "identity, identity"):
            assert (await posted(request_body(), encoding)).json() == {"data": {"text": "xxx"}}
        for content, encoding, status in WRONG:
            assert (await posted(content, encoding)).status_code == status
        for content, code in ((b"", "INVALID_COMPRESSION"), (BOMB, "REQUEST_TOO_LARGE")):
            assert (await posted(content, "gzip")).json()["errors"][0]["extensions"]["code"] == code


async def test_compressed_requests_are_refused_by_default() -> None:
    """Without looking at them."""
    async with client() as made:
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        for content in (gzip.compress(request_body()), BOMB):
            assert (await made.post("/graphql", content=content, headers=headers)).status_code == 415


@given(st.binary(max_size=300), st.lists(st.integers(1, 60)), st.integers(0, 9))
def test_whatever_is_compressed_is_read_in_pieces(content: bytes, sizes: list[int], level: int) -> None:
    """Wherever it is cut; one byte less of room is too little, and without the last byte it is not whole."""
    packed = gzip.compress(content, level)
    reader, rest, out = GzipReader(len(content)), packed, b""
    for size in sizes:
        if rest:
            out, rest = out + reader.feed(rest[:size]), rest[size:]
    if rest:
        out += reader.feed(rest)
    assert (out, reader.is_whole) == (content, True)
    with pytest.raises(Broken):
        reader.feed(b"x")
    with pytest.raises(Broken):
        gunzipped(packed[:-1], len(content))
    if content:
        with pytest.raises(TooMuch):
            gunzipped(packed, len(content) - 1)


def test_no_more_is_made_than_may_be_kept() -> None:
    """A bomb is not unpacked to be counted."""
    reader = GzipReader(1_000)
    with pytest.raises(TooMuch):
        reader.feed(BOMB)
    assert not reader.is_whole
