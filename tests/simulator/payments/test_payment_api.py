"""Keys, idempotency and faults of the simulated processor's API, and what survives it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import stripe

from foundation.storage.clock import ManualClock
from simulator.payments.serve import PaymentSettings, serving_payments
from tests.support.payments.merchant import Merchant, opened_sdk, trading

PAYOUT = {"amount": "700", "currency": "gbp"}


async def payouts(merchant: Merchant) -> int:
    """Return how many payouts there are."""
    return len((await merchant.get("payouts"))["data"])


@pytest.mark.parametrize("key", ["", "Bearer another", "Basic !", "Bearer"])
async def test_only_the_secret_key_opens(merchant: Merchant, key: str) -> None:
    """Any other gets 401, and the SDK knows why."""
    response = await merchant.http.get("/v1/charges", headers={"Authorization": key})
    assert response.status_code == 401
    async with opened_sdk(merchant.served.url, "sk_test_other") as other:
        with pytest.raises(stripe.AuthenticationError):
            await other.v1.charges.list_async()


async def test_a_repeated_request_gets_the_same_answer(merchant: Merchant) -> None:
    """Byte by byte, with a header that says so, also if the object has changed meanwhile."""
    first = await merchant.post("payouts", "key", **PAYOUT)
    await merchant.control(f"payouts/{first.json()['id']}/paid")
    again = await merchant.post("payouts", "key", **PAYOUT)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert await payouts(merchant) == 1


async def test_a_key_is_kept_for_a_day(merchant: Merchant, clock: ManualClock) -> None:
    """And forgotten after it."""
    await merchant.post("payouts", "key", **PAYOUT)
    clock.advance(timedelta(hours=24))
    await merchant.post("payouts", "key", **PAYOUT)
    assert await payouts(merchant) == 1
    clock.advance(timedelta(seconds=1))
    await merchant.post("payouts", "key", **PAYOUT)
    assert await payouts(merchant) == 2


@pytest.mark.parametrize("other", [("payouts", {**PAYOUT, "amount": "701"}), ("refunds", PAYOUT)])
async def test_another_request_under_a_key_is_an_error(
    merchant: Merchant, other: tuple[str, dict[str, str]]
) -> None:
    """Whether it has other parameters or another path."""
    await merchant.post("payouts", "key", **PAYOUT)
    refused = await merchant.post(other[0], "key", **other[1])
    assert (refused.status_code, refused.json()["error"]["type"]) == (400, "idempotency_error")
    assert await payouts(merchant) == 1


async def test_a_refusal_is_kept_unless_it_was_of_form(merchant: Merchant) -> None:
    """A request that was refused for good stays refused; one of a wrong form may be sent rightly."""
    await merchant.control("faults/payout_refused")
    refused = await merchant.post("payouts", "key", **PAYOUT)
    assert refused.json()["error"]["code"] == "balance_insufficient"
    assert (await merchant.post("payouts", "key", **PAYOUT)).content == refused.content
    assert (await merchant.post("payouts", "other", amount="x", currency="gbp")).status_code == 400
    assert (await merchant.post("payouts", "other", **PAYOUT)).status_code == 200


async def test_a_key_in_use_is_a_conflict(merchant: Merchant) -> None:
    """While the first request is answered, and no longer."""
    await merchant.control("faults/slow")
    first = asyncio.create_task(merchant.post("payouts", "key", **PAYOUT))
    async with asyncio.timeout(30):
        while not merchant.served.api.in_progress:  # noqa: ASYNC110 - nothing says that it begins to hold
            await asyncio.sleep(0.01)
    conflict = await merchant.post("payouts", "key", **PAYOUT)
    assert (conflict.status_code, conflict.json()["error"]["code"]) == (409, "idempotency_key_in_use")
    assert (await first).status_code == 200
    assert (await merchant.post("payouts", "key", **PAYOUT)).content == (await first).content


@pytest.mark.parametrize(
    ("fault", "status", "done"),
    [
        ("error", 500, 0),
        ("unavailable", 503, 0),
        ("too_many", 429, 0),
        ("garbage", 200, 0),
        ("reset_before", 0, 0),
        ("timeout_before", 0, 0),
        ("error_after", 500, 1),
        ("error_kept", 500, 1),
        ("garbage_after", 200, 1),
        ("reset_after", 0, 1),
        ("timeout_after", 0, 1),
    ],
)
async def test_faults_of_calls(merchant: Merchant, fault: str, status: int, done: int) -> None:
    """Whether it is done is as the fault says, and the same request again has no second effect."""
    await merchant.control(f"faults/{fault}", params={"on": "payouts", "method": "POST"})
    assert await payouts(merchant) == 0
    seen = 0
    try:
        async with httpx.AsyncClient(
            headers=merchant.http.headers, timeout=2 if "timeout" in fault else 20
        ) as hurried:
            url = f"{merchant.served.url}/v1/payouts"
            seen = (await hurried.post(url, data=PAYOUT, headers={"Idempotency-Key": "k"})).status_code
    except httpx.TransportError:
        pass
    assert (seen, await payouts(merchant)) == (status, done)
    again = await merchant.post("payouts", "k", **PAYOUT)
    assert again.status_code == (500 if fault == "error_kept" else 200)
    assert await payouts(merchant) == 1


async def test_too_many_requests_say_when_to_come_again(merchant: Merchant) -> None:
    """By `Retry-After`; faults can be disarmed."""
    await merchant.control("faults/too_many", params={"amount": 5})
    assert (await merchant.http.get("/v1/charges")).headers["retry-after"] == "1"
    await merchant.control("faults", "DELETE")
    assert (await merchant.http.get("/v1/charges")).status_code == 200


async def is_refused(client: httpx.AsyncClient, url: str) -> bool:
    """Return whether nothing listens at an address."""
    try:
        await client.get(url, headers={"Connection": "close"})
    except httpx.ConnectError:
        return True
    except httpx.TransportError:
        return False
    return False


async def test_connections_are_refused_for_a_while(merchant: Merchant) -> None:
    """Nothing listens at the address then; control requests are answered all the while."""
    await merchant.control("faults/refuse", params={"amount": 3600})
    async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
        while not await is_refused(client, merchant.served.url):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
    await merchant.control("state", "GET")


async def test_searches_lag(merchant: Merchant, clock: ManualClock) -> None:
    """What is younger than the lag is not found yet."""
    await merchant.paid()
    query = {"query": "metadata['part']:'part-1'"}
    assert len((await merchant.get("payment_intents/search", **query))["data"]) == 1
    await merchant.control("faults/search_lag", params={"amount": 60})
    assert (await merchant.get("payment_intents/search", **query))["data"] == []
    clock.advance(timedelta(seconds=60))
    assert len((await merchant.get("payment_intents/search", **query))["data"]) == 1


async def test_unknown_faults_name_those_that_there_are(merchant: Merchant) -> None:
    """With 404."""
    answer = await merchant.http.post(f"{merchant.served.control_url}/faults/nothing")
    assert (answer.status_code, "timeout_after" in answer.json()["message"]) == (404, True)


async def test_nothing_is_forgotten(tmp_path: Path, clock: ManualClock) -> None:
    """A new process has the same objects, answers, secrets, and webhooks that wait."""
    settings = PaymentSettings(clock=clock, settle_seconds=None)
    async with serving_payments(tmp_path, settings) as served, trading(served) as merchant:
        await merchant.paid()
        first = await merchant.post("payouts", "key", **PAYOUT)
        await merchant.control("secrets", "PUT", json=["whsec_new", "whsec_old"])
        before = (await merchant.control("state", "GET")).json()
    async with serving_payments(tmp_path, settings) as served, trading(served) as merchant:
        assert (await merchant.control("state", "GET")).json() == before
        assert served.sender.secrets == ["whsec_new", "whsec_old"]
        assert (await merchant.post("payouts", "key", **PAYOUT)).content == first.content
    assert before["webhooks"]["waiting"] == 5
