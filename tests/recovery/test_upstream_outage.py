"""A circuit breaker and a budget for retries protect an upstream that does not answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import respx

from subgraphs.kit.mutations.circuit_breaker import Breaker, RetryBudget
from subgraphs.kit.mutations.effect import Answer, Verdict, shows
from subgraphs.kit.mutations.upstream import UpstreamClient
from subgraphs.kit.settings import UpstreamSettings

BODY = {"state": "opted_in", "terms_version": "2026-1"}
PATH = "/v1/brands/northbet/customers/c-1/membership"
MINE = {"brand_id": "northbet", "customer_id": "c-1"}
RECORDED = BODY | MINE | {"revision": 3}
URL = f"http://upstream.test{PATH}"
UNKNOWN = Answer(Verdict.UNKNOWN)
DOWN = httpx.Response(503, json={"code": "BUSY"})
NOTHING = httpx.Response(404, json={"code": "NOT_FOUND"})
pytestmark = pytest.mark.respx(assert_all_called=False)


class Time:
    """A clock that a test advances."""

    seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


@pytest.fixture
def time() -> Time:
    """Provide the circuit breaker's clock."""
    return Time()


@pytest.fixture
async def client(time: Time, get: respx.Route) -> AsyncIterator[UpstreamClient]:
    """Provide a client that tries twice; its breaker opens after three failures, for some ten seconds."""
    del get  # only so that looks are answered
    settings = UpstreamSettings(url="http://upstream.test", attempts=2, retry_delay_seconds=0)
    client = UpstreamClient(settings, breaker=Breaker(failures=3, rest_seconds=10, monotonic=time))
    yield client
    await client.close()


@pytest.fixture
def put(respx_mock: respx.MockRouter) -> respx.Route:
    """Mock changes of a membership."""
    return respx_mock.put(URL)


@pytest.fixture
def get(respx_mock: respx.MockRouter) -> respx.Route:
    """Mock reads of a membership; at first nothing is on record."""
    return respx_mock.get(URL).mock(return_value=NOTHING)


async def test_an_upstream_that_is_down_is_soon_left_alone(client: UpstreamClient, put: respx.Route) -> None:
    """After some consecutive failures nothing is sent any more, and outcomes are unknown at once."""
    put.mock(return_value=DOWN)
    answers = [await client.put(PATH, BODY, f"key-{n}") for n in range(100)]
    assert answers == [UNKNOWN] * 100
    assert put.call_count == 3


async def test_after_a_rest_one_call_tries(client: UpstreamClient, put: respx.Route, time: Time) -> None:
    """During the outage, each pause costs one call only."""
    put.mock(return_value=DOWN)
    await client.put(PATH, BODY, "a")
    await client.put(PATH, BODY, "b")
    for rest in range(1, 4):
        time.seconds += 13
        for _ in range(10):
            await client.put(PATH, BODY, "c")
        assert put.call_count == 3 + rest


async def test_a_success_lets_all_calls_through(client: UpstreamClient, put: respx.Route, time: Time) -> None:
    """The first response after an outage ends it."""
    put.mock(return_value=DOWN)
    await client.put(PATH, BODY, "a")
    await client.put(PATH, BODY, "b")
    time.seconds += 13
    put.mock(return_value=httpx.Response(200, json=RECORDED))
    answers = [await client.put(PATH, BODY, f"key-{n}") for n in range(5)]
    assert answers == [Answer(Verdict.CONFIRMED)] * 5


async def test_looks_that_are_answered_do_not_make_up_for_changes_that_are_not(
    client: UpstreamClient, put: respx.Route, get: respx.Route
) -> None:
    """The circuit breaker also opens if the upstream can be read but not written."""
    put.mock(return_value=DOWN)
    await client.put(PATH, BODY, "a")
    await client.put(PATH, BODY, "b")
    assert get.call_count > 0
    assert client.breaker.is_open


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_who_answers_is_there(client: UpstreamClient, put: respx.Route, status: int) -> None:
    """Refusals and strange responses for some customers do not affect calls for others."""
    put.mock(return_value=httpx.Response(status, json={"code": "NO"}))
    for n in range(10):
        await client.put(PATH, BODY, f"key-{n}")
    assert not client.breaker.is_open


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.Response(429), httpx.Response(500)]
)
async def test_who_fails_is_not(
    client: UpstreamClient, put: respx.Route, failure: httpx.Response | Exception
) -> None:
    """No response, too many requests and server errors open the circuit breaker."""
    put.mock(side_effect=[failure] * 3)
    await client.put(PATH, BODY, "a")
    await client.put(PATH, BODY, "b")
    assert client.breaker.is_open


def test_repeated_calls_are_few() -> None:
    """Of a thousand calls that fail, hardly more than a hundred are retried."""
    budget = RetryBudget()
    repeated = 0
    for _ in range(1000):
        budget.earn()
        repeated += budget.spend()
    assert 100 <= repeated <= 110


async def test_ten_minutes_of_busy_answers_cost_a_call_now_and_then(
    put: respx.Route, get: respx.Route, time: Time
) -> None:
    """Of 12,000 changes, only those that open the circuit breaker and one after each pause are sent (M13)."""
    get.mock(return_value=DOWN)
    put.mock(return_value=DOWN)
    breaker = Breaker(failures=20, rest_seconds=5, monotonic=time)
    client = UpstreamClient(
        UpstreamSettings(url="http://upstream.test", retry_delay_seconds=0), breaker=breaker
    )
    for number in range(12_000):
        assert await client.put(PATH, BODY, f"key-{number}") == UNKNOWN
        time.seconds += 0.05
    await client.close()
    assert 20 + 600 / 6.5 <= put.call_count + get.call_count <= 20 + 600 / 3.5


async def test_busy_answers_are_hardly_repeated(put: respx.Route, get: respx.Route) -> None:
    """Even without the circuit breaker, retries and reads together are a tenth of the calls (M13)."""
    get.mock(return_value=NOTHING)
    put.mock(return_value=DOWN)
    breaker = Breaker(failures=10**9)
    client = UpstreamClient(
        UpstreamSettings(url="http://upstream.test", retry_delay_seconds=0), breaker=breaker
    )
    for number in range(1000):
        await client.put(PATH, BODY, f"key-{number}")
    await client.close()
    assert 1100 <= put.call_count + get.call_count <= 1110


async def test_a_body_that_comes_by_drops_is_no_answer() -> None:
    """The timeout covers the whole call, even if each part of the body arrives in time."""
    ended = asyncio.Event()

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = UpstreamSettings(url=f"http://127.0.0.1:{port}", attempts=1, timeout_seconds=0.3)
    client = UpstreamClient(settings)
    assert await asyncio.wait_for(client.put(PATH, BODY, "key"), 60) == UNKNOWN
    await client.close()
    await asyncio.wait_for(ended.wait(), 60)
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("answer", "recorded"),
    [
        (httpx.Response(200, json=RECORDED), True),
        (httpx.Response(200, json=RECORDED | {"state": "opted_out"}), False),
        (httpx.Response(404, json={"code": "NOT_FOUND"}), False),
        (httpx.Response(404, text="no such route"), None),
        (httpx.Response(200, json={"code": "ERROR"}), None),
        (httpx.Response(200, json=RECORDED | {"customer_id": "c-2"}), None),
        (httpx.Response(200, json=RECORDED | {"brand_id": "other"}), None),
        (httpx.Response(200, text="<html>"), None),
        (httpx.Response(200, content=b" " * 100_000), None),
        (DOWN, None),
        (httpx.ReadTimeout("slow"), None),
    ],
)
async def test_what_is_on_record_is_told_only_by_a_clear_answer(
    client: UpstreamClient, get: respx.Route, answer: Any, *, recorded: bool | None
) -> None:
    """A record shows this state or another one; any other response leaves the outcome open."""
    get.mock(side_effect=[answer])
    found = await client.read_record(PATH, BODY.keys())
    assert (None if found is None else shows(found, BODY)) is recorded


async def test_a_change_of_another_customer_confirms_nothing(
    client: UpstreamClient, put: respx.Route
) -> None:
    """A response with another customer's id confirms nothing, whatever state it shows."""
    put.mock(return_value=httpx.Response(200, json=RECORDED | {"customer_id": "c-2"}))
    assert await client.put(PATH, BODY, "key") == UNKNOWN
