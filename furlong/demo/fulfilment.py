"""The demo's fulfilment: simulated providers, and the worker that pays through them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.demo.tokens import HOUSE_SECRET, house_key
from furlong.workers.catch_up import gate_of
from furlong.workers.fulfilment_worker import FulfilmentProcess, run_fulfilment
from simulator.providers.ledger import Ledger
from simulator.providers.serve import (
    APIS,
    SECRET,
    SECRET_NAME,
    ServedProvider,
    provider_entries,
    serving_providers,
    write_entries,
)
from subgraphs.club_kit.domain.reward_kinds.kind import Payer
from subgraphs.fulfilment.providers.settings import FulfilmentSettings

FOLDER, FILE = "providers", "providers.yaml"


@dataclass(frozen=True, slots=True)
class DemoProviders:
    """The simulated providers that are served, and the settings of whoever pays through them."""

    served: tuple[ServedProvider, ...]
    settings: FulfilmentSettings

    def credits_of(self, kind: Payer) -> Ledger:
        """Return what a provider has credited."""
        return next(provider.handler.ledger for provider in self.served if provider.kind == kind)


@dataclass(frozen=True, slots=True)
class DemoFulfilment:
    """The demo's providers, and the worker that pays through them."""

    providers: DemoProviders
    process: FulfilmentProcess

    async def stop_provider(self, kind: Payer) -> None:
        """Stop a provider as an operator would: its rewards wait."""
        async with self.process.database.write() as connection:
            await self.process.uow.provider_holds.stop(connection, f"simulated-{kind}", "by a scenario")


def demo_providers(data: Path) -> FulfilmentSettings:
    """Return the settings of the demo's providers, whose file the demo writes when it starts."""
    return FulfilmentSettings(
        providers=data / FOLDER / FILE,
        secrets={SECRET_NAME: SecretStr(SECRET), HOUSE_SECRET: SecretStr(house_key(data))},
        poll_seconds=1.0,
    )


@asynccontextmanager
async def serving_demo_providers(
    data: Path, clock: Clock, first: Sequence[dict[str, object]] = ()
) -> AsyncIterator[DemoProviders]:
    """Serve the simulated providers while the block runs; their books and file are kept below `data`.

    Args:
        data: The data folder.
        clock: Product time, at which they credit.
        first: The entries of providers that are asked before them.
    """
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    companies = [api for api, declared in APIS.items() if declared.payer is not Payer.HOUSE]
    async with serving_providers(folder, clock, companies) as served:
        write_entries(folder / FILE, [*first, *provider_entries(served.values())])
        yield DemoProviders(tuple(served.values()), demo_providers(data))


@asynccontextmanager
async def running_fulfilment(
    database_settings: DatabaseSettings, providers: DemoProviders, stream: StreamSettings | None, clock: Clock
) -> AsyncIterator[DemoFulfilment]:
    """Pay rewards through simulated providers while the block runs."""
    configs = providers.settings.read_providers()
    database = Database.open(database_settings, "fulfilment")
    process = FulfilmentProcess.over(database, providers.settings, clock, configs)
    stop = asyncio.Event()
    gate = None if stream is None else gate_of("fulfilment", database_settings, stream, clock)
    working = asyncio.create_task(run_fulfilment(process, None, stop, gate), name="fulfilment")
    try:
        yield DemoFulfilment(providers, process)
    finally:
        stop.set()
        await working
