"""The process of one adapter: what it knows is told on Kafka and kept in Valkey; health and metrics."""

import socket
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from consumers.stream.broker.kafka_client import running_client
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from furlong.serve.http_server import serving
from furlong.workers.status import status_app
from providers.declaration import AdapterDeclaration
from providers.delivery import Delivery
from providers.settings import ProviderSettings
from providers.state import MemoryState, StateStore, ValkeyState
from providers.status import ProviderMetrics, ProviderStatus
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
    """Run an adapter until cancelled, with `/health` and `/metrics` on the listener."""
    status = ProviderStatus(adapter.name, parts.clock.machine.now)
    running = adapter.load()(adapter.settings(), parts.shared)
    store = parts.open_state(adapter.name)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        if listener is not None:
            await stack.enter_async_context(serving(_status_app(status), listener))
        delivery = Delivery(adapter, parts.producing, store, status, parts.shared.status_seconds)
        await running.run(delivery)


def _status_app(status: ProviderStatus) -> FastAPI:
    registry = CollectorRegistry()
    registry.register(ProviderMetrics(status))

    async def health() -> Mapping[str, object]:
        return status.health()

    return status_app(f"provider {status.adapter}", health, registry)
