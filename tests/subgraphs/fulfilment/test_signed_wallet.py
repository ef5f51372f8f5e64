"""Signed HTTP: messages of a side that does not hold the secret are neither obeyed nor believed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from foundation.storage.clock import SystemClock
from furlong.demo.process import WORLD
from furlong.install.world import read_world
from simulator.providers.api import WalletAccounts
from simulator.providers.serve import serving_provider
from subgraphs.fulfilment.errors import BadSignature
from subgraphs.fulfilment.providers.provider import CreditOutcome, CreditResult
from subgraphs.fulfilment.providers.registry import ProviderRegistry
from subgraphs.fulfilment.providers.signing import Signer
from subgraphs.fulfilment.state.reward import Credit, Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.fulfilment.payout_harness import (
    CASH,
    PayoutHarness,
    club_of,
    key_of,
    open_harness,
    provider_config,
    quick_settings,
)

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
SIGNER = Signer(b"one secret")
CREDIT = Credit(key_of("c-1"), club_of("c-1"), Reward(**CASH))


def test_a_signed_request_holds() -> None:
    """A request that was signed recently with the secret is accepted."""
    headers = SIGNER.sign_request("POST", "/v1/x?y=1", b"body", NOW)
    SIGNER.check_request(httpx.Headers(headers), "POST", "/v1/x?y=1", b"body", NOW + timedelta(minutes=4))


@pytest.mark.parametrize(
    ("method", "target", "body", "late"),
    [
        ("GET", "/v1/x", b"body", timedelta()),
        ("POST", "/v1/y", b"body", timedelta()),
        ("POST", "/v1/x", b"another", timedelta()),
        ("POST", "/v1/x", b"body", timedelta(minutes=6)),
        ("POST", "/v1/x", b"body", -timedelta(minutes=6)),
    ],
)
def test_a_changed_or_old_request_does_not_hold(
    method: str, target: str, body: bytes, late: timedelta
) -> None:
    """A signature is not valid for another method, target, body or time."""
    headers = httpx.Headers(SIGNER.sign_request("POST", "/v1/x", b"body", NOW))
    with pytest.raises(BadSignature):
        SIGNER.check_request(headers, method, target, body, NOW + late)


@pytest.mark.parametrize("timestamp", ["", "soon", "99999999999", "-1", "٣"])
def test_a_malformed_timestamp_is_refused(timestamp: str) -> None:
    """A missing or malformed timestamp is refused."""
    headers = SIGNER.sign_request("POST", "/v1/x", b"", NOW) | {"X-Furlong-Timestamp": timestamp}
    with pytest.raises(BadSignature):
        SIGNER.check_request(headers, "POST", "/v1/x", b"", NOW)


def test_the_answer_to_another_request_does_not_hold() -> None:
    """A response's signature is only valid for its own request."""
    answer = SIGNER.sign_response("signature of one", 200, b"{}")
    SIGNER.check_response(answer, "signature of one", 200, b"{}")
    with pytest.raises(BadSignature):
        SIGNER.check_response(answer, "signature of another", 200, b"{}")


async def asked(folder: Path, secret: str) -> CreditResult:
    """Return the result of a credit that is signed with a secret."""
    async with serving_provider("wallet", folder) as wallet:
        settings = quick_settings(secrets={"simulated": SecretStr(secret)})
        registry = ProviderRegistry.of([provider_config("wallet", wallet.url)], settings, SystemClock())
        found = registry.find("wallet")
        assert found is not None
        answer = await found.provider.credit(CREDIT)
        assert wallet.handler.ledger.effects() == {}
        await registry.close()
        return answer


async def test_a_wallet_without_the_secret_is_not_believed(tmp_path: Path) -> None:
    """With different secrets neither side trusts the other: nothing is done, and the outcome is unknown."""
    assert (await asked(tmp_path, "another secret")).outcome is CreditOutcome.UNKNOWN


@pytest.fixture
async def choosy(migrated_fulfilment: Path, tmp_path: Path) -> AsyncIterator[PayoutHarness]:
    """Yield a harness whose wallet has no account for c-1, and one in euros for c-2."""
    accounts = WalletAccounts(missing=frozenset({"c-1"}), in_currency={"c-2": "EUR"})
    (tmp_path / "databases").mkdir()
    (tmp_path / "databases" / "fulfilment.sqlite").write_bytes(
        (migrated_fulfilment / "fulfilment.sqlite").read_bytes()
    )
    async with open_harness(f"sqlite+aiosqlite:///{tmp_path}/databases", tmp_path, accounts) as harness:
        yield harness


@pytest.mark.parametrize(("customer", "reason"), [("c-1", "NO_ACCOUNT"), ("c-2", "WALLET_CURRENCY")])
async def test_the_balance_is_looked_at_before_anything_is_sent(
    choosy: PayoutHarness, customer: str, reason: str
) -> None:
    """Without an account in the reward's currency nothing is sent, and the review names the reason."""
    await choosy.owe(customer, CASH)
    await choosy.run_worker(choosy.open())
    one = await choosy.find(customer)
    assert (one.state, one.reason) == (FulfilmentState.REVIEW, reason)
    assert choosy.providers["wallet"].handler.ledger.requests(key_of(customer)) == []


def test_the_wallet_has_the_currencies_of_the_shipped_world() -> None:
    """Customers of every brand that Furlong ships have accounts in its currency, and traffic's have too."""
    accounts, world = WalletAccounts(), read_world(WORLD)
    currencies = {brand.id: accounts.currency_of(brand.id, "anybody") for brand in world.brands}
    assert currencies == {brand.id: brand.default_currency for brand in world.brands}
    assert set(currencies.values()) == {"GBP", "EUR"}


async def test_cash_lands_on_the_balance_once(harness: PayoutHarness) -> None:
    """The wallet's balance contains the credit once."""
    await harness.owe("c-1", CASH)
    harness.arm_fault("wallet", "reset_after", times=2)
    await harness.run_worker(harness.open(), 3, pause=timedelta(minutes=1))
    assert harness.providers["wallet"].handler.ledger.balance("c-1") == 500
