"""The demo's consumers and workers over one set of databases: those of a cell, or of all customers."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry

from analytics.filling import FillingFile
from backoffice.consumer import create_consumer as create_backoffice
from backoffice.risk.budgets.allotter import allot_budgets
from backoffice.run_publisher import running_publisher
from consumers.stream.consumer import Consumer
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from furlong.database_names import DATABASES
from furlong.demo.consumers.partition_ends import PartitionEnds
from furlong.demo.consumers.supervised_consumers import SupervisedConsumer, running_consumers
from furlong.demo.consumers.woken_source import woken_join
from furlong.demo.fulfilment import DemoFulfilment, DemoProviders, running_fulfilment
from furlong.neighbours import NEIGHBOURS
from furlong.workers.consumer_process import create_consumer
from furlong.workers.outbox_worker import running_outbox_worker
from furlong.workers.recovery_worker import running_recovery
from furlong.workers.rounds import running_block_workers
from furlong.workers.upstream_reconciliation import running_reconciliation
from furlong.workers.week_worker import running_week_worker
from subgraphs.block_list import SUBGRAPHS
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.kit.live.event_bus import CustomersChanged, MemoryBus
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.live.watches import Watches
from subgraphs.kit.rounds import WorkerParts
from subgraphs.kit.settings import UpstreamSettings

_STOP_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 1.0
"""How long consumers wait for records that wake them."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the processes of all cells share.

    Attributes:
        ends: What wakes consumers.
        given: Settings of blocks that do not come from the environment.
    """

    stream: StreamSettings
    ends: PartitionEnds
    clock: Clock
    providers: DemoProviders
    tracing: Tracing | None
    given: GivenSettings


@dataclass(frozen=True, slots=True)
class DemoProcesses:
    """Running consumers and workers, and the bus on which they announce whose data have changed."""

    database: DatabaseSettings
    fulfilment: DemoFulfilment
    bus: MemoryBus


@asynccontextmanager
async def running_processes(database: DatabaseSettings, around: Surroundings) -> AsyncIterator[DemoProcesses]:
    """Consume, relay, close weeks and pay rewards while the block runs."""
    stream, clock, tracing = around.stream, around.clock, around.tracing
    bus = MemoryBus(Watches(LiveSettings().spread_per_second), is_complete=True)
    changed = bus.customers_changed
    async with AsyncExitStack() as stack:
        consumers = _consumers(database, around, changed)
        await stack.enter_async_context(running_consumers(consumers, around.ends))
        await stack.enter_async_context(
            running_outbox_worker(database, stream, None if tracing is None else tracing.tracer)
        )
        await stack.enter_async_context(running_week_worker(database, clock, stream))
        parts = WorkerParts(database, clock, changed, around.given, NEIGHBOURS)
        await stack.enter_async_context(running_block_workers(parts, stream))
        fulfilment = await stack.enter_async_context(
            running_fulfilment(database, around.providers, stream, clock)
        )
        yield DemoProcesses(database, fulfilment, bus)


@asynccontextmanager
async def running_settlement(
    processes: DemoProcesses, upstream: UpstreamSettings, clock: Clock
) -> AsyncIterator[None]:
    """Settle changes in doubt with the upstream, and compare with it, while the block runs."""
    database, changed = processes.database, processes.bus.customers_changed
    async with (
        running_recovery(database, upstream, clock, changed=changed),
        running_reconciliation(database, upstream, clock, changed=changed),
    ):
        yield


@asynccontextmanager
async def running_analytics(ready: Path, data: Path, *, wanted: bool) -> AsyncIterator[None]:
    """If wanted, let a process of its own gather what happens in the demo while the block runs."""
    if not wanted:
        yield
        return
    filling = FillingFile(data / "analytics")
    filling.say(0, "its process is starting")
    log = ready.with_name("analytics.log").open("wb")
    command = (sys.executable, "-m", "furlong.demo.analytics", str(ready))
    # It ends when its input does, so that it does not keep the store when this process is killed.
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=log, stderr=log)
    log.close()
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:  # it may be counting; what was not counted is counted at the next start
            process.kill()
            await process.wait()
        filling.end()


def _consumers(
    database: DatabaseSettings, around: Surroundings, changed: CustomersChanged
) -> list[SupervisedConsumer]:
    # The database of the back office belongs to no cell.
    names = DATABASES if database.cell.own() is None else SUBGRAPHS

    def create(name: str) -> Consumer:
        stream, registry, tracing = _polling(around.stream), CollectorRegistry(), around.tracing
        consumer = create_consumer(
            name, database, stream, registry, around.clock, tracing=tracing, changed=changed
        )
        consumer.join = woken_join(consumer, around.ends)
        return consumer

    return [SupervisedConsumer(name, partial(create, name)) for name in names]


def _polling(stream: StreamSettings) -> StreamSettings:
    """Return settings for consumers that are woken: what they fetch waits already, and needs no gathering."""
    return stream.model_copy(update={"poll_seconds": _POLL_SECONDS, "linger_seconds": 0.0})


@asynccontextmanager
async def running_decisions(
    office: DatabaseSettings, cell: DatabaseSettings, around: Surroundings
) -> AsyncIterator[None]:
    """Publish what the back office decides and, with cells, divide budgets among them while the block runs.

    Args:
        office: The settings of the back office's database.
        cell: Those of the databases of one of the cells, or of all customers.
        around: What all processes share.
    """
    stream, clock = around.stream, around.clock
    divide = partial(allot_budgets, office, cell, clock)

    def create() -> Consumer:
        consumer = create_backoffice(
            office, _polling(stream), CollectorRegistry(), clock, companions=(divide,)
        )
        consumer.join = woken_join(consumer, around.ends)
        return consumer

    consumers = [] if cell.cell.own() is None else [SupervisedConsumer("backoffice", create)]
    async with running_publisher(office, stream, clock), running_consumers(consumers, around.ends):
        yield
