"""Node's own HTTP/2 server answers many requests over one connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.errors import ReplyTooLarge, SubgraphUnreachable
from gateway.features.signatures.settings import SignatureSettings
from gateway.features.signatures.signing import request_signing
from gateway.tls import SubgraphTls
from gateway.transport import FailedResponse, HttpLimits, HttpTransport
from signatures import SignatureVerifier
from signatures.verifier import RequestHead
from tests.http.certificates import Authority
from tests.support.gateway.listening_subgraph import PATIENT
from tests.support.gateway.node_http2 import node_subgraph
from tests.support.gateway.signing import fixed, key_text, secret

HTTP2 = replace(PATIENT, http2=True, answer_bytes=8_000_000, connections=200)
AT_ONCE = 100


@pytest.fixture(scope="module")
def node() -> Iterator[str]:
    """A subgraph that speaks HTTP/2 without TLS."""
    with node_subgraph() as url:
        yield url


@asynccontextmanager
async def to(url: str, limits: HttpLimits = HTTP2, **options: Any) -> AsyncIterator[HttpTransport]:
    """A transport to it."""
    transport = HttpTransport.to(url, limits, **options)
    yield transport
    await transport.close()


async def sent(
    transport: HttpTransport, headers: Mapping[str, str] | None = None, **variables: Any
) -> Mapping[str, Any]:
    """What the subgraph has received, as it answers."""
    answer = await transport.prepare("{ a }", None)(variables, headers or {}, None)
    return {**answer["data"], "failed": isinstance(answer, FailedResponse)}


async def test_a_hundred_requests_at_once_take_one_connection(node: str) -> None:
    """The subgraph answers none before all hundred have arrived."""
    async with to(node) as transport:
        before = (await sent(transport))["connections"]
        answers = await asyncio.gather(*[sent(transport, together=AT_ONCE) for _ in range(AT_ONCE)])
        again = await sent(transport)
    assert {each["connections"] for each in (*answers, again)} == {before}


async def test_the_limit_on_connections_bounds_the_requests_at_once(node: str) -> None:
    """As over HTTP/1.1: the subgraph answers three together, and of three only two are sent.

    The first two are answered with a request on another connection; the third is sent after them, and waits.
    """
    async with to(node, replace(HTTP2, connections=2)) as transport, to(node) as other:
        *first, third = [asyncio.create_task(sent(transport, together=3)) for _ in range(3)]
        await asyncio.sleep(0.1)  # without the limit, all three would be answered by now
        answers = [await sent(other, together=3), *await asyncio.gather(*first)]
        assert {each["headers"]["version"] for each in answers} == {"2.0"}
        assert not third.done()
        third.cancel()
        # It is still held there, and is reset: the answer to it goes nowhere.
        assert (await sent(other))["headers"]["version"] == "2.0"


async def test_bodies_larger_than_the_windows_arrive(node: str) -> None:
    """In both directions, for several at once."""
    filling = "y" * 1_500_000
    async with to(node) as transport:
        answers = await asyncio.gather(*[sent(transport, size=3_000_000, filling=filling) for _ in range(5)])
    assert [len(each["filling"]) for each in answers] == [3_000_000] * 5
    assert {each["length"] > len(filling) for each in answers} == {True}


async def test_a_request_is_the_same_as_over_http_1(node: str) -> None:
    """Authority, path, header names and octets, those included that sign it."""
    headers = {"authorization": "Bearer t", "accept-language": "en, \xfcber", "x-empty": "", "x-space": " a "}

    def sign(body: bytes, _headers: Mapping[str, str]) -> bytes:
        return b"content-digest: sha-256=:%d:\r\nsignature: sig=:a=:\r\n" % len(body)

    async with to(node, sign=sign) as transport:
        answer = await sent(transport, headers)
    got = answer["headers"]
    assert got[":authority"] in node
    assert (got[":method"], got[":scheme"], got["path"]) == ("POST", "http", "/graphql?x=y")
    assert {name: got[name] for name in headers} == headers | {"x-space": "a"}
    assert got["content-digest"] == f"sha-256=:{answer['length']}:"
    assert (got["content-length"], got["signature"]) == (str(answer["length"]), "sig=:a=:")
    assert (got["content-type"], got["accept-encoding"]) == ("application/json", "identity")


async def test_signatures_hold_over_http_2(node: str) -> None:
    """The verifier finds what was signed, of the authority and the path too."""
    keys = secret("one")
    settings = SignatureSettings(keys=SecretStr(key_text(keys)))
    async with to(node, sign=request_signing(settings)("products", node)) as transport:
        got = (await sent(transport, {"authorization": "Bearer t", "accept-language": "en"}))["headers"]
    headers = [(name.encode(), value.encode("latin-1")) for name, value in got.items() if name[0] != ":"]
    headers.append((b"host", got[":authority"].encode()))
    path, query = got[":path"].encode().split(b"?")
    head = RequestHead(got[":method"], got[":scheme"], path, query, headers)
    assert "accept-language" in SignatureVerifier("products", fixed(keys)).verify(head).covered


@pytest.mark.parametrize("name", ["te", "connection", "upgrade", "host", "X-Upper", "x y", ""])
async def test_a_header_that_http_2_has_not_is_not_sent(node: str, name: str) -> None:
    """The connection and the requests of others stay."""
    async with to(node) as transport:
        before = await sent(transport)
        with pytest.raises(SubgraphUnreachable, match="cannot be sent"):
            await sent(transport, {name: "close"})
        assert (await sent(transport))["connections"] == before["connections"]


async def test_statuses_and_limits_hold(node: str) -> None:
    """A status of failure, a reply that is too large, one that is compressed: the connection stays."""
    async with to(node, replace(HTTP2, answer_bytes=100_000)) as transport:
        before = await sent(transport)
        assert (await sent(transport, status=500))["failed"]
        with pytest.raises(ReplyTooLarge):
            await sent(transport, size=5_000_000)
        with pytest.raises(SubgraphUnreachable, match="content encoding"):
            await sent(transport, gzip=True)
        assert (await sent(transport))["connections"] == before["connections"]
    async with to(node, replace(HTTP2, answer_bytes=100_000, reads_gzip=True)) as transport:
        assert len((await sent(transport, gzip=True, size=50_000))["filling"]) == 50_000
        with pytest.raises(ReplyTooLarge):
            await sent(transport, gzip=True, size=5_000_000)


@pytest.mark.parametrize("http1", [False, True])
async def test_alpn_decides_over_tls(tmp_path: Path, *, http1: bool) -> None:
    """HTTP/2 where the subgraph has it; else HTTP/1.1, for those too that had waited."""
    authority = Authority(tmp_path)
    issued = authority.issue("subgraph")
    with node_subgraph(str(issued.certificate), str(issued.key), *(["http1"] if http1 else [])) as url:
        limits = replace(HTTP2, tls=SubgraphTls(ca_file=authority.file))
        async with to(url, limits) as transport:
            answers = await asyncio.gather(*[sent(transport) for _ in range(5)])
            answers.append(await sent(transport))
    assert {each["headers"]["version"] for each in answers} == {"1.1" if http1 else "2.0"}
