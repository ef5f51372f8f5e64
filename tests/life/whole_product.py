"""All parts of the product over SQLite, with one clock that a test moves; a bus stands in for Kafka."""

import itertools
import shutil
import sqlite3
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from consumers.club.wiring import create_consumer as club_consumer
from consumers.fulfilment.wiring import create_consumer as fulfilment_consumer
from consumers.progress.wiring import create_consumer as progress_consumer
from consumers.rewards.wiring import create_consumer as rewards_consumer
from consumers.stream.consumer import App
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Message
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.neighbours import NEIGHBOURS
from furlong.serve.site import create_site
from furlong.workers.fulfilment_worker import FulfilmentProcess
from furlong.workers.outbox_worker import OUTBOXES
from furlong.workers.recovery_worker import create_recovery_rounds
from furlong.workers.week_worker import WeekWorker
from gateway import GatewaySettings, version_builder
from gateway.supergraph import load_supergraph
from simulator.providers.serve import ServedProvider, serving_provider
from simulator.upstream.api import serving_upstream
from simulator.world import load_world
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.state.reward import fulfilment_key
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.event_bus import MemoryBus
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from subgraphs.kit.reads.options import ReadOptions
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT
from tests.support.consumers.sample_messages import account, bet, reward, scheme
from tests.support.fulfilment.payout_harness import provider_config, quick_settings
from tests.support.gateway.site_streams import BETSLIP
from tests.support.subgraphs.club_fixture import make_token, session_settings
from tests.support.subgraphs.club_samples import make_content

BRAND: Final = "northbet"
CUSTOMER: Final = "c-1001"
WEEK: Final = "2026-W13"
KEY: Final = fulfilment_key(ClubKey(BRAND, WEEK, CUSTOMER))
SUPERGRAPH: Final = cache(load_supergraph)
"""Loads the supergraph for the first start; the model is immutable, so that later ones use it again."""
CONSUMERS: Final = {
    "club": club_consumer,
    "rewards": rewards_consumer,
    "progress": progress_consumer,
    "fulfilment": fulfilment_consumer,
}
CLUB: Final = """query ($week: ID!) { club(brand: "northbet", week: $week) {
  state ineligibleReason progress { staked { minor } } fulfilment { status } } }"""
OPT_IN: Final = "mutation ($i: OptInInput!) { optIn(input: $i) { errors { code } } }"
OPT_OUT: Final = "mutation ($i: OptOutInput!) { optOut(input: $i) { errors { code } } }"
CHANGE: Final = "mutation ($i: ChangeRewardInput!) { changeReward(input: $i) { errors { code } } }"


def written(instant: datetime) -> str:
    """Return an instant as messages write it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def _at_once(seconds: float) -> None:
    """Stands in for a pause that only spares the upstream."""
    del seconds


@dataclass
class Product:
    """The running product, and the records on Kafka so far."""

    folder: Path
    clock: ManualClock
    upstream: str
    provider: ServedProvider
    log: list[Record] = field(default_factory=list)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    keys: Iterator[int] = field(default_factory=itertools.count)
    saved: int = 0
    bus: MemoryBus = field(init=False)
    site: Starlette = field(init=False)

    async def start(self) -> None:
        """Start all programs on the stored data, as after a restart of the machines."""
        self.settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{self.folder}")
        self.upstream_settings = UpstreamSettings(url=self.upstream, attempts=1, timeout_seconds=10)
        self.bus = MemoryBus(is_complete=True)
        self.databases = {name: Database.open(self.settings, name) for name in CONSUMERS}
        for database in self.databases.values():
            self.stack.push_async_callback(database.close)
        self.apps: dict[str, App] = {
            name: make(self.settings, StreamSettings(), CollectorRegistry(), self.clock).app
            for name, make in CONSUMERS.items()
        }
        self.weeks = WeekWorker.open(self.settings, self.clock)
        self.stack.push_async_callback(self.weeks.close)
        self.recovering = replace(
            create_recovery_rounds(
                RecoveryParts(
                    self.stack,
                    self.settings,
                    self.upstream_settings,
                    self.clock,
                    self.bus.customers_changed,
                )
            ),
            rest=_at_once,
        )
        self._start_worker()
        await self._start_site()

    def _start_worker(self) -> None:
        settings = quick_settings(lease_seconds=120)
        config = provider_config("sportsbook", self.provider.url, breaker_failures=1000, timeout_seconds=10)
        database = self.databases["fulfilment"]
        self.fulfilling = FulfilmentProcess.over(database, settings, self.clock, [config])
        self.stack.push_async_callback(self.fulfilling.registry.close)

    async def _start_site(self) -> None:
        verifier = SessionVerifier.from_settings(session_settings(), self.clock)
        parts = SubgraphParts(
            self.settings,
            self.upstream_settings,
            verifier,
            self.clock,
            ReadOptions(),
            bus=self.bus,
            live=LiveSettings(interval_seconds=0),
            neighbours=NEIGHBOURS,
        )
        # A week has tens of starts, after which nobody would wait for documents that are planned ahead.
        with patch.object(version_builder, "load_supergraph", SUPERGRAPH):
            self.site = site = create_site(parts, gateway=GatewaySettings(documents={"prepared": 0}))
        await self.stack.enter_async_context(site.router.lifespan_context(site))
        self.client = await self.stack.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://furlong.test")
        )

    async def stop(self) -> None:
        """Stop all programs."""
        await self.stack.aclose()

    async def restart(self) -> None:
        """Stop all programs, and start new ones on the same databases."""
        await self.stop()
        await self.start()

    async def set_up(self) -> None:
        """Set up a brand with a scheme and two rewards, and an eligible customer."""
        await self._load_content()
        await self.say(scheme(), reward(), reward(reward_id="fb-2x3", value_minor=600))

    async def _load_content(self) -> None:
        contents = [make_content("fb-5", position=1), make_content("fb-2x3", position=2)]
        catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
        async with self.databases["rewards"].write() as connection:
            for content in contents:
                await catalogue.publish(connection, BRAND, content, self.clock.now())

    async def say(self, *records: Record) -> None:
        """Publish records, and let all consumers read until there is nothing new."""
        self.log += records
        await self._read(records)
        await self.settle()

    async def settle(self) -> None:
        """Publish the outboxes and settle what is in doubt upstream, until nothing waits."""
        while True:
            await self.recovering.round()
            told = [record for name in self.databases for record in await self._published(name)]
            if not told:
                return
            self.log += told
            await self._read(told)

    async def replay(self) -> None:
        """Replay all records from the first one on."""
        await self._read(list(self.log))
        await self.settle()

    async def save(self) -> None:
        """Take a backup of all subgraphs' databases as of one moment, as `furlong backup` does."""
        for name in CONSUMERS:
            with (
                closing(sqlite3.connect(self._file(name))) as source,
                closing(sqlite3.connect(self.folder / f"{name}.backup")) as copy,
            ):
                source.backup(copy)
        self.saved = len(self.log)

    async def lose(self, name: str, empty: Path) -> None:
        """Lose a subgraph's database: recreate it, and let it read its topics from the first record on.

        What no topic has comes from files, as an operator loads them.
        """
        await self._replace(name, empty / self._file(name).name, since=0)

    async def restore(self, name: str) -> None:
        """Restore a subgraph's database from the last backup; its positions are as old as its rows."""
        await self._replace(name, self.folder / f"{name}.backup", since=self.saved)

    async def _replace(self, name: str, source: Path, since: int) -> None:
        await self.stop()
        for old in self.folder.glob(f"{self._file(name).name}*"):
            old.unlink()
        shutil.copy(source, self._file(name))
        await self.start()
        if name == "rewards" and since == 0:
            await self._load_content()
        records = self.log[since:]
        app = self.apps[name]
        reference = [record for record in records if (t := app.by_name.get(record.topic)) and t.reference]
        others = [record for record in records if (t := app.by_name.get(record.topic)) and not t.reference]
        await self._read([*reference, *others], [name])
        await self.settle()
        if name == "progress":
            await self.weeks.run_once()
            await self.weeks.lifecycle.settle_read_back()
            await self.settle()

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite"

    async def forget_published(self) -> None:
        """Empty the outboxes, and tell nobody."""
        for name in self.databases:
            await self._published(name)

    async def _published(self, name: str) -> list[Record]:
        outbox = Outbox(OUTBOXES[name])
        async with self.databases[name].read() as connection:
            waiting = await outbox.waiting(connection, 500)
        if waiting:
            async with self.databases[name].write() as connection:
                await outbox.remove(connection, [one.id for one in waiting])
        return [Record(one.topic, 0, one.id, one.key.encode(), one.value.encode()) for one in waiting]

    async def _read(self, records: Sequence[Record], names: Collection[str] = tuple(CONSUMERS)) -> None:
        for name in names:
            app = self.apps[name]
            for record in records:
                if (topic := app.by_name.get(record.topic)) is None:
                    continue
                async with self.databases[name].write() as connection:
                    outcome = await topic.apply(connection, [Message(record, topic.decode(record))])
                assert not outcome.refused, outcome.refused
                if not outcome.stale + outcome.duplicates:  # as the sink does, after the commit
                    self.bus.customers_changed([record.key or b""])

    async def hear_of_account(self, revision: int, at: datetime, **facts: Any) -> None:
        """Publish an account, as the upstream does."""
        await self.say(account(customer_id=CUSTOMER, revision=revision, occurred_at=written(at), **facts))

    async def hear_of_bet(self, number: int, placed_at: datetime, amount: int, **facts: Any) -> None:
        """Publish a bet, as the upstream does."""
        facts = {"occurred_at": written(placed_at), "counting_stake_minor": amount} | facts
        told = {"bet_id": f"b-{number}", "customer_id": CUSTOMER, "placed_at": written(placed_at)}
        await self.say(bet(**told, stake_minor=amount, **facts))

    async def club(self) -> dict[str, Any]:
        """Return the customer's week from the graph."""
        return dict((await self._ask(CLUB, {"week": WEEK}))["club"])

    async def opt_in(self) -> list[str]:
        """Join; return the errors."""
        return await self._change(OPT_IN, termsVersion="1")

    async def opt_out(self) -> list[str]:
        """Leave; return the errors."""
        return await self._change(OPT_OUT)

    async def choose(self, reward_id: str, version: int) -> list[str]:
        """Choose; return the errors."""
        return await self._change(CHANGE, optionId=f"{BRAND}:{reward_id}:1", expectedVersion=version)

    async def upstream_is_busy(self) -> None:
        """Let the upstream not make the customer's next change."""
        async with httpx.AsyncClient(base_url=self.upstream) as api:
            (await api.post("/simulator/faults", json={"fault": "busy"})).raise_for_status()

    async def work(self) -> None:
        """Pay what is due now."""
        while await self.fulfilling.worker.run_once():
            pass
        self.provider.handler.faults.clear()
        await self.settle()

    async def keep(self) -> None:
        """Do what the week worker does."""
        await self.weeks.run_once()
        await self.settle()

    @property
    def effects(self) -> int:
        """Return how many credits the provider has ever made for the customer's week, under any key."""
        return sum(self.provider.handler.ledger.effects().values())

    async def _change(self, mutation: str, **asked: Any) -> list[str]:
        asked |= {"brand": BRAND, "idempotencyKey": f"key-{next(self.keys)}"}
        (payload,) = (await self._ask(mutation, {"i": asked})).values()
        await self.settle()
        return [error["code"] for error in payload["errors"]]

    async def betslip(self) -> dict[str, Any]:
        """Return what the bet-slip's query says of the current week."""
        return dict((await self._ask(BETSLIP, {"brand": BRAND}))["club"])

    async def _ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {make_token(CUSTOMER)}"},
        )
        told = answer.json()
        assert "errors" not in told, told
        return dict(told["data"])


@asynccontextmanager
async def running_product(folder: Path, now: datetime) -> AsyncIterator[Product]:
    """Run the product over migrated, empty databases in a folder, with its own upstream and provider."""
    clock = ManualClock(now)
    async with (
        serving_upstream(load_world(), folder / "upstream.sqlite") as upstream,
        serving_provider("sportsbook", folder, clock=clock) as provider,
    ):
        product = Product(folder, clock, upstream, provider)
        await product.start()
        try:
            await product.set_up()
            await product.hear_of_account(1, now - timedelta(days=3))
            await product.keep()  # a week that nobody opened is not closed
            await product.save()
            yield product
        finally:
            await product.stop()
