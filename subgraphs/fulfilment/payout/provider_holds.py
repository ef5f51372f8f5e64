"""Providers that are stopped in all processes, by an alarm or a person, until a person resumes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from subgraphs.fulfilment.repository import ProviderRepository

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
        found = await self.repository.stopped(connection)
        return {name: ProviderHold(reason, since) for name, (reason, since) in found.items()}

    async def stop(self, connection: AsyncConnection, name: str, reason: str) -> None:
        """Stop a provider: nothing more is sent to it."""
        log.error("provider_stopped", provider=name, reason=reason)
        await self.repository.store(
            connection, name, reason[:REASON_CHARACTERS], await self.clock.at(connection), stopped=True
        )

    async def resume(self, connection: AsyncConnection, name: str) -> None:
        """Resume a provider."""
        await self.repository.store(connection, name, None, await self.clock.at(connection), stopped=False)
