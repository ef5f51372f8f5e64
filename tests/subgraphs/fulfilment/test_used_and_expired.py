"""Use and expiry of credited rewards become known by polling and by callbacks."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from furlong.workers.fulfilment_worker import FulfilmentProcess, create_status_app
from simulator.providers.ledger import instant
from subgraphs.fulfilment.providers.signing import Signer
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.fulfilment.payout_harness import BONUS, CASH, FREE_BET, SPINS, PayoutHarness, key_of

HOURS = timedelta(hours=2)
LASTING = (("sportsbook", FREE_BET), ("games", SPINS), ("wallet", BONUS))
"""A reward of each kind of provider that can be used or expire."""


@pytest.fixture
async def worker(harness: PayoutHarness) -> FulfilmentProcess:
    """Return a worker that has just credited a free bet to c-1."""
    await harness.owe("c-1")
    fulfilling = harness.open()
    await harness.run_worker(fulfilling)
    return fulfilling


@pytest.fixture
async def called(worker: FulfilmentProcess) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the worker's HTTP API."""
    transport = httpx.ASGITransport(create_status_app(worker))
    async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
        yield client


async def tell(
    client: httpx.AsyncClient,
    harness: PayoutHarness,
    status: str,
    *,
    key: str = "",
    secret: str = "",
    provider: str = "sportsbook",
) -> int:
    """Send a provider's callback about c-1's reward, and return the status of the response."""
    told = {"key": key or key_of("c-1"), "status": status, "at": instant(harness.clock.now())}
    body, path = json.dumps(told).encode(), f"/callbacks/{provider}"
    signer = Signer((secret or harness.settings.secrets["simulated"].get_secret_value()).encode())
    headers = signer.sign_request("POST", path, body, harness.clock.now())
    return (await client.post(path, content=body, headers=headers)).status_code


@pytest.mark.parametrize("end", ["used", "expired"])
async def test_polling_finds_how_a_reward_ended(
    harness: PayoutHarness, worker: FulfilmentProcess, end: str
) -> None:
    """An unused reward is polled from time to time, until its end is recorded and published."""
    await harness.run_worker(worker, 3, pause=HOURS)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    harness.providers["sportsbook"].handler.ledger.change(key_of("c-1"), end, harness.clock.now())  # type: ignore[arg-type]  # one of the statuses
    await harness.run_worker(worker, 2, pause=HOURS)
    one = await harness.find("c-1")
    assert one.state is FulfilmentState(end.upper())
    assert one.next_at is None
    assert f'"fulfilment_status": "{end.upper()}"' in (await harness.published())[-1].value


@pytest.mark.parametrize(("kind", "reward"), LASTING)
@pytest.mark.parametrize("end", ["used", "expired"])
@pytest.mark.parametrize("learns", ["poll", "callback"])
async def test_every_kind_of_provider_supports_polling_and_callbacks(
    harness: PayoutHarness, kind: str, reward: dict[str, object], end: str, learns: str
) -> None:
    """For every kind of provider, the end of a reward becomes known by polling and by callbacks."""
    harness.configure(kind, learns=learns)
    await harness.owe("c-1", reward)
    worker = harness.open()
    await harness.run_worker(worker)
    if learns == "poll":
        harness.providers[kind].handler.ledger.change(key_of("c-1"), end, harness.clock.now())  # type: ignore[arg-type]  # one of the statuses
        await harness.run_worker(worker, 2, pause=HOURS)
    else:
        transport = httpx.ASGITransport(create_status_app(worker))
        async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
            assert await tell(client, harness, end, provider=kind) == 204
    assert await harness.state("c-1") is FulfilmentState(end.upper())


async def test_cash_is_never_polled(harness: PayoutHarness) -> None:
    """After the credit, cash is never polled."""
    await harness.owe("c-1", CASH)
    worker = harness.open()
    await harness.run_worker(worker)
    assert (await harness.find("c-1")).next_at is None


async def test_a_provider_with_callbacks_is_polled_only_at_the_end(harness: PayoutHarness) -> None:
    """A provider with callbacks is polled only after the expiry, in case a callback was lost."""
    harness.configure("sportsbook", learns="callback")
    await harness.owe("c-1")
    await harness.run_worker(harness.open())
    one = await harness.find("c-1")
    assert one.expires_at is not None
    assert one.next_at is not None
    assert one.next_at > one.expires_at


@pytest.mark.parametrize("end", ["used", "expired"])
async def test_a_callback_records_how_a_reward_ended(
    harness: PayoutHarness, called: httpx.AsyncClient, end: str
) -> None:
    """A signed callback is applied, and a repetition changes nothing."""
    assert [await tell(called, harness, end), await tell(called, harness, end)] == [204, 204]
    assert await harness.state("c-1") is FulfilmentState(end.upper())


async def test_a_contradicting_callback_is_refused(harness: PayoutHarness, called: httpx.AsyncClient) -> None:
    """A used reward cannot expire."""
    assert [await tell(called, harness, "used"), await tell(called, harness, "expired")] == [204, 422]
    assert await harness.state("c-1") is FulfilmentState.USED


async def test_a_callback_before_the_credit_must_be_repeated(
    harness: PayoutHarness, called: httpx.AsyncClient
) -> None:
    """A callback about a credit that is not recorded yet is answered with 409."""
    await harness.owe("c-2")
    await harness.overwrite("c-2", provider="sportsbook")
    assert await tell(called, harness, "used", key=key_of("c-2")) == 409


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"secret": "another secret"}, 401),
        ({"key": "no such key"}, 404),
        ({"provider": "nobody"}, 404),
        ({"provider": "games"}, 404),
    ],
)
async def test_an_invalid_callback_is_refused(
    harness: PayoutHarness, called: httpx.AsyncClient, wrong: dict[str, str], status: int
) -> None:
    """A forged callback, an unknown key or another provider's key changes nothing."""
    assert await tell(called, harness, "used", **wrong) == status
    assert await harness.state("c-1") is FulfilmentState.CREDITED


async def test_an_old_callback_is_refused(harness: PayoutHarness, called: httpx.AsyncClient) -> None:
    """A callback that was signed long ago could be a replay, and is refused."""
    body, path = b"{}", "/callbacks/sportsbook"
    signer = Signer(harness.settings.secrets["simulated"].get_secret_value().encode())
    headers = signer.sign_request("POST", path, body, harness.clock.now() - timedelta(minutes=6))
    assert (await called.post(path, content=body, headers=headers)).status_code == 401


async def test_a_long_callback_is_refused(called: httpx.AsyncClient) -> None:
    """A callback with a long body is refused with 413."""
    assert (await called.post("/callbacks/sportsbook", content=b" " * 20_000)).status_code == 413


async def test_health_and_metrics_show_the_backlog(harness: PayoutHarness, called: httpx.AsyncClient) -> None:
    """Health and metrics show the backlog and the providers."""
    assert (await called.get("/health")).json()["providers"]["sportsbook"] == {
        "enabled": True,
        "stopped": None,
        "resting": False,
        "revision": 0,
    }
    text = (await called.get("/metrics")).text
    assert 'furlong_fulfilment_backlog{provider="sportsbook",state="CREDITED"} 1.0' in text
    assert 'furlong_fulfilment_provider_available{provider="wallet"} 1.0' in text
    assert await harness.state("c-1") is FulfilmentState.CREDITED
