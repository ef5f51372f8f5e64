"""A provider's response is read strictly and within bounds; anything else counts as no response."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from foundation.storage.clock import SystemClock
from simulator.certificate import certified
from subgraphs.fulfilment.providers.provider_client import (
    RESPONSE_BYTES,
    CallRecord,
    ProviderClient,
    ProviderRequest,
    ProviderResponse,
    open_client,
)
from subgraphs.kit.mutations.circuit_breaker import Breaker
from tests.support.fulfilment.payout_harness import provider_config

GET = ProviderRequest("GET", "/v1/bonuses/k")


@asynccontextmanager
async def answering(*parts: bytes, pause: float = 0.0) -> AsyncIterator[tuple[str, Callable[[], int]]]:
    """Serve the same parts of a response to every request; yield the URL, and the number of requests."""
    came = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        await reader.readuntil(b"\r\n\r\n")
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
        except OSError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", lambda: came


async def asked(url: str, *, calls: CallRecord | None = None, **changes: object) -> ProviderResponse | None:
    """Return what the client makes of the response."""
    endpoint = provider_config("sportsbook", url, **{"attempts": 1} | changes).endpoint
    client = ProviderClient(
        endpoint,
        open_client(endpoint),
        Breaker(failures=5),
        lambda *_: {},
        calls or CallRecord(SystemClock().now),
    )
    try:
        return await client.send(GET)
    finally:
        await client.close()


def response(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """Return a complete response."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


async def test_a_json_object_is_a_response() -> None:
    """The client returns the status and the object."""
    async with answering(response(b'{"status": "credited"}')) as (url, _):
        assert await asked(url) == ProviderResponse(200, {"status": "credited"})


@pytest.mark.parametrize(
    "answer",
    [
        response(b"[]"),
        response(b"null"),
        response(b"<h1>It works!</h1>"),
        response(b'{"amount_minor": NaN}'),
        response(b"[" * 100_000),
        response(b'{"a": "\xff"}'),
        response(gzip.compress(b"{}", mtime=0), headers="Content-Encoding: gzip\r\n"),
        response(b"", "301 Moved", "Location: http://127.0.0.1:1/\r\n"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"SSH-2.0\r\n",
        b"",
    ],
)
async def test_anything_else_is_no_response(answer: bytes) -> None:
    """A response that is no JSON object, compressed, redirected, cut off or not HTTP counts as none."""
    async with answering(answer) as (url, _):
        assert await asked(url) is None


async def test_an_endless_response_is_cut_off() -> None:
    """A response that does not end is cut off, so that it cannot fill the memory."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    async with answering(head, *[chunk] * (4 * RESPONSE_BYTES // 0x10000)) as (url, _):
        assert await asked(url, timeout_seconds=20.0) is None


async def test_a_trickling_response_times_out() -> None:
    """A response whose bytes trickle in is cut off after the timeout."""
    body = response(b'{"status": "credited"}')
    async with answering(*(body[at : at + 1] for at in range(len(body))), pause=0.05) as (url, _):
        assert await asked(url, timeout_seconds=0.3) is None


async def test_undecided_requests_are_retried_within_bounds() -> None:
    """After 503 the request is sent again, up to the configured number of attempts."""
    async with answering(response(b"{}", "503 Busy")) as (url, came):
        assert await asked(url, attempts=3) == ProviderResponse(503, {})
        assert came() == 3


async def test_decided_requests_are_not_retried() -> None:
    """After 422 the request is not sent again."""
    async with answering(response(b"{}", "422 No")) as (url, came):
        assert await asked(url, attempts=3) == ProviderResponse(422, {})
        assert came() == 1


async def test_a_refused_connection_is_no_response(free_port: Callable[[], int]) -> None:
    """A refused connection counts as no response."""
    assert await asked(f"http://127.0.0.1:{free_port()}", attempts=2) is None


def test_proxies_and_redirects_are_ignored() -> None:
    """The client uses no proxy of the environment, and follows no redirect."""
    client = open_client(provider_config("sportsbook", "http://provider.test").endpoint)
    assert isinstance(client, httpx.AsyncClient)
    assert (client.trust_env, client.follow_redirects) == (False, False)


@pytest.mark.parametrize("body", [b"{}", b"<html>too busy</html>"])
async def test_a_provider_that_asks_to_wait_is_not_asked_again_at_once(body: bytes) -> None:
    """Whatever a proxy before it sends along, the wait is read, and further attempts would be too early."""
    busy = response(body, "503 Service Unavailable", "Retry-After: 120\r\n")
    async with answering(busy) as (url, came):
        told = await asked(url, attempts=3, pause_seconds=0.0)
        assert told == ProviderResponse(503, {}, timedelta(minutes=2))
        assert came() == 1


@pytest.mark.parametrize(
    ("parts", "changes", "says"),
    [
        ((b"",), {"timeout_seconds": 0.05}, "no answer in time"),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{,}",), {}, "its answer can't be read: "),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{",), {}, "the connection was lost"),
    ],
)
async def test_a_call_that_failed_is_told_in_words(
    parts: tuple[bytes, ...], changes: dict[str, object], says: str
) -> None:
    """Operators read what happened, and not the class of a library."""
    async with answering(*parts, pause=0.0 if any(parts) else 1.0) as (url, _):
        calls = CallRecord(SystemClock().now)
        await asked(url, calls=calls, **changes)
    assert calls.error is not None
    assert calls.error.startswith(says)


async def test_a_certificate_that_is_not_accepted_is_told_in_words(tmp_path: Path) -> None:
    """Operators look for no dead server, nor at a firewall."""
    calls = CallRecord(SystemClock().now)

    async def never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0, ssl=certified(tmp_path))
    async with server:
        await asked(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", calls=calls)
    assert calls.error == "its certificate is not accepted"


async def test_a_provider_that_is_away_is_told_in_words() -> None:
    """Nothing listens at its address."""
    calls = CallRecord(SystemClock().now)
    await asked("http://127.0.0.1:9", calls=calls)
    assert calls.error == "nothing answers at its address"
