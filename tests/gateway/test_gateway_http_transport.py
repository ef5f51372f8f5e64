"""The HTTP transport reads answers strictly and within bounds."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import orjson
import pytest
import respx

from gateway.errors import SubgraphUnreachable
from gateway.transport import HttpLimits, HttpTransport

URL = "http://subgraph.test/graphql"


async def ask(transport: HttpTransport) -> Mapping[str, Any]:
    """The answer to an operation."""
    call = transport.prepare("query Q { a }", "Q")
    return await call({"x": 1}, {"authorization": "Bearer t"})


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    """A transport with a small limit for answers."""
    async with httpx.AsyncClient() as client:
        yield HttpTransport(URL, client, HttpLimits(total_seconds=30, answer_bytes=1_000))


@respx.mock
async def test_an_operation_is_posted_as_json(transport: HttpTransport) -> None:
    """Document, variables, operation name and forwarded headers go out; the answer comes decoded."""
    route = respx.post(URL).respond(json={"data": {"a": 1}})
    assert await ask(transport) == {"data": {"a": 1}}
    sent = route.calls.last.request
    assert orjson.loads(sent.content) == {
        "query": "query Q { a }",
        "variables": {"x": 1},
        "operationName": "Q",
    }
    assert sent.headers["authorization"] == "Bearer t"
    assert sent.headers["accept-encoding"] == "identity"


@respx.mock
async def test_a_graphql_error_with_an_error_status_is_an_answer(transport: HttpTransport) -> None:
    """Servers may answer 400 or 500 with a GraphQL body; the body counts."""
    respx.post(URL).respond(400, json={"errors": [{"message": "bad"}]})
    assert await ask(transport) == {"errors": [{"message": "bad"}]}


@respx.mock
@pytest.mark.parametrize(
    "answer",
    [
        {"status_code": 502, "html": "<h1>Bad gateway</h1>"},
        {"status_code": 200, "html": "<h1>Login</h1>"},
        {"status_code": 200, "json": []},
        {"status_code": 200, "json": {"message": "hello"}},
        {"status_code": 200, "json": {"errors": "many"}},
        {"status_code": 200, "text": '{"data": {"a": NaN}}'},
        {"status_code": 200, "content": b""},
        {"status_code": 302, "headers": {"location": "http://elsewhere.test/"}},
        {"status_code": 200, "json": {"data": "x" * 2_000}},
        {
            "status_code": 200,
            "content": gzip.compress(b'{"data": null}'),
            "headers": {"content-encoding": "gzip"},
        },
    ],
)
async def test_what_is_no_graphql_answer_is_unreachable(
    transport: HttpTransport, answer: dict[str, Any]
) -> None:
    """HTML, other JSON, redirects, floods and compressed bodies are refused, and nothing is sent twice."""
    route = respx.post(URL).respond(**answer)
    with pytest.raises(SubgraphUnreachable):
        await ask(transport)
    assert route.call_count == 1


@respx.mock
@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_a_broken_connection_is_unreachable(
    transport: HttpTransport, error: type[httpx.HTTPError]
) -> None:
    """Whatever httpx reports is one kind of failure for the gateway."""
    respx.post(URL).mock(side_effect=error("boom"))
    with pytest.raises(SubgraphUnreachable):
        await ask(transport)


@respx.mock
async def test_a_slow_answer_is_cut_off() -> None:
    """The total time covers the whole exchange."""

    async def never(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    respx.post(URL).mock(side_effect=never)
    async with httpx.AsyncClient() as client:
        transport = HttpTransport(URL, client, HttpLimits(total_seconds=0.01))
        with pytest.raises(SubgraphUnreachable, match="timed out"):
            await ask(transport)


@respx.mock
async def test_cancellation_passes_through(transport: HttpTransport) -> None:
    """A cancelled request is cancelled, not turned into a failure of the subgraph."""
    started = asyncio.Event()

    async def never(_request: httpx.Request) -> httpx.Response:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    respx.post(URL).mock(side_effect=never)
    task = asyncio.create_task(ask(transport))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
