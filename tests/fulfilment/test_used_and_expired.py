"""After the credit: providers are asked, or tell by themselves, that a reward was used or has expired."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from till import BONUS, CASH, FREE_BET, SPINS, Till, key_of

from furlong.fulfilling import Fulfilling, status_app
from simulator.providers.books import instant
from simulator.providers.serve import ProviderKind
from subgraphs.fulfilment.providers.signing import Signer
from subgraphs.fulfilment.state.state_machine import FulfilmentState

HOURS = timedelta(hours=2)
LASTING = (("sportsbook", FREE_BET), ("games", SPINS), ("wallet", BONUS))
"""A reward of each kind of provider that is not used up by its credit."""


@pytest.fixture
async def worker(till: Till) -> Fulfilling:
    """A worker that has just credited a free bet to c-1."""
    await till.owe("c-1")
    fulfilling = till.open()
    await till.work(fulfilling)
    return fulfilling


@pytest.fixture
async def called(worker: Fulfilling) -> AsyncIterator[httpx.AsyncClient]:
    """The worker's HTTP side."""
    transport = httpx.ASGITransport(status_app(worker))
    async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
        yield client


async def tell(
    client: httpx.AsyncClient,
    till: Till,
    status: str,
    *,
    key: str = "",
    secret: str = "",
    provider: str = "sportsbook",
) -> int:
    """A provider's call about c-1's reward; the status of the answer."""
    told = {"key": key or key_of("c-1"), "status": status, "at": instant(till.clock.now())}
    body, path = json.dumps(told).encode(), f"/callbacks/{provider}"
    signer = Signer((secret or till.settings.secrets["simulated"].get_secret_value()).encode())
    headers = signer.sign_request("POST", path, body, till.clock.now())
    return (await client.post(path, content=body, headers=headers)).status_code


@pytest.mark.parametrize("end", ["used", "expired"])
async def test_asking_finds_out_how_a_reward_ended(till: Till, worker: Fulfilling, end: str) -> None:
    """While it lies unused it is asked about from time to time; then its end is known, and told."""
    await till.work(worker, 3, pause=HOURS)
    assert await till.state("c-1") is FulfilmentState.CREDITED
    till.providers["sportsbook"].handler.books.change(key_of("c-1"), end, till.clock.now())  # type: ignore[arg-type] - one of the statuses
    await till.work(worker, 2, pause=HOURS)
    one = await till.find("c-1")
    assert one.state is FulfilmentState(end.upper())
    assert one.next_at is None
    assert f'"fulfilment_status": "{end.upper()}"' in (await till.told())[-1].value


@pytest.mark.parametrize(("kind", "reward"), LASTING)
@pytest.mark.parametrize("end", ["used", "expired"])
@pytest.mark.parametrize("learns", ["poll", "callback"])
async def test_every_kind_of_provider_tells_both_ways(
    till: Till, kind: ProviderKind, reward: dict[str, object], end: str, learns: str
) -> None:
    """Sportsbook, games and wallet: asked, or calling by themselves, the end of a reward becomes known."""
    till.configure(kind, learns=learns)
    await till.owe("c-1", reward)
    worker = till.open()
    await till.work(worker)
    if learns == "poll":
        till.providers[kind].handler.books.change(key_of("c-1"), end, till.clock.now())  # type: ignore[arg-type] - one of the statuses
        await till.work(worker, 2, pause=HOURS)
    else:
        transport = httpx.ASGITransport(status_app(worker))
        async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
            assert await tell(client, till, end, provider=kind) == 204
    assert await till.state("c-1") is FulfilmentState(end.upper())


async def test_cash_is_never_asked_about(till: Till) -> None:
    """Cash is the customer's own: nothing follows on its credit."""
    await till.owe("c-1", CASH)
    worker = till.open()
    await till.work(worker)
    assert (await till.find("c-1")).next_at is None


async def test_a_provider_that_calls_is_asked_only_at_the_end(till: Till) -> None:
    """Whoever calls by himself is asked once the reward should have expired, in case the call was lost."""
    till.configure("sportsbook", learns="callback")
    await till.owe("c-1")
    await till.work(till.open())
    one = await till.find("c-1")
    assert one.expires_at is not None
    assert one.next_at is not None
    assert one.next_at > one.expires_at


@pytest.mark.parametrize("end", ["used", "expired"])
async def test_a_call_tells_how_a_reward_ended(till: Till, called: httpx.AsyncClient, end: str) -> None:
    """A signed call is believed; made again, it changes nothing."""
    assert [await tell(called, till, end), await tell(called, till, end)] == [204, 204]
    assert await till.state("c-1") is FulfilmentState(end.upper())


async def test_a_call_that_contradicts_an_earlier_one_is_refused(
    till: Till, called: httpx.AsyncClient
) -> None:
    """What has been used cannot expire."""
    assert [await tell(called, till, "used"), await tell(called, till, "expired")] == [204, 422]
    assert await till.state("c-1") is FulfilmentState.USED


async def test_a_call_before_the_credit_is_asked_to_come_again(till: Till, called: httpx.AsyncClient) -> None:
    """A provider may be faster than we are."""
    await till.owe("c-2")
    await till.put("c-2", provider="sportsbook")
    assert await tell(called, till, "used", key=key_of("c-2")) == 409


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"secret": "another secret"}, 401),
        ({"key": "no such key"}, 404),
        ({"provider": "nobody"}, 404),
        ({"provider": "games"}, 404),
    ],
)
async def test_a_call_that_cannot_be_right_is_refused(
    till: Till, called: httpx.AsyncClient, wrong: dict[str, str], status: int
) -> None:
    """A forged call, an unknown key, another provider's key: nothing is changed."""
    assert await tell(called, till, "used", **wrong) == status
    assert await till.state("c-1") is FulfilmentState.CREDITED


async def test_an_old_call_is_refused(till: Till, called: httpx.AsyncClient) -> None:
    """A call that was signed long ago could be somebody else's repetition."""
    body, path = b"{}", "/callbacks/sportsbook"
    signer = Signer(till.settings.secrets["simulated"].get_secret_value().encode())
    headers = signer.sign_request("POST", path, body, till.clock.now() - timedelta(minutes=6))
    assert (await called.post(path, content=body, headers=headers)).status_code == 401


async def test_a_long_call_is_refused(called: httpx.AsyncClient) -> None:
    """Nobody has that much to tell."""
    assert (await called.post("/callbacks/sportsbook", content=b" " * 20_000)).status_code == 413


async def test_health_and_metrics_tell_what_waits(till: Till, called: httpx.AsyncClient) -> None:
    """Backlog and providers can be seen by those who watch."""
    assert (await called.get("/health")).json()["providers"]["sportsbook"] == {
        "enabled": True,
        "stopped": None,
        "resting": False,
    }
    text = (await called.get("/metrics")).text
    assert 'furlong_fulfilment_backlog{provider="sportsbook",state="CREDITED"} 1.0' in text
    assert 'furlong_fulfilment_provider_available{provider="wallet"} 1.0' in text
    assert await till.state("c-1") is FulfilmentState.CREDITED
