"""The payout harness: a fulfilment database, workers over it, and providers on real sockets with faults."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.workers.fulfilment_worker import FulfilmentProcess
from simulator.providers.api import WalletAccounts
from simulator.providers.faults import ProviderFault, ProviderFaultName
from simulator.providers.serve import APIS, SECRET, ServedProvider, serving_provider, usual_kinds
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.domain.reward_kinds.kind import Payer
from subgraphs.club_kit.records.accounts import AccountHistory
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment.models import ACCOUNT_CHANGE, OUTBOX, REFERENCE
from subgraphs.fulfilment.payout.steps import StepObserver, ignore_step
from subgraphs.fulfilment.providers.registry import register
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.fulfilment.repository import FulfilmentRepository
from subgraphs.fulfilment.service import FulfilmentService
from subgraphs.fulfilment.state.fulfilment import Attempt, Fulfilment
from subgraphs.fulfilment.state.reward import fulfilment_key
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import Owner
from tests.support.subgraphs.club_samples import (
    account_row,
    brand_row,
    good_account,
    make_brand,
    make_scheme,
    scheme_row,
)

BRAND: Final = "northbet"
WEEK: Final = "2026-W13"
DEADLINE_SECONDS: Final = 60.0
SHORT_TIMEOUT_SECONDS: Final = 0.5
WITHOUT_ANSWER: Final = frozenset({"timeout_before", "timeout_after", "slow"})
"""Faults that a worker only notices if it waits for less than a second."""

FREE_BET: Final[dict[str, Any]] = {
    "reward_id": "fb-5",
    "config_version": 1,
    "kind": "free_bet",
    "product": "betting",
    "value_minor": 500,
    "spins": None,
    "currency": "GBP",
    "expiry_days": 7,
    "wagering_multiple": 0,
}
SPINS: Final = FREE_BET | {"reward_id": "fs-30", "kind": "free_spins", "value_minor": None, "spins": 30}
CASH: Final = FREE_BET | {"reward_id": "cash-5", "kind": "cash"}
BONUS: Final = FREE_BET | {"reward_id": "cb-5", "kind": "casino_bonus", "wagering_multiple": 10}
REWARDS: Final = {
    api: {Payer.SPORTSBOOK: FREE_BET, Payer.GAMES: SPINS, Payer.WALLET: CASH, Payer.HOUSE: FREE_BET}[
        declared.payer
    ]
    for api, declared in APIS.items()
}
"""A reward that is paid over each API."""
EACH_API: Final = pytest.mark.parametrize(("apis", "kind"), [((api,), api) for api in APIS], ids=list(APIS))
"""Runs a test of a harness for each API, with the provider of that API alone."""


@dataclass
class OffsetClock:
    """The machine's time plus the time by which a test has advanced it."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """Return the present for all parts of the test."""
        return datetime.now(UTC) + self.ahead

    async def at(self, connection: AsyncConnection) -> datetime:
        """Return the present; the databases are on this machine."""
        del connection
        return self.now()

    @property
    def machine(self) -> Clock:
        """This clock, because a test advances product and machine time together."""
        return self

    def advance(self, by: timedelta) -> None:
        """Advance the time."""
        self.ahead += by

    def go_to_noon(self) -> None:
        """Advance to the next noon, for tests that depend on days but not on when they run."""
        now = self.now()
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        self.ahead += (noon if noon >= now else noon + timedelta(days=1)) - now


def club_of(customer: str) -> ClubKey:
    """Return the customer's club week."""
    return ClubKey(BRAND, WEEK, customer)


def key_of(customer: str) -> str:
    """Return the idempotency key of the customer's reward."""
    return fulfilment_key(club_of(customer))


@dataclass
class PayoutHarness:
    """Workers, rewards and providers, with short ways to change and inspect them."""

    url: str
    clock: OffsetClock
    providers: Mapping[str, ServedProvider]
    settings: FulfilmentSettings
    configs: list[ProviderConfig]
    database: Database
    opened: list[FulfilmentProcess] = field(default_factory=list)
    revisions: dict[str, int] = field(default_factory=dict)

    @property
    def service(self) -> FulfilmentService:
        """The service that the consumer uses."""
        return FulfilmentService.of(self.database.dialect)

    def open(
        self, on_step: StepObserver = ignore_step, clock: Clock | None = None, lock_wait_seconds: int = 5
    ) -> FulfilmentProcess:
        """Return another worker, with connections of its own."""
        clock = clock or self.clock
        database = DatabaseSettings(url=self.url, lock_wait_seconds=lock_wait_seconds)
        opened = Database.open(database, "fulfilment")
        made = FulfilmentProcess.over(opened, self.settings, clock, self.configs, on_step)
        for config in self.configs:  # at once, for tests that run no worker
            made.registry.add(register(config, self.settings.secret_of(config), clock))
        self.opened.append(made)
        return made

    def configure(self, kind: str, **changes: Any) -> None:
        """Change a provider's configuration, for workers that are opened later."""
        self.configs = [
            config.model_copy(update=changes) if config.name == kind else config for config in self.configs
        ]

    async def close(self) -> None:
        """Close everything that was opened."""
        for one in self.opened:
            await one.close()
        await self.database.close()

    async def add_account(self, customer: str, **changes: Any) -> None:
        """Apply the next revision of an account, effective now, which may stop rewards."""
        revision = self.revisions[customer] = self.revisions.get(customer, 0) + 1
        await self.receive_account(customer, revision, self.clock.now(), **changes)

    async def receive_account(self, customer: str, revision: int, at: datetime, **changes: Any) -> None:
        """Apply a revision of an account that is effective from an instant on, in any order."""
        owner, account = Owner(BRAND, customer), replace(good_account(), **changes)
        row = account_row(owner, account, revision) | {"occurred_at": at}
        async with self.database.write() as connection:
            await ReferenceWriter(REFERENCE, self.database.dialect).store_accounts(connection, [row])
            await AccountHistory(ACCOUNT_CHANGE).remember(connection, [row])
            await self.service.apply_account_changes(connection, [owner], self.clock.now())

    async def receive_exclusion(self, customer: str, *chosen: ChosenExclusion) -> None:
        """Apply what a customer chose in the wallet."""
        owner = Owner(BRAND, customer)
        async with self.database.write() as connection:
            writer = ReferenceWriter(REFERENCE, self.database.dialect)
            await writer.store_exclusions(connection, {owner: chosen})
            await self.service.apply_account_changes(connection, [owner], self.clock.now())

    async def qualify(self, customer: str, status: str = "confirmed", **changes: Any) -> None:
        """Apply a qualification, as progress publishes it."""
        name = f"q:{customer}"
        revision = self.revisions[name] = self.revisions.get(name, 0) + 1
        row = {
            **_week(customer),
            "revision": revision,
            "status": status,
            "total_minor": 3000,
            "target_minor": 2500,
            "currency": "GBP",
            "occurred_at": self.clock.now(),
            **changes,
        }
        async with self.database.write() as connection:
            await self.service.apply_qualifications(connection, [row], self.clock.now())

    async def choose(
        self,
        customer: str,
        reward: Mapping[str, Any] | None = FREE_BET,
        *,
        final: bool = True,
        **changes: Any,
    ) -> None:
        """Apply a choice, as rewards publishes it."""
        name = f"c:{customer}"
        revision = self.revisions[name] = self.revisions.get(name, 0) + 1
        row = {
            **_week(customer),
            "revision": revision,
            "final": final,
            "source": "chosen",
            **(reward or dict.fromkeys(FREE_BET)),
            "occurred_at": self.clock.now(),
            **changes,
        }
        async with self.database.write() as connection:
            await self.service.apply_choices(connection, [row], self.clock.now())

    async def owe(self, customer: str, reward: Mapping[str, Any] | None = FREE_BET) -> None:
        """Make a reward due to an eligible customer."""
        await self.add_account(customer)
        await self.choose(customer, reward)
        await self.qualify(customer)

    async def find(self, customer: str) -> Fulfilment:
        """Return the customer's fulfilment."""
        found = await self.find_or_none(customer)
        assert found is not None, f"no fulfilment of {customer}"
        return found

    async def find_or_none(self, customer: str) -> Fulfilment | None:
        """Return the customer's fulfilment, or None."""
        club = club_of(customer)
        async with self.database.read() as connection:
            return (await FulfilmentRepository().of_clubs(connection, [club])).get(club)

    async def state(self, customer: str) -> FulfilmentState:
        """Return the state of the customer's reward."""
        return (await self.find(customer)).state

    async def overwrite(self, customer: str, **changes: Any) -> None:
        """Overwrite stored columns of the customer's reward, as no program does."""
        one = replace(await self.find(customer), **changes)
        async with self.database.write() as connection:
            await FulfilmentRepository().store(connection, one)

    async def attempts(self, customer: str) -> list[Attempt]:
        """Return the recorded attempts for the customer's reward."""
        async with self.database.read() as connection:
            return await FulfilmentRepository().attempts(connection, key_of(customer))

    async def published(self) -> list[Any]:
        """Return the rows of the outbox."""
        async with self.database.read() as connection:
            table = OUTBOX.outbox
            return list(await connection.execute(select(table).order_by(table.c.id)))

    def effects(self, customer: str) -> int:
        """Return how many credits all providers together have made for the customer."""
        key = key_of(customer)
        return sum(provider.handler.ledger.effects().get(key, 0) for provider in self.providers.values())

    def arm_fault(self, kind: str, name: ProviderFaultName, **how: Any) -> None:
        """Arm a fault of a provider; workers opened later do not wait long for answers that do not come."""
        if name in WITHOUT_ANSWER and "late_seconds" not in how:
            self.configure(kind, timeout_seconds=SHORT_TIMEOUT_SECONDS)
        self.providers[kind].handler.faults.arm(ProviderFault(name, **how))

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not await holds():
            assert time.monotonic() < deadline, f"did not happen: {what}"
            await asyncio.sleep(0.02)

    async def run_worker(
        self, fulfilling: FulfilmentProcess, rounds: int = 1, *, pause: timedelta = timedelta()
    ) -> None:
        """Run a worker until nothing is due, several times, with pauses between them."""
        for number in range(rounds):
            if number:
                self.clock.advance(pause)
            while await fulfilling.worker.run_once():
                pass


def _week(customer: str) -> dict[str, Any]:
    return {"brand_id": BRAND, "customer_id": customer, "iso_week": WEEK}


def provider_config(kind: str, url: str, **changes: Any) -> ProviderConfig:
    """Return the configuration of a provider with short pauses, and with time for slow machines."""
    quick = {"timeout_seconds": 5.0, "attempts": 2, "pause_seconds": 0.01, "breaker_rest_seconds": 0.05}
    facts = {"name": kind, "adapter": kind, "url": url, "secret": "simulated", "kinds": usual_kinds(kind)}
    return ProviderConfig.model_validate(facts | quick | changes)


def quick_settings(**changes: Any) -> FulfilmentSettings:
    """Return settings under which a minute is enough for the next attempt."""
    quick: dict[str, Any] = {
        "secrets": {"simulated": SecretStr(SECRET)},
        "poll_seconds": 0.02,
        "retry_seconds": 20.0,
    }
    return FulfilmentSettings(**(quick | {"retry_limit_seconds": 50.0} | changes))


@asynccontextmanager
async def open_harness(
    url: str,
    folder: Path,
    accounts: WalletAccounts | None = None,
    kinds: Iterable[str] = APIS,
) -> AsyncIterator[PayoutHarness]:
    """Yield a harness over a migrated, empty database."""
    clock = OffsetClock()
    serving = {kind: serving_provider(kind, folder, clock=clock, accounts=accounts) for kind in kinds}
    async with AsyncExitStack() as stack:
        providers = {kind: await one.__aenter__() for kind, one in serving.items()}

        async def stop_providers() -> None:
            await asyncio.gather(*(one.__aexit__(None, None, None) for one in serving.values()))

        stack.push_async_callback(stop_providers)
        configs = [provider_config(kind, served.url) for kind, served in providers.items()]
        database = Database.open(DatabaseSettings(url=url), "fulfilment")
        async with database.write() as connection:
            await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
            await connection.execute(insert(REFERENCE.scheme), [scheme_row(make_scheme())])
        harness = PayoutHarness(url, clock, providers, quick_settings(), configs, database)
        stack.push_async_callback(harness.close)
        yield harness
