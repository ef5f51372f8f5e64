"""The fulfilment worker: pays rewards out; serves health, metrics and the providers' callbacks."""

import asyncio
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.catch_up import CatchUp
from foundation.storage.clock import Clock, clock_problem
from foundation.storage.database import Database
from foundation.storage.rehearsal import rehearsal_marks
from foundation.storage.settings import DatabaseSettings
from furlong.serve.http_server import serving
from furlong.workers.catch_up import until_caught_up
from furlong.workers.status import status_app
from subgraphs.fulfilment.accounting.reconciliation import DailyReconciliation, Reconciliation
from subgraphs.fulfilment.payout.callbacks import OtherCells, callback_routes
from subgraphs.fulfilment.payout.configuring import ProviderConfiguration
from subgraphs.fulfilment.payout.steps import RedemptionTracker, StepObserver, ignore_step
from subgraphs.fulfilment.payout.unit_of_work import WORKER, UnitOfWork
from subgraphs.fulfilment.payout.worker import Worker
from subgraphs.fulfilment.providers.registry import ProviderRegistry
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig

log = structlog.get_logger(__name__)
NIGHTLY_SECONDS = 900.0


@dataclass(slots=True)
class PayoutGate:
    """What payment is still waiting for after the start; None once rewards are being paid."""

    waits_for: str | None = None


@dataclass(frozen=True, slots=True)
class FulfilmentProcess:
    """The parts of the worker.

    Attributes:
        others: The workers of other cells, to which callbacks about their rewards are passed on.
    """

    database: Database
    uow: UnitOfWork
    registry: ProviderRegistry
    worker: Worker
    configuration: ProviderConfiguration
    others: OtherCells
    gate: PayoutGate = field(default_factory=PayoutGate)

    @classmethod
    def open(
        cls,
        database_settings: DatabaseSettings,
        settings: FulfilmentSettings,
        clock: Clock,
        on_step: StepObserver = ignore_step,
    ) -> "FulfilmentProcess":
        """Build the parts; nothing is connected yet.

        Raises:
            subgraphs.fulfilment.errors.ProviderConfigError: The file of providers cannot be read.
        """
        return cls.over(
            Database.open(database_settings, "fulfilment"),
            settings,
            clock,
            settings.list_providers(),
            on_step,
        )

    @classmethod
    def over(
        cls,
        database: Database,
        settings: FulfilmentSettings,
        clock: Clock,
        files: Sequence[ProviderConfig],
        on_step: StepObserver = ignore_step,
    ) -> "FulfilmentProcess":
        """Build the parts over a database; `files` are the providers that no decision has replaced."""
        registry, uow = ProviderRegistry(), UnitOfWork.over(database, settings, clock)
        by_name = {file.name: file for file in files}
        configuration = ProviderConfiguration(database, registry, settings, clock, by_name)
        worker = Worker(uow, registry, settings, on_step, configuration)
        return cls(database, uow, registry, worker, configuration, OtherCells(settings.other_cells))

    @property
    def reconciliation(self) -> Reconciliation:
        """Return the comparison with the journals of providers."""
        return Reconciliation(self.database, self.uow.clock)

    async def health(self) -> Mapping[str, Any]:
        """Return what is waiting, by provider and state, and which providers are not used at present."""
        async with self.database.read() as connection:
            problem = await clock_problem(self.uow.clock.machine, connection)
            stopped = await self.uow.provider_holds.stopped(connection)
            backlog: Counter[tuple[str | None, str]] = Counter()
            for uow in self.uow.each_origin():
                backlog.update(await uow.lifecycle.repository.backlog(connection))
        uses = self.configuration.uses
        return {
            "waits_for": problem or self.gate.waits_for,
            **rehearsal_marks(self.uow.clock),
            "providers": {
                provider.config.name: {
                    "enabled": provider.config.enabled,
                    "stopped": stopped[provider.config.name].reason
                    if provider.config.name in stopped
                    else None,
                    "resting": provider.breaker.is_open,
                    "revision": uses[provider.config.name].revision if provider.config.name in uses else 0,
                }
                for provider in self.registry
            },
            "unusable": {name: use.problem for name, use in uses.items() if use.problem is not None},
            "postponed": await self.uow.loop.postponed.counts(WORKER, self.uow.clock.machine),
            "backlog": [
                {"provider": provider, "state": state, "rewards": number}
                for (provider, state), number in sorted(backlog.items(), key=str)
            ],
        }

    async def close(self) -> None:
        """Close all connections."""
        await self.registry.close()
        await self.database.close()


async def run_fulfilment(
    process: FulfilmentProcess,
    listener: socket.socket | None,
    stop: asyncio.Event,
    gate: CatchUp | None = None,
) -> None:
    """Run the worker until `stop` is set, with its HTTP side on the listener; close it at the end.

    Nothing is paid before the database has applied everything that the topics held at the start. A database
    that is new or restored may not know yet what was paid, or who may no longer be paid.

    Args:
        process: The worker's parts.
        listener: Where to serve health, metrics and callbacks.
        stop: Ends the worker.
        gate: What must have been applied first; None only if there is no Kafka.

    Raises:
        subgraphs.fulfilment.errors.ProviderConfigError: The file of providers cannot be used.
    """
    try:
        async with AsyncExitStack() as stack:
            if listener is not None:
                await stack.enter_async_context(serving(create_status_app(process), listener))
            await process.worker.prepare(stop)
            nightly = asyncio.create_task(_every_night(process))
            try:
                if gate is not None:
                    await _caught_up(process, gate, stop)
                await process.worker.run_until(stop)
            finally:
                nightly.cancel()
                await asyncio.gather(nightly, return_exceptions=True)
    finally:
        await process.close()


async def _caught_up(process: FulfilmentProcess, gate: CatchUp, stop: asyncio.Event) -> None:
    """Wait until the consumer has applied what the topics held at the start, or until `stop` is set."""

    def waits_for(reason: str) -> None:
        process.gate.waits_for = reason
        log.info("payment_waits_for_topics", waits_for=reason)

    try:
        await until_caught_up(gate, stop, waits_for)
    finally:
        await gate.close()
    process.gate.waits_for = None


async def _every_night(process: FulfilmentProcess) -> None:
    nightly = DailyReconciliation(process.reconciliation, process.registry)
    while True:
        try:
            await nightly.make_missing()
        except (SQLAlchemyError, OSError):
            log.exception("nightly_comparison_failed")
        await asyncio.sleep(NIGHTLY_SECONDS)


def create_status_app(process: FulfilmentProcess) -> FastAPI:
    """Build the application with `/health`, `/metrics`, and `/callbacks/PROVIDER` for the providers."""

    async def health() -> Mapping[str, object]:
        try:
            return {"live": True, **await process.health()}
        except (SQLAlchemyError, OSError):
            return {"live": False}

    async def figures() -> CollectorRegistry:
        return _figures(await process.health())

    app = status_app("fulfilment worker", health, figures)
    app.include_router(callback_routes(process.registry, RedemptionTracker(process.uow), process.others))
    return app


def _figures(state: Mapping[str, Any]) -> CollectorRegistry:
    registry = CollectorRegistry()
    waiting = Gauge(
        "furlong_fulfilment_backlog",
        "Rewards that are not finished yet",
        ["provider", "state"],
        registry=registry,
    )
    for one in state["backlog"]:
        waiting.labels(one["provider"] or "", one["state"]).set(one["rewards"])
    postponed = Gauge(
        "furlong_worker_waiting",
        "Records that wait, by what they wait for",
        ["worker", "for"],
        registry=registry,
    )
    for what, number in state["postponed"].items():
        postponed.labels(WORKER, what).set(number)
    available = Gauge(
        "furlong_fulfilment_provider_available",
        "1 while rewards are sent to the provider",
        ["provider"],
        registry=registry,
    )
    for name, provider in state["providers"].items():
        unused = provider["stopped"] or provider["resting"] or not provider["enabled"]
        available.labels(name).set(0 if unused else 1)
    return registry
