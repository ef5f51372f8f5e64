"""A wallet's transactions: one id for all attempts, tampered answers, rollbacks and reconciliation."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from foundation.storage.clock import SystemClock
from simulator.providers.serve import SECRET, serving_provider
from subgraphs.fulfilment.accounting.reconciliation import DailyReconciliation
from subgraphs.fulfilment.models import RECONCILIATION
from subgraphs.fulfilment.providers.provider import CreditOutcome
from subgraphs.fulfilment.providers.provider_client import CallRecord, ProviderClient, response_check
from subgraphs.fulfilment.providers.signing import SIGNATURE, Signer
from subgraphs.fulfilment.providers.wallet import WalletProvider
from subgraphs.fulfilment.state.reward import Credit, Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.mutations.circuit_breaker import Breaker
from tests.support.fulfilment.payout_harness import CASH, PayoutHarness, club_of, key_of, provider_config

MINUTE = timedelta(minutes=1)
SIGNER = Signer(SecretStr(SECRET).get_secret_value().encode())
CREDIT = Credit(key_of("c-1"), club_of("c-1"), Reward(**CASH))
Answered = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


async def test_every_attempt_of_every_worker_is_one_transaction(harness: PayoutHarness) -> None:
    """However often a credit fails and whichever worker retries it, the wallet sees one transaction id."""
    await harness.owe("c-1", CASH)
    harness.arm_fault("wallet", "busy", times=2)
    harness.arm_fault("wallet", "timeout_before", times=2)
    for _ in range(
        20
    ):  # a busy wallet asks to wait, and on a busy machine a worker does not get far in a round
        await harness.run_worker(harness.open(), 2, pause=MINUTE)
        if harness.effects("c-1"):
            break
    asked = harness.providers["wallet"].handler.ledger.requests()
    assert {request["key"] for request in asked} == {key_of("c-1")}
    outcomes = [request["outcome"] for request in asked if request["method"] in {"POST", "CREDIT"}]
    assert outcomes[:5] == [*["not done"] * 4, "credited"]
    assert set(outcomes[5:]) <= {"credited"}, "an answer that comes too late is requested again"
    assert harness.providers["wallet"].handler.ledger.balance("c-1") == 500


class Meddler(httpx.AsyncBaseTransport):
    """A transport that tampers with the answers to transactions; it remembers earlier answers."""

    def __init__(self, change: Callable[[Answered, Answered], Answered]) -> None:
        self._line = httpx.AsyncHTTPTransport()
        self._change = change
        self._before: Answered = (0, {}, b"")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on unchanged, and tamper with the response."""
        response = await self._line.handle_async_request(request)
        body = await response.aread()
        await response.aclose()
        answered = (response.status_code, dict(response.headers), body)
        if request.method == "POST":
            answered = self._change(answered, self._before)
        self._before = answered
        status, headers, body = answered
        headers["content-length"] = str(len(body))
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._line.aclose()


def wallet_over(url: str, transport: httpx.AsyncBaseTransport | None = None) -> WalletProvider:
    """Return the adapter over a transport."""
    endpoint = provider_config("wallet", url).endpoint
    client = httpx.AsyncClient(transport=transport or httpx.AsyncHTTPTransport())

    def sign(method: str, target: str, body: bytes) -> dict[str, str]:
        return SIGNER.sign_request(method, target, body, datetime.now(UTC))

    return WalletProvider(
        ProviderClient(
            endpoint,
            client,
            Breaker(100, 1.0),
            sign,
            CallRecord(SystemClock().now),
            response_check(SIGNER),
        )
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda now, _: (now[0], now[1], now[2].replace(b"500", b"501")), id="another amount"),
        pytest.param(lambda now, _: (422, now[1], now[2]), id="a refusal"),
        pytest.param(lambda now, _: (now[0], now[1] | {SIGNATURE.lower(): ""}, now[2]), id="not signed"),
        pytest.param(lambda _, before: before, id="the answer to another request"),
    ],
)
async def test_a_tampered_response_decides_nothing(
    tmp_path: Path, change: Callable[[Answered, Answered], Answered]
) -> None:
    """A tampered answer counts as none: the credit is in doubt, and the wallet reports it when asked."""
    async with serving_provider("wallet", tmp_path) as served:
        meddled, honest = wallet_over(served.url, Meddler(change)), wallet_over(served.url)
        assert (await meddled.credit(CREDIT)).outcome is CreditOutcome.UNKNOWN
        assert (await honest.inquire(CREDIT)).outcome is CreditOutcome.CREDITED
        assert served.handler.ledger.effects() == {key_of("c-1"): 1}
        await meddled.close()
        await honest.close()


@pytest.mark.parametrize("fault", ["busy", "error", "reset_before", "timeout_before", "html"])
async def test_without_a_balance_nothing_is_sent_yet(harness: PayoutHarness, fault: str) -> None:
    """If the wallet does not answer with the balance, nothing is credited, and it is asked again later."""
    await harness.owe("c-1", CASH)
    harness.arm_fault("wallet", fault, times=2, on="balance")  # type: ignore[arg-type]  # one of the names
    worker = harness.open()
    await harness.run_worker(worker)
    assert await harness.state("c-1") is FulfilmentState.FULFILLING
    assert harness.effects("c-1") == 0
    await harness.run_worker(worker, 3, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert harness.effects("c-1") == 1


@pytest.mark.parametrize("fault", ["busy", "error", "reset_before", "timeout_before", "html"])
async def test_a_failing_rollback_is_repeated_until_it_succeeds(harness: PayoutHarness, fault: str) -> None:
    """A rollback that fails is repeated until it succeeds, and nothing is credited."""
    harness.configure("wallet", breaker_failures=1000)  # it rests by the machine's clock, not by the test's
    await harness.owe("c-1", CASH)
    harness.arm_fault("wallet", "timeout_before", times=2)
    harness.arm_fault("wallet", fault, times=3, on="cancel")  # type: ignore[arg-type]  # one of the names
    worker = harness.open()
    await harness.run_worker(worker)
    await harness.add_account("c-1", rg_state="self_excluded")
    await harness.run_worker(worker, 4, pause=MINUTE)
    assert await harness.state("c-1") is FulfilmentState.INELIGIBLE
    registered = worker.registry.find("wallet")
    assert registered is not None
    late = await registered.provider.credit((await harness.find("c-1")).credit)
    assert (late.outcome, harness.effects("c-1")) == (CreditOutcome.CANCELLED, 0)


async def test_the_daily_report_stores_differences_from_the_wallet(harness: PayoutHarness) -> None:
    """A lost, a different and an unknown transaction are all in the daily report."""
    harness.clock.go_to_noon()
    for number in range(4):
        await harness.owe(f"c-{number}", CASH)
    await harness.run_worker(harness.open())
    ledger = harness.providers["wallet"].handler.ledger
    whole = ledger.find(key_of("c-0"))
    assert whole is not None
    stray = whole.body | {"transaction_id": "stray", "customer": "c-x"}
    ledger.credit("stray", stray, harness.clock.now(), valid_days=None)
    ledger.lose(key_of("c-1"))
    ledger.spoil(key_of("c-2"), amount_minor=5_000)
    day = harness.clock.now().date()
    harness.clock.advance(timedelta(days=1, hours=3))
    fulfilling = harness.open()
    await DailyReconciliation(fulfilling.reconciliation, fulfilling.registry).make_missing()
    async with harness.database.read() as connection:
        of_wallet = RECONCILIATION.c.provider == "wallet", RECONCILIATION.c.day == day
        kept = (await connection.execute(select(RECONCILIATION).where(*of_wallet))).one()
    assert kept.compared == 5
    assert {(difference["kind"], difference["key"]) for difference in kept.differences} == {
        ("MISSING_HERE", "stray"),
        ("MISSING_THERE", key_of("c-1")),
        ("DIFFERENT", key_of("c-2")),
    }
