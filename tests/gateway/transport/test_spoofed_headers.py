"""A client cannot speak to a subgraph in the gateway's name, whatever headers it sends."""

from __future__ import annotations

import asyncio
import json

import pytest
from pydantic import SecretStr, ValidationError

from foundation.signatures import SignatureVerifier
from foundation.signatures.verifier import RequestHead
from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from tests.gateway.listening_subgraph import PATIENCE_SECONDS, Subgraph, answering
from tests.gateway.world import FOLDER
from tests.support.gateway.signing import fixed, key_text, secret

SHOP = (FOLDER / "shop" / "supergraph.graphql").read_text()
KEY = secret("gateway")
SPOOFED = (
    b"X-Customer-Id: c-2",
    b"X_Customer_Id: c-2",
    b"X-Brand: lagunabet",
    b"X-Forwarded-For: 127.0.0.1",
    b"X-Forwarded-Host: a/../admin",
    b"X-Forwarded-Proto: https",
    b"Forwarded: for=127.0.0.1",
    b"X-Real-IP: 127.0.0.1",
    b"X-Original-URL: /admin",
    b"Subgraph-Name: reviews",
    b"Content-Digest: sha-256=:AAAA:",
    b'Signature-Input: gateway=();keyid="gateway"',
    b"Signature: gateway=:AAAA:",
    b"Authorization_: Bearer u",
    b"Cookie: session=c-2",
    b"Accept-Encoding: gzip",
    b"User-Agent: furlong-gateway",
    b"Baggage: customer=c-2",
    b"X-Envoy-Expected-Rq-Timeout-Ms: 1",
)
ALLOWED = (b"Authorization: Bearer t", b"Accept-Language: en")


def post(*headers: bytes) -> bytes:
    """A query with headers as they are."""
    body = json.dumps({"query": "{ me { id } }"}).encode()
    fixed_headers = (
        b"Host: gateway.test",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
    )
    return b"\r\n".join([b"POST /graphql HTTP/1.1", *fixed_headers, *headers, b"", body])


async def sent_by(*requests: bytes, keys: SecretStr | None = None) -> tuple[list[bytes], Subgraph]:
    """The heads of the replies to a client's requests, and the subgraph with what reached it."""
    subgraph, heads = Subgraph(answering(b'{"data": {"me": {"id": "1"}}}')), []
    async with subgraph.listening():
        settings = GatewaySettings(
            subgraph_urls=dict.fromkeys(("accounts", "inventory", "products", "reviews"), subgraph.url),
            signatures={"keys": keys},
            connect_seconds=PATIENCE_SECONDS,
            total_seconds=PATIENCE_SECONDS,
        )
        app = create_gateway(SHOP, settings=settings)
        with listen("127.0.0.1", 0) as listener:
            port = listener.getsockname()[1]
            async with serving(app, listener):
                for request in requests:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.write(request)
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        heads.append(await reader.readuntil(b"\r\n\r\n"))
                    writer.close()
    return heads, subgraph


async def test_only_what_is_listed_reaches_a_subgraph() -> None:
    """Of headers in any spelling; the rest is the gateway's own."""
    (head,), subgraph = await sent_by(post(*SPOOFED, *ALLOWED))
    assert head.startswith(b"HTTP/1.1 200")
    (received,) = subgraph.received
    headers = dict(received.headers())
    assert int(headers.pop(b"x-envoy-expected-rq-timeout-ms")) > 1
    assert headers == {
        b"host": subgraph.url.split("/")[2].encode(),
        b"content-type": b"application/json",
        b"accept": b"application/graphql-response+json, application/json;q=0.9",
        b"accept-encoding": b"identity",
        b"user-agent": b"furlong-gateway",
        b"content-length": str(len(received.body)).encode(),
        b"authorization": b"Bearer t",
        b"accept-language": b"en",
    }


async def test_signatures_are_the_gateways_own() -> None:
    """A client's are not forwarded beside them, and what the gateway writes is what it signs."""
    _, subgraph = await sent_by(post(*SPOOFED, *ALLOWED), keys=SecretStr(key_text(KEY)))
    (received,) = subgraph.received
    names = [name for name, _ in received.headers()]
    assert len(names) == len(set(names))
    head = RequestHead("POST", "http", b"/graphql", b"x=y", received.headers())
    verified = SignatureVerifier("accounts", fixed(KEY)).verify(head)
    assert {"authorization", "accept-language"} <= verified.covered


AMBIGUOUS = (
    b"Authorization: Bearer t\r\n X-Customer-Id: c-2",
    b"Authorization: Bearer t\nX-Customer-Id: c-2",
    b"Authorization: Bearer t\rX-Customer-Id: c-2",
    b"Authorization : Bearer t",
    b"Authorization: Bearer t\0",
    b"Host: accounts.internal",
    b"Transfer-Encoding: chunked",
)


async def test_a_head_that_can_be_read_in_two_ways_reaches_nobody() -> None:
    """Folded lines, lone line breaks, and headers of framing that contradict each other."""
    heads, subgraph = await sent_by(*map(post, AMBIGUOUS))
    assert [head[:12] for head in heads] == [b"HTTP/1.1 400"] * len(AMBIGUOUS)
    assert not subgraph.received


async def test_two_sessions_are_no_session() -> None:
    """The subgraph gets both as one value, which no verifier accepts; neither hides the other."""
    _, subgraph = await sent_by(post(b"Authorization: Bearer t", b"authorization: Bearer u"))
    (received,) = subgraph.received
    assert dict(received.headers())[b"authorization"] == b"Bearer t, Bearer u"


@pytest.mark.parametrize("name", ["signature", "signature-input", "content-digest", "subgraph-name", "host"])
def test_what_the_gateway_signs_with_cannot_be_forwarded(name: str) -> None:
    """The settings refuse it."""
    with pytest.raises(ValidationError, match="is set by the gateway alone"):
        GatewaySettings(forwarded_headers=("authorization", name))
