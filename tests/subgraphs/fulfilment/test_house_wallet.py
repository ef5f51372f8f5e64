"""Rewards become accounts of the platform's own wallet, once, over real sockets and a real ledger."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import insert

from foundation.signatures import FixedKeys
from foundation.signatures.keys import new_key
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.serve.http_server import listen, own_names_only, serving
from furlong.workers.money.funds_server import open_funds_server
from subgraphs.fulfilment.accounting.reconciliation import Reconciliation
from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.providers.provider import CreditOutcome, Provider
from subgraphs.fulfilment.providers.registry import ProviderRegistry, register
from subgraphs.fulfilment.state.reward import Credit, Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.funds import DONE, Purpose, Reservation, Settlement, Status
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.kit.money_over_http.served_credits import credits_app
from subgraphs.kit.signed_endpoint import keys_of_secret
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.limits.store import Request
from subgraphs.wallet.models import METADATA, REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from tests.support.database_probe import migrate
from tests.support.fulfilment.payout_harness import (
    BONUS,
    BRAND,
    CASH,
    FREE_BET,
    OffsetClock,
    PayoutHarness,
    club_of,
    key_of,
    open_harness,
    provider_config,
    quick_settings,
)
from tests.support.subgraphs.club_samples import brand_row, make_brand

SECRET: Final = "a secret that wallet and fulfilment share"
MINUTE: Final = timedelta(minutes=1)
OWNER: Final = Owner(BRAND, "c-1")


@dataclass
class Breaking:
    """Breaks the connection before or after some requests are answered.

    Attributes:
        before: How many requests are lost before the wallet sees them.
        after: How many answers are lost.
    """

    app: Any
    before: int = 0
    after: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif self.before:
            self.before -= 1
            raise ConnectionResetError
        elif self.after:
            self.after -= 1
            await self.app(scope, receive, _dropped)
            raise ConnectionResetError
        else:
            await self.app(scope, receive, send)


async def _dropped(_message: Any) -> None:
    """Drop a part of an answer."""


@dataclass
class House:
    """A wallet that gives credits to a worker.

    Attributes:
        line: Between the worker and the wallet.
    """

    wallet: OpenedWallet
    line: Breaking
    url: str
    payout: PayoutHarness

    @property
    def provider(self) -> Provider:
        """The adapter as it is configured."""
        [config] = self.payout.configs
        return register(config, SECRET.encode(), self.payout.clock).provider

    async def has(self, owner: Owner = OWNER) -> dict[AccountCode, int]:
        """Return what a customer has, by what it is for."""
        found: dict[AccountCode, int] = {}
        for account in await self.wallet.accounts.of(owner):
            [sums] = await self.wallet.ledger.lookup_accounts([account.id])
            left = sums.credits_posted - sums.debits_posted - sums.debits_pending
            found[account.code] = found.get(account.code, 0) + left
        return found


@pytest.fixture
async def house(migrated_fulfilment: Path, tmp_path: Path) -> AsyncIterator[House]:
    """A worker whose only provider is a wallet of ours."""
    folder = tmp_path / "databases"
    folder.mkdir()
    (folder / "fulfilment.sqlite").write_bytes((migrated_fulfilment / "fulfilment.sqlite").read_bytes())
    url = f"sqlite+aiosqlite:///{folder}"
    async with open_harness(url, tmp_path, kinds=()) as payout, opened(url, payout.clock) as wallet:
        line = Breaking(credits_app(wallet.credits, FixedKeys(keys_of_secret(SECRET.encode()))))
        with listen("127.0.0.1", 0) as listener:
            async with serving(line, listener, own_names_only()):
                there = f"http://127.0.0.1:{listener.getsockname()[1]}"
                payout.settings = quick_settings(secrets={"simulated": SecretStr(SECRET)})
                payout.configs = [provider_config("house", there)]
                yield House(wallet, line, there, payout)


@asynccontextmanager
async def opened(url: str, clock: OffsetClock) -> AsyncIterator[OpenedWallet]:
    """Yield a wallet that knows the brand."""
    settings = DatabaseSettings(url=url)
    await migrate(settings, "wallet", METADATA)
    wallet = OpenedWallet.of(Database.open(settings, "wallet"), clock)
    async with wallet.database.write() as connection:
        await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
    try:
        yield wallet
    finally:
        await wallet.close()


def credit_of(reward: dict[str, Any], **changes: Any) -> Credit:
    """Return the credit of a reward, with some facts changed."""
    return replace(Credit(key_of("c-1"), club_of("c-1"), Reward(**reward)), **changes)


@pytest.mark.parametrize(
    ("reward", "code"),
    [(FREE_BET, AccountCode.FREE_BET), (CASH, AccountCode.CASH)],
    ids=["free bet", "cash"],
)
@pytest.mark.parametrize(("before", "after"), [(0, 0), (3, 0), (0, 3)], ids=["well", "before", "after"])
async def test_a_reward_is_in_the_wallet_once(
    house: House, reward: dict[str, Any], code: AccountCode, before: int, after: int
) -> None:
    """Whatever is lost on the way, there and back."""
    await house.payout.owe("c-1", reward)
    house.line.before, house.line.after = before, after
    await house.payout.run_worker(house.payout.open(), 6, pause=MINUTE)
    assert await house.payout.state("c-1") is FulfilmentState.CREDITED
    assert (await house.has())[code] == 500
    assert sum((await house.has()).values()) == 500


async def test_a_reward_that_was_stopped_in_time_is_never_credited(house: House) -> None:
    """Not even by a request that comes later; one that was credited stays."""
    withheld, given = credit_of(FREE_BET), credit_of(CASH, key="f" * 64)
    provider = house.provider
    assert (await provider.cancel(withheld)).outcome is CreditOutcome.CANCELLED
    assert (await provider.credit(withheld)).outcome is CreditOutcome.CANCELLED
    assert (await provider.credit(given)).outcome is CreditOutcome.CREDITED
    assert (await provider.cancel(given)).outcome is CreditOutcome.CREDITED
    assert await house.has() == {AccountCode.CASH: 500}
    await provider.close()


async def test_a_key_has_one_credit_for_ever(house: House) -> None:
    """Another amount, kind or customer under it is refused, and nothing moves."""
    first = credit_of(FREE_BET)
    provider = house.provider
    assert (await provider.inquire(first)).outcome is CreditOutcome.ABSENT
    assert (await provider.credit(first)).outcome is CreditOutcome.CREDITED
    for other in (
        credit_of(FREE_BET | {"value_minor": 501}),
        credit_of(CASH),
        credit_of(FREE_BET, club=club_of("c-2")),
    ):
        assert (await provider.credit(other)).outcome is CreditOutcome.CONFLICT
    assert (await provider.credit(first)).outcome is CreditOutcome.CREDITED
    assert await house.has() == {AccountCode.CASH: 0, AccountCode.FREE_BET: 500}
    await provider.close()


async def test_only_who_has_the_secret_gives_credits(house: House) -> None:
    """Anybody else is told so, and the provider is stopped."""
    [config] = house.payout.configs
    for secret in (b"another secret that nobody here knows", b'{"keys": []}'):
        if secret.startswith(b"{"):
            with pytest.raises(ProviderConfigError):
                register(config, secret, house.payout.clock)
            continue
        stranger = register(config, secret, house.payout.clock).provider
        assert (await stranger.credit(credit_of(FREE_BET))).outcome is CreditOutcome.DENIED
        await stranger.close()
    async with httpx.AsyncClient(base_url=house.url) as client:
        assert (await client.post("/credits", json={})).status_code == httpx.codes.UNAUTHORIZED
    assert await house.has() == {}


async def test_a_key_set_signs_as_well_as_a_secret(house: House) -> None:
    """The keys of signed requests, as other processes have them, and no public ones."""
    key = new_key("fulfilment", shared=True)
    keys = httpx.Response(200, json={"keys": [key]}).content
    house.line.app = credits_app(house.wallet.credits, FixedKeys(keys_of_secret(keys)))
    [config] = house.payout.configs
    provider = register(config, keys, house.payout.clock).provider
    assert (await provider.credit(credit_of(FREE_BET))).outcome is CreditOutcome.CREDITED
    await provider.close()


async def test_the_process_that_serves_money_gives_credits_too(house: House) -> None:
    """Under the keys of those who may move money."""
    key = new_key("blocks", shared=True)
    keys = httpx.Response(200, json={"keys": [key]}).text
    [config] = house.payout.configs
    settings, database = FundsSettings(keys=SecretStr(keys)), DatabaseSettings(url=house.payout.url)
    async with open_funds_server(database, house.payout.clock, settings) as server:
        house.line.app = server
        assert (await house.provider.credit(credit_of(CASH))).outcome is CreditOutcome.DENIED
        provider = register(config, keys.encode(), house.payout.clock).provider
        assert (await provider.credit(credit_of(CASH))).outcome is CreditOutcome.CREDITED
        await provider.close()
    assert await house.has() == {AccountCode.CASH: 500}


async def test_what_the_wallet_cannot_promise_is_refused(house: House) -> None:
    """It counts no wagering, has no other currency than the account, and gives no offers in an exclusion."""
    provider = house.provider
    for reward, code in ((BONUS, "WAGERING"), (FREE_BET | {"currency": "EUR"}, "WRONG_CURRENCY")):
        told = await provider.credit(credit_of(reward))
        assert (told.outcome, told.code) == (CreditOutcome.REFUSED, code)
    wallet = house.wallet
    async with wallet.database.write() as connection:
        asked = Request(OWNER, "key-1", "c-1", wallet.clock.now())
        standing = await wallet.standing_of(OWNER)
        await wallet.limits.self_exclude(connection, asked, standing, 6)
    told = await provider.credit(credit_of(FREE_BET))
    assert (told.outcome, told.code) == (CreditOutcome.REFUSED, "SELF_EXCLUDED")
    assert (await provider.credit(credit_of(CASH))).outcome is CreditOutcome.CREDITED
    assert await house.has() == {AccountCode.CASH: 500}
    await provider.close()


async def test_a_bonus_without_wagering_pays_stakes_of_its_product_alone(house: House) -> None:
    """Before cash does; of a casino bonus, games alone."""
    bonus = credit_of(BONUS | {"wagering_multiple": 1, "product": "casino"})
    provider = house.provider
    assert (await provider.credit(bonus)).outcome is CreditOutcome.CREDITED
    outcomes = [
        await house.wallet.funds.reserve(
            Reservation(
                id=purpose.value, owner=OWNER, currency="GBP", amount=100, purpose=purpose, seconds=60
            )
        )
        for purpose in (Purpose.BET, Purpose.GAME)
    ]
    assert [outcome.status for outcome in outcomes] == [Status.REFUSED, Status.DONE]
    [account] = [one for one in await house.wallet.accounts.of(OWNER) if one.code is AccountCode.BONUS]
    assert account.product is Product.CASINO
    await provider.close()


Using = Callable[[House], Any]


async def _stake(house: House) -> None:
    stake = Reservation(
        id="bet-1",
        owner=OWNER,
        currency="GBP",
        amount=500,
        purpose=Purpose.BET,
        seconds=60,
        free_bet=key_of("c-1"),
    )
    assert await house.wallet.funds.reserve(stake) == DONE
    assert await house.wallet.funds.settle(Settlement(id="won", reservation=stake, returns=750)) == DONE


async def _wait(house: House) -> None:
    house.payout.clock.advance(timedelta(days=8))
    assert await house.wallet.expired.end() == 0


@pytest.mark.parametrize(
    ("use", "state", "cash"),
    [(_stake, FulfilmentState.USED, 750), (_wait, FulfilmentState.EXPIRED, 0)],
    ids=["used", "expired"],
)
async def test_fulfilment_learns_what_became_of_a_free_bet(
    house: House, use: Using, state: FulfilmentState, cash: int
) -> None:
    """By asking: it was staked, or its days are over."""
    await house.payout.owe("c-1", FREE_BET)
    worker = house.payout.open()
    await house.payout.run_worker(worker)
    await use(house)
    house.payout.clock.advance(timedelta(hours=2))
    await house.payout.run_worker(worker)
    assert await house.payout.state("c-1") is state
    assert await house.has() == {AccountCode.CASH: cash, AccountCode.FREE_BET: 0}


async def test_the_wallets_journal_is_that_of_fulfilment(house: House) -> None:
    """All credits of a day, and no other; nothing differs."""
    house.payout.clock.go_to_noon()
    for number in range(3):
        await house.payout.owe(f"c-{number}", (FREE_BET, CASH, FREE_BET)[number])
    await house.payout.run_worker(house.payout.open())
    registry = ProviderRegistry.of(house.payout.configs, house.payout.settings, house.payout.clock)
    registered = registry.find("house")
    assert registered is not None
    day = house.payout.clock.now().date()
    report = await Reconciliation(house.payout.database, house.payout.clock).compare(registered, day)
    assert (report.differences, len(await registered.provider.journal(day))) == ((), 3)
    assert await registered.provider.journal(day - timedelta(days=1)) == []
    await registry.close()
