"""What people decided about providers: their configurations and their stops, and what workers report."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock
from foundation.storage.columns import upsert
from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.models import (
    FULFILMENT,
    GLOBAL_STATE,
    GOODWILL_CREDIT,
    PROVIDER_IN_USE,
    PROVIDER_REPORT,
)
from subgraphs.fulfilment.providers.settings import ProviderConfig, in_words
from subgraphs.fulfilment.repository import ProviderRepository
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import NOTHING_APPLIED, GlobalKind, GlobalOrder, GlobalStateRepository


@dataclass(frozen=True, slots=True)
class DecidedConfiguration:
    """What the back office decided about a provider.

    Attributes:
        state: As the message has it.
    """

    name: str
    order: GlobalOrder
    state: Mapping[str, Any]

    @property
    def revision(self) -> int:
        """Return the number of the revision."""
        return int(self.state["revision"])

    def config(self) -> ProviderConfig:
        """Return the configuration.

        Raises:
            ProviderConfigError: This version of the node does not support it.
        """
        fields = {name: value for name, value in self.state.items() if name in ProviderConfig.model_fields}
        try:
            return ProviderConfig.model_validate(fields)
        except ValidationError as error:
            raise ProviderConfigError(in_words(error)) from None


@dataclass(frozen=True, slots=True)
class ProviderUse:
    """How a worker has applied the decisions about a provider.

    Attributes:
        revision: The revision in use; 0 for the file's, or if there is none.
        seen: The last decision that was looked at, whether it could be used or not.
        problem: Why it, or the file's configuration, cannot be used; never a secret.
    """

    name: str
    revision: int = 0
    seen: GlobalOrder = NOTHING_APPLIED
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """What a worker knows about a provider.

    Attributes:
        worker: The process.
        revision: The revision of the configuration in use; 0 for the file's, or if there is none.
        order: Of the last decision that the worker looked at, whether it could use it or not.
        problem: Why the newest configuration cannot be used; never a secret.
        circuit: `closed`, `open`, `half_open`, or `none` if nothing can be sent.
        calls: How many are running.
        error: The class of the last failure.
    """

    worker: str
    provider: str
    revision: int
    order: GlobalOrder
    problem: str | None
    circuit: str
    calls: int
    succeeded_at: datetime | None
    failed_at: datetime | None
    error: str | None
    reported_at: datetime


async def decided(connection: AsyncConnection) -> list[DecidedConfiguration]:
    """Return what the back office decided about providers, as this node has applied it."""
    messages = await GlobalStateRepository(GLOBAL_STATE).of_brands(
        connection, (GlobalKind.PROVIDER,), (ALL_BRANDS,)
    )
    return [
        DecidedConfiguration(str(message.state["name"]), message.order, message.state)
        for message in messages
        if message.state is not None and message.understood
    ]


async def in_use(connection: AsyncConnection) -> dict[str, DecidedConfiguration]:
    """Return the last configurations that a worker of this node could use, by provider."""
    rows = await connection.execute(select(PROVIDER_IN_USE))
    return {
        row.name: DecidedConfiguration(row.name, GlobalOrder(row.epoch, row.number), row.state)
        for row in rows
    }


async def put_in_use(connection: AsyncConnection, configuration: DecidedConfiguration, now: datetime) -> None:
    """Record that a worker of this node uses a configuration."""
    row = {
        "name": configuration.name,
        "epoch": configuration.order.epoch,
        "number": configuration.order.number,
        "state": dict(configuration.state),
        "applied_at": now,
    }
    columns = [name for name in row if name != "name"]
    await connection.execute(upsert(connection.dialect.name, PROVIDER_IN_USE, [row], update=columns))


async def store_reports(connection: AsyncConnection, reports: Sequence[ProviderReport]) -> None:
    """Store a worker's reports in place of its earlier ones."""
    if not reports:
        return
    rows = [
        {
            "worker": report.worker,
            "provider": report.provider,
            "revision": report.revision,
            "epoch": report.order.epoch,
            "number": report.order.number,
            "problem": report.problem,
            "circuit": report.circuit,
            "calls": report.calls,
            "succeeded_at": report.succeeded_at,
            "failed_at": report.failed_at,
            "error": report.error,
            "reported_at": report.reported_at,
        }
        for report in sorted(reports, key=lambda report: report.provider)
    ]
    columns = [name for name in rows[0] if name not in {"worker", "provider"}]
    await connection.execute(upsert(connection.dialect.name, PROVIDER_REPORT, rows, update=columns))


async def reports_since(connection: AsyncConnection, since: datetime) -> list[ProviderReport]:
    """Return the reports of workers that have reported since an instant, by provider and worker."""
    c = PROVIDER_REPORT.c
    rows = await connection.execute(
        select(PROVIDER_REPORT).where(c.reported_at >= since).order_by(c.provider, c.worker)
    )
    return [with_fields_of(ProviderReport, row, order=GlobalOrder(row.epoch, row.number)) for row in rows]


async def remove_reports(connection: AsyncConnection, worker: str, before: datetime) -> None:
    """Remove the reports of a worker that ends, and those of workers that ended without removing theirs."""
    c = PROVIDER_REPORT.c
    await connection.execute(delete(PROVIDER_REPORT).where((c.worker == worker) | (c.reported_at < before)))


async def due(connection: AsyncConnection, now: datetime) -> dict[str, int]:
    """Return how many credits are due at each provider, rewards and goodwill, in product time."""
    counter: Counter[str] = Counter()
    for table in (FULFILMENT, GOODWILL_CREDIT):
        c = table.c
        rows = await connection.execute(
            select(c.provider, func.count().label("number"))
            .where(c.provider.is_not(None), c.next_at <= now)
            .group_by(c.provider)
        )
        counter.update({row.provider: row.number for row in rows})
    return dict(counter)


async def last_credits(connection: AsyncConnection) -> dict[str, datetime]:
    """Return when each provider last credited something, in product time."""
    times: dict[str, datetime] = {}
    for table in (FULFILMENT, GOODWILL_CREDIT):
        c = table.c
        rows = await connection.execute(
            select(c.provider, func.max(c.credited_at).label("at"))
            .where(c.provider.is_not(None), c.credited_at.is_not(None))
            .group_by(c.provider)
        )
        for row in rows:
            times[row.provider] = max(row.at, times.get(row.provider, row.at))
    return times


log = structlog.get_logger(__name__)
REASON_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class ProviderHold:
    """Why a provider is stopped, and since when."""

    reason: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class ProviderHolds:
    """Stops and resumes providers."""

    repository: ProviderRepository
    clock: Clock

    async def stopped(self, connection: AsyncConnection) -> Mapping[str, ProviderHold]:
        """Return the providers that are stopped, by name."""
        held = await self.repository.stopped(connection)
        return {name: ProviderHold(reason, since) for name, (reason, since) in held.items()}

    async def stop(self, connection: AsyncConnection, name: str, reason: str) -> None:
        """Stop a provider: nothing more is sent to it."""
        log.error("provider_stopped", provider=name, reason=reason)
        await self.repository.store(
            connection, name, reason[:REASON_CHARACTERS], await self.clock.at(connection), stopped=True
        )

    async def resume(self, connection: AsyncConnection, name: str) -> None:
        """Resume a provider."""
        await self.repository.store(connection, name, None, await self.clock.at(connection), stopped=False)
