"""The process of one adapter: what it knows is told on Kafka and kept in Valkey; health and metrics."""

import asyncio
import socket
from collections.abc import Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
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
from furlong.workers.adapter_configuration import AdapterConfiguration
from furlong.workers.provider_decisions import NOT_KNOWN, DecidedSettings, ProviderDecisions
from furlong.workers.status import status_app
from providers.declaration import AdapterDeclaration
from providers.delivery import Delivery
from providers.settings import ProviderSettings
from providers.state import MemoryState, StateStore, ValkeyState
from providers.status import STARTING, ProviderMetrics, ProviderStatus
from subgraphs.kit.live.settings import RedisSettings

REQUEST_BYTES = 4 * 2**20
RESPONSE_MILLISECONDS = 5_000
PROVING_SECONDS = 30.0
"""For how long an adapter has to run with new settings before its failure is no longer put down to them."""


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

    While its kill switch is off, it is not connected, and tells that it is incomplete. With another revision
    of its settings it begins anew.

    Raises:
        NotInstalled: A library that the adapter needs is not installed.
    """
    status = ProviderStatus(adapter.name, parts.clock.machine.now)
    store, kept = parts.open_state(adapter.name), parts.open_state(f"{adapter.name}:configuration")
    configuration = AdapterConfiguration.of_environment(adapter, parts.shared, kept, status)
    configuration.create()  # what it lacks is said at once, and not only when it is known whether it is on
    decisions = ProviderDecisions(parts.stream)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        for opened in (store, kept):
            stack.push_async_callback(opened.close)
        if listener is not None:
            await stack.enter_async_context(serving(_status_app(status), listener))
        await configuration.restore()
        delivery = Delivery(adapter, parts.producing, store, status, parts.shared.status_seconds)
        tasks.create_task(decisions.run(), name="provider-decisions")
        await _Obedience(decisions, configuration, delivery).run()


@dataclass(frozen=True, slots=True)
class _Obedience:
    """Runs an adapter as it was decided: while it is on, with the newest settings that it can use."""

    decisions: ProviderDecisions
    configuration: AdapterConfiguration
    delivery: Delivery

    async def run(self) -> None:
        """Run until cancelled; the adapter begins each time from what was kept."""
        status, name = self.delivery.status, self.delivery.adapter.name
        status.provider_fails(NOT_KNOWN)
        await self.decisions.until(lambda: self.decisions.is_read)
        while True:
            await self.configuration.adopt(self.decisions.settings(name))
            off = self.decisions.off(name)
            if off is None:
                status.provider_fails(STARTING)
                await self._follow_until(self._changes(off))
            else:
                status.provider_fails(off, status.heard_at)
                await _run_until(self._changes(off), self.delivery.rest())

    async def _follow_until(self, changed: Coroutine[Any, Any, None]) -> None:
        """Let the adapter follow its provider; new settings with which it fails are left for a while.

        Raises:
            ExceptionGroup: The error with which it ended.
        """
        try:
            await _run_until(changed, self._follow())
        except* Exception as faults:
            if not await self.configuration.fall_back(_words(faults)):
                raise

    async def _follow(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            proving = tasks.create_task(self._prove())
            await self.configuration.create().run(self.delivery)
            proving.cancel()

    async def _prove(self) -> None:
        order = self.configuration.used.order
        await asyncio.sleep(PROVING_SECONDS)
        await self.configuration.prove(order)

    async def _changes(self, off: str | None) -> None:
        """Wait until the adapter is switched, or has other settings that it can use."""
        decisions, name = self.decisions, self.delivery.adapter.name
        while True:
            decided = decisions.settings(name)
            if await self.configuration.adopt(decided):
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(self.configuration.shared.longest_pause_seconds):
                    await decisions.until(partial(self._differs, off, decided))
            if decisions.off(name) != off:
                return

    def _differs(self, off: str | None, decided: DecidedSettings | None) -> bool:
        name = self.delivery.adapter.name
        return self.decisions.off(name) != off or self.decisions.settings(name) is not decided


async def _run_until(changed: Coroutine[Any, Any, None], work: Coroutine[Any, Any, None]) -> None:
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(work)
        await changed
        working.cancel()


def _words(faults: BaseExceptionGroup[Exception]) -> str:
    """Return the first of several errors in words."""
    fault: BaseException = faults
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return f"the adapter fails with it: {fault or type(fault).__name__}"


def _status_app(status: ProviderStatus) -> FastAPI:
    registry = CollectorRegistry()
    registry.register(ProviderMetrics(status))

    async def health() -> Mapping[str, object]:
        return status.health()

    return status_app(f"provider {status.adapter}", health, registry)
