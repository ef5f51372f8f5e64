"""An upstream that does not answer is left alone: by a breaker, and by a budget for repeating calls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import respx

from subgraphs.kit.mutations.circuit_breaker import Breaker, RetryBudget
from subgraphs.kit.mutations.upstream import Answer, UpstreamClient, Verdict
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
    """Seconds that pass when told."""

    seconds = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


@pytest.fixture
def time() -> Time:
    """The breaker's time."""
    return Time()


@pytest.fixture
async def client(time: Time, get: respx.Route) -> AsyncIterator[UpstreamClient]:
    """A client that tries twice, and whose breaker opens after three failures, for some ten seconds."""
    del get  # only so that looks are answered
    settings = UpstreamSettings(url="http://upstream.test", attempts=2, retry_delay_seconds=0)
    client = UpstreamClient(settings, breaker=Breaker(failures=3, rest_seconds=10, monotonic=time))
    yield client
    await client.close()


@pytest.fixture
def put(respx_mock: respx.MockRouter) -> respx.Route:
    """Changes of a membership."""
    return respx_mock.put(URL)


@pytest.fixture
def get(respx_mock: respx.MockRouter) -> respx.Route:
    """Looks at a membership, where nothing is on record at first."""
    return respx_mock.get(URL).mock(return_value=NOTHING)


async def test_an_upstream_that_is_down_is_soon_left_alone(client: UpstreamClient, put: respx.Route) -> None:
    """After some failures in a row nothing is sent any more, and outcomes are unknown at once."""
    put.mock(return_value=DOWN)
    answers = [await client.put(PATH, BODY, f"key-{n}") for n in range(100)]
    assert answers == [UNKNOWN] * 100
    assert put.call_count == 3


async def test_after_a_rest_one_call_tries(client: UpstreamClient, put: respx.Route, time: Time) -> None:
    """While the upstream stays away, each rest costs one call only."""
    put.mock(return_value=DOWN)
    await client.put(PATH, BODY, "a")
    await client.put(PATH, BODY, "b")
    for rest in range(1, 4):
        time.seconds += 13
        for _ in range(10):
            await client.put(PATH, BODY, "c")
        assert put.call_count == 3 + rest


async def test_a_success_lets_all_calls_through(client: UpstreamClient, put: respx.Route, time: Time) -> None:
    """The first answer after an outage ends it."""
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
    """An upstream that can be read but not written is left alone as well."""
    put.mock(return_value=DOWN)
    await client.put(PATH, BODY, "a")
    await client.put(PATH, BODY, "b")
    assert get.call_count > 0
    assert client.breaker.is_open


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_who_answers_is_there(client: UpstreamClient, put: respx.Route, status: int) -> None:
    """Refusals and strange answers of some customers do not keep the others from being asked."""
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
    """No answer, too many requests and faults of the upstream's own open the breaker."""
    put.mock(side_effect=[failure] * 3)
    await client.put(PATH, BODY, "a")
    await client.put(PATH, BODY, "b")
    assert client.breaker.is_open


def test_repeated_calls_are_few() -> None:
    """Of a thousand calls that fail, hardly more than a hundred are repeated."""
    budget = RetryBudget()
    repeated = 0
    for _ in range(1000):
        budget.earn()
        repeated += budget.spend()
    assert 100 <= repeated <= 110


async def test_ten_minutes_of_busy_answers_cost_a_call_now_and_then(
    put: respx.Route, get: respx.Route, time: Time
) -> None:
    """Of 12,000 changes, what opens the breaker and one after each rest are sent (M13)."""
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
    """Even where no breaker helps, all repetitions and looks together are a tenth of the calls (M13)."""
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
    """The time-out is that of the whole call, though each drop comes in time."""
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
    """A record shows the state or another one; all that is no record leaves it open."""
    get.mock(side_effect=[answer])
    assert await client.is_recorded(PATH, BODY) is recorded


async def test_a_change_of_another_customer_confirms_nothing(
    client: UpstreamClient, put: respx.Route
) -> None:
    """An answer with another customer's id is a mix-up, whatever state it shows."""
    put.mock(return_value=httpx.Response(200, json=RECORDED | {"customer_id": "c-2"}))
    assert await client.put(PATH, BODY, "key") == UNKNOWN
