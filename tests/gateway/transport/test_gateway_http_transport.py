"""The HTTP transport reads answers strictly and within bounds, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket

import orjson
import pytest
from msgspec.structs import replace

from gateway.errors import SubgraphTimeout, SubgraphUnreachable
from gateway.transport import HttpTransport
from tests.gateway.listening_subgraph import (
    PATIENCE_SECONDS,
    PATIENT,
    VARIABLES,
    React,
    Received,
    Subgraph,
    answering,
    asking,
    never,
    sent,
)


async def test_an_operation_is_posted_as_json() -> None:
    """Document, variables, operation name and forwarded headers go out; the answer comes decoded."""
    subgraph = Subgraph(answering())
    async with asking(subgraph) as transport:
        assert await sent(transport) == {"data": {"a": 1}}
    (request,) = subgraph.received
    assert request.head.startswith(b"POST /graphql?x=y HTTP/1.1\r\n")
    assert orjson.loads(request.body) == {
        "query": "query Q { a }",
        "variables": VARIABLES,
        "operationName": "Q",
    }
    headers = dict(request.headers())
    assert headers[b"authorization"] == b"Bearer t"
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"accept-encoding"] == b"identity"
    assert len(headers) == len(request.headers())


async def test_an_operation_without_name_or_variables_has_none() -> None:
    """What is not there is left out."""
    subgraph = Subgraph(answering())
    async with asking(subgraph) as transport:
        await transport.prepare("{ a }", None)({}, {}, None)
    assert orjson.loads(subgraph.received[0].body) == {"query": "{ a }"}


async def test_a_connection_is_kept_for_the_next_request() -> None:
    """As long as both sides keep it."""
    subgraph = Subgraph(answering())
    async with asking(subgraph) as transport:
        for _ in range(3):
            await sent(transport)
    assert [request.connection for request in subgraph.received] == [1, 1, 1]


async def test_a_connection_that_was_closed_meanwhile_is_not_used() -> None:
    """A subgraph may close an idle connection at any time."""
    subgraph = Subgraph(answering(close=True))
    async with asking(subgraph) as transport:
        for _ in range(3):
            assert await sent(transport) == {"data": {"a": 1}}
            await asyncio.sleep(0.05)
    assert [request.connection for request in subgraph.received] == [1, 2, 3]


async def test_a_connection_is_not_kept_unused_for_long() -> None:
    """It is given up before the subgraph could close it under a request."""
    subgraph = Subgraph(answering())
    async with asking(subgraph, replace(PATIENT, idle_seconds=0.01)) as transport:
        await sent(transport)
        await asyncio.sleep(0.1)
        await sent(transport)
    assert [request.connection for request in subgraph.received] == [1, 2]


async def test_no_more_connections_are_open_than_may_be() -> None:
    """Who comes later waits for a free one."""
    gate = asyncio.Event()

    async def react(request: Received) -> None:
        if len(subgraph.received) == 2:
            asyncio.get_running_loop().call_later(0.05, gate.set)
        await gate.wait()
        await answering()(request)

    subgraph = Subgraph(react)
    async with asking(subgraph, replace(PATIENT, connections=2)) as transport:
        answers = await asyncio.gather(*(sent(transport) for _ in range(10)))
    assert answers == [{"data": {"a": 1}}] * 10
    assert subgraph.connections == 2


@pytest.mark.parametrize("react", [never, answering(b"{", headers={"content-length": "99"})])
async def test_a_slow_answer_is_cut_off(react: React) -> None:
    """The total time covers the wait for a connection and the whole exchange."""
    limits = replace(PATIENT, total_seconds=0.1, connections=1)
    async with asking(Subgraph(react), limits) as transport:
        failures = await asyncio.gather(*(sent(transport) for _ in range(2)), return_exceptions=True)
    assert [type(failure) for failure in failures] == [SubgraphTimeout, SubgraphTimeout]
    assert all("timed out" in str(each) for each in failures)


async def test_nobody_there_is_unreachable() -> None:
    """A refused connection is reported at once."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    transport = HttpTransport.to(url, PATIENT)
    with pytest.raises(SubgraphUnreachable, match="Connect"):
        await sent(transport)
    await transport.close()


async def test_a_graphql_error_with_an_error_status_is_an_answer() -> None:
    """Servers may answer 400 or 500 with a GraphQL body; the body counts."""
    body = b'{"errors": [{"message": "bad"}]}'
    async with asking(Subgraph(answering(body, 400))) as transport:
        assert await sent(transport) == {"errors": [{"message": "bad"}]}


@pytest.mark.parametrize(
    "react",
    [
        answering(b"<h1>Bad gateway</h1>", 502),
        answering(b"<h1>Login</h1>"),
        answering(b"[]"),
        answering(b'{"message": "hello"}'),
        answering(b'{"errors": "many"}'),
        answering(b'{"data": {"a": NaN}}'),
        answering(b""),
        answering(b"", 302, headers={"location": "http://127.0.0.1:1/"}),
        answering(json.dumps({"data": "x" * 2_000}).encode()),
        answering(gzip.compress(b'{"data": null}'), headers={"content-encoding": "gzip"}),
    ],
)
async def test_what_is_no_graphql_answer_is_unreachable(react: React) -> None:
    """HTML, other JSON, redirects, floods and compressed bodies are refused, and nothing is sent twice."""
    subgraph = Subgraph(react)
    async with asking(subgraph) as transport:
        with pytest.raises(SubgraphUnreachable):
            await sent(transport)
    assert len(subgraph.received) == 1


@pytest.mark.parametrize("size", [1_000, 1_001])
async def test_an_answer_may_be_as_large_as_the_limit(size: int) -> None:
    """And not one byte more."""
    body = b'{"data": "' + b"x" * (size - 12) + b'"}'
    async with asking(Subgraph(answering(body))) as transport:
        if size == PATIENT.answer_bytes:
            assert await sent(transport) == orjson.loads(body)
        else:
            with pytest.raises(SubgraphUnreachable, match="more than 1000 bytes"):
                await sent(transport)


async def test_cookies_are_not_kept() -> None:
    """What one customer's answer sets does not go out with the next one's request."""
    subgraph = Subgraph(answering(headers={"set-cookie": "customer=1; Path=/"}))
    async with asking(subgraph) as transport:
        await sent(transport)
        await sent(transport)
    assert b"cookie" not in dict(subgraph.received[1].headers())


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where requests with sessions go is said by the settings alone."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with asking(Subgraph(answering())) as transport:
        assert await sent(transport) == {"data": {"a": 1}}


@pytest.mark.parametrize(
    ("value", "octets"),
    [("ü".encode().decode("latin-1"), "ü".encode()), ("\xfc", b"\xfc")],
)
async def test_octets_of_a_header_go_on_as_they_came(value: str, octets: bytes) -> None:
    """Headers are handed on decoded from Latin 1; no octet is lost or changed."""
    subgraph = Subgraph(answering())
    async with asking(subgraph) as transport:
        await sent(transport, {"authorization": f"Bearer {value}"})
    assert dict(subgraph.received[0].headers())[b"authorization"] == b"Bearer " + octets


async def test_a_header_that_cannot_be_sent_is_no_fault() -> None:
    """A line break in a value would be another header."""
    async with asking(Subgraph(answering())) as transport:
        with pytest.raises(SubgraphUnreachable):
            await sent(transport, {"authorization": "Bearer t\r\nx-admin: 1"})


async def test_cancellation_passes_through_and_closes_the_connection() -> None:
    """A cancelled request is cancelled, not turned into a failure, and the subgraph learns of it."""
    subgraph = Subgraph(never)
    async with asking(subgraph) as transport, asyncio.timeout(PATIENCE_SECONDS):
        task = asyncio.create_task(sent(transport))
        await subgraph.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await subgraph.closed.wait()


@pytest.mark.parametrize("url", ["nowhere", "http://", "ftp://127.0.0.1/"])
def test_what_is_no_url_is_told_at_once(url: str) -> None:
    """A wrong setting ends the start, not the first request."""
    with pytest.raises(ValueError, match="not an HTTP URL"):
        HttpTransport.to(url, PATIENT)


def gzipped(body: bytes, encoding: str = "gzip") -> React:
    """Answer with a body that is said to be compressed."""
    return answering(body, headers={"content-encoding": encoding})


async def test_a_subgraph_may_compress_its_answer_if_the_settings_say_so() -> None:
    """It is asked for gzip then, and may answer without."""
    body = b'{"data": {"a": 1}}'
    for react in (gzipped(gzip.compress(body)), answering(), gzipped(body, "identity")):
        subgraph = Subgraph(react)
        async with asking(subgraph, replace(PATIENT, reads_gzip=True)) as transport:
            for _ in range(2):
                assert await sent(transport) == {"data": {"a": 1}}
        assert dict(subgraph.received[0].headers())[b"accept-encoding"] == b"gzip"
        assert subgraph.connections == 1


@pytest.mark.parametrize("reads_gzip", [True, False])
@pytest.mark.parametrize("encoding", ["", "identity", "identity, identity", "Identity,"])
async def test_an_encoding_that_changes_nothing_is_none(encoding: str, *, reads_gzip: bool) -> None:
    """Some frameworks send an empty header."""
    subgraph = Subgraph(gzipped(b'{"data": {"a": 1}}', encoding))
    async with asking(subgraph, replace(PATIENT, reads_gzip=reads_gzip)) as transport:
        for _ in range(2):
            assert await sent(transport) == {"data": {"a": 1}}


async def test_a_compressed_answer_may_come_in_pieces() -> None:
    """Byte by byte, in chunks, or ended by the connection."""
    packed = gzip.compress(b'{"data": {"a": 1}}')
    chunks = b"".join(b"1\r\n%c\r\n" % each for each in packed) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n"
    for content, is_kept in (
        (head + b"transfer-encoding: chunked\r\n\r\n" + chunks, True),
        (head + b"\r\n" + packed, False),
    ):

        async def react(request: Received, content: bytes = content, *, is_kept: bool = is_kept) -> None:
            for each in range(0, len(content), 50):
                request.writer.write(content[each : each + 50])
                await request.writer.drain()
            if not is_kept:
                request.writer.close()

        async with asking(Subgraph(react), replace(PATIENT, reads_gzip=True)) as transport:
            assert await sent(transport) == {"data": {"a": 1}}


@pytest.mark.parametrize(
    ("react", "reason"),
    [
        (gzipped(gzip.compress(b'{"data": "' + b"x" * 1_000 + b'"}')), "more than 1000 bytes"),
        (gzipped(gzip.compress(b" " * 50_000_000)), "more than 1000 bytes"),
        (gzipped(gzip.compress(b'{"data"') + gzip.compress(b": 1}")), "data after the end"),
        (gzipped(gzip.compress(b'{"data": {"a": 1}}') + b"\0"), "data after the end"),
        (gzipped(gzip.compress(b'{"data": {"a": 1}}')[:-1]), "cut short"),
        (gzipped(b'{"data": {"a": 1}}'), "incorrect header"),
        (gzipped(gzip.compress(gzip.compress(b'{"data": null}')), "gzip, gzip"), "not requested"),
        (gzipped(b'{"data": {"a": 1}}', "br"), "not requested"),
    ],
)
async def test_a_compressed_answer_is_read_within_limits(react: React, reason: str) -> None:
    """The limit holds for what comes out, and there is one member."""
    async with asking(Subgraph(react), replace(PATIENT, reads_gzip=True)) as transport:
        with pytest.raises(SubgraphUnreachable, match=reason):
            await sent(transport)
