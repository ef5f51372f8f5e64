"""The process of one adapter: what it knows is told on Kafka and kept in Valkey; health and metrics."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from consumers.stream.broker.kafka_client import running_client
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from furlong.serve.http_server import serving
from furlong.workers.provider_switches import NOT_KNOWN, ProviderSwitches
from furlong.workers.status import status_app
from providers.declaration import AdapterDeclaration
from providers.delivery import Delivery
from providers.settings import ProviderSettings
from providers.state import MemoryState, StateStore, ValkeyState
from providers.status import STARTING, ProviderMetrics, ProviderStatus
from subgraphs.kit.live.settings import RedisSettings

REQUEST_BYTES = 4 * 2**20
RESPONSE_MILLISECONDS = 5_000


@dataclass(frozen=True, slots=True)
class ProviderParts:
    """The settings of an adapter's process, and its clock."""

    shared: ProviderSettings
    stream: StreamSettings
    redis: RedisSettings
    clock: Clock

    def producing(self) -> AbstractAsyncContextManager[AIOKafkaProducer]:
        """Return a producer that keeps the order of its messages, and says within seconds if it cannot."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.stream.bootstrap,
            acks="all",
            enable_idempotence=True,
            max_request_size=REQUEST_BYTES,
            request_timeout_ms=RESPONSE_MILLISECONDS,
        )
        return running_client(producer)

    def open_state(self, adapter: str) -> StateStore:
        """Return where the adapter's state is kept: Valkey if it is configured, else this process."""
        url = self.redis.url
        return MemoryState() if url is None else ValkeyState.at(url.get_secret_value(), adapter)


async def run_provider(
    adapter: AdapterDeclaration, parts: ProviderParts, listener: socket.socket | None
) -> None:
    """Run an adapter until cancelled, with `/health` and `/metrics` on the listener.

    While its kill switch is off, it is not connected, and tells that it is incomplete.

    Raises:
        NotInstalled: A library that the adapter needs is not installed.
    """
    status = ProviderStatus(adapter.name, parts.clock.machine.now)
    create = partial(adapter.load(), adapter.settings(), parts.shared)
    create()  # what it lacks is said at once, and not only when it is known whether it is switched on
    store, switches = parts.open_state(adapter.name), ProviderSwitches(parts.stream)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        stack.push_async_callback(store.close)
        if listener is not None:
            await stack.enter_async_context(serving(_status_app(status), listener))
        delivery = Delivery(adapter, parts.producing, store, status, parts.shared.status_seconds)
        tasks.create_task(switches.run(), name="provider-switches")
        await _obey(switches, create, delivery)


async def _obey(switches: ProviderSwitches, create: Callable[[], Any], delivery: Delivery) -> None:
    """Run an adapter whenever it is switched on, until cancelled; each time it begins from what was kept."""
    name, status = delivery.adapter.name, delivery.status
    status.provider_fails(NOT_KNOWN)
    await switches.until(lambda: switches.is_read)
    while True:
        off = switches.off(name)
        changed = switches.until(partial(_differs, switches, name, off))
        if off is None:
            status.provider_fails(STARTING)
            await _run_until(changed, create().run(delivery))
        else:
            status.provider_fails(off, status.heard_at)
            await _run_until(changed, delivery.rest())


def _differs(switches: ProviderSwitches, name: str, off: str | None) -> bool:
    return switches.off(name) != off


async def _run_until(changed: Coroutine[Any, Any, None], work: Coroutine[Any, Any, None]) -> None:
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(work)
        await changed
        working.cancel()


def _status_app(status: ProviderStatus) -> FastAPI:
    registry = CollectorRegistry()
    registry.register(ProviderMetrics(status))

    async def health() -> Mapping[str, object]:
        return status.health()

    return status_app(f"provider {status.adapter}", health, registry)
