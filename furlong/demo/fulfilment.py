"""The demo's fulfilment: simulated providers, and the worker that pays through them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from consumers.stream.settings import StreamSettings
from furlong.workers.fulfilment_worker import FulfilmentProcess, run_fulfilment
from simulator.providers.command import SECRET_NAME, provider_entries, write_entries
from simulator.providers.serve import SECRET, ProviderKind, ServedProvider, serving_providers
from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.fulfilment.providers.settings import FulfilmentSettings

FOLDER, FILE = "providers", "providers.yaml"


@dataclass(frozen=True, slots=True)
class DemoFulfilment:
    """The demo's providers, and the worker that pays through them."""

    providers: Sequence[ServedProvider]
    settings: FulfilmentSettings
    process: FulfilmentProcess

    async def stop_provider(self, kind: ProviderKind) -> None:
        """Stop a provider as an operator would: its rewards wait."""
        async with self.process.database.home.write() as connection:
            await self.process.uow.provider_holds.stop(connection, f"simulated-{kind}", "by a scenario")


def demo_providers(data: Path) -> FulfilmentSettings:
    """Return the settings of the demo's providers, whose file the demo writes when it starts."""
    return FulfilmentSettings(
        providers=data / FOLDER / FILE, secrets={SECRET_NAME: SecretStr(SECRET)}, poll_seconds=1.0
    )


@asynccontextmanager
async def running_fulfilment(
    database_settings: DatabaseSettings, data: Path, stream: StreamSettings | None, clock: Clock
) -> AsyncIterator[DemoFulfilment]:
    """Pay rewards through simulated providers while the block runs; their books are kept below `data`."""
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    settings = demo_providers(data)
    async with serving_providers(folder, clock) as served:
        write_entries(folder / FILE, provider_entries(served.values()))
        configs = settings.read_providers()
        database = Database.open(database_settings, "fulfilment")
        process = FulfilmentProcess.over(database, settings, clock, configs)
        stop = asyncio.Event()
        working = asyncio.create_task(run_fulfilment(process, None, stop, stream), name="fulfilment")
        try:
            yield DemoFulfilment(tuple(served.values()), settings, process)
        finally:
            stop.set()
            await working
