"""Providers that were stopped: by an alarm or a person, until a person lets them go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import Clock
from storage.columns import upsert
from subgraphs.fulfilment.models import PROVIDER

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Why a provider is stopped, and since when."""

    reason: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Alarms:
    """The providers that are stopped, for all processes."""

    dialect: str
    clock: Clock
    table: Table = PROVIDER

    async def stopped(self, connection: AsyncConnection) -> Mapping[str, Alarm]:
        """The providers that are stopped, with the reason."""
        rows = await connection.execute(select(self.table).where(self.table.c.stopped))
        return {row.name: Alarm(row.reason, row.changed_at) for row in rows}

    async def stop(self, connection: AsyncConnection, name: str, reason: str) -> None:
        """Stops a provider: nothing is sent to it any more."""
        log.error("a provider is stopped", provider=name, reason=reason)
        await self._store(connection, name, reason[:500], stopped=True)

    async def resume(self, connection: AsyncConnection, name: str) -> None:
        """Lets a provider go on."""
        await self._store(connection, name, None, stopped=False)

    async def _store(
        self, connection: AsyncConnection, name: str, reason: str | None, *, stopped: bool
    ) -> None:
        row = {"name": name, "stopped": stopped, "reason": reason, "changed_at": self.clock.now()}
        update = ("stopped", "reason", "changed_at")
        await connection.execute(upsert(self.dialect, self.table, [row], update=update))
