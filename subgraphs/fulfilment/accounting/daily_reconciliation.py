"""Compares each provider's journal with our credits once a day, on any node that runs a worker."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from subgraphs.fulfilment.accounting.reconciliation import Reconciliation
from subgraphs.fulfilment.errors import JournalUnavailable
from subgraphs.fulfilment.providers.registry import ProviderRegistry

log = structlog.get_logger(__name__)
AFTER_MIDNIGHT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class DailyReconciliation:
    """Creates the missing reports of yesterday.

    If two nodes create the same report at the same time, one replaces the other, and both are equal.
    """

    reconciliation: Reconciliation
    registry: ProviderRegistry

    async def make_missing(self) -> int:
        """Create the missing reports, and return how many; an unreadable journal is tried again later."""
        day = (self.reconciliation.clock.now() - AFTER_MIDNIGHT).date() - timedelta(days=1)
        made = 0
        for registered in self.registry:
            is_made = await self.reconciliation.is_made(registered.config.name, day)
            if is_made or not registered.config.enabled:
                continue
            try:
                async with self.registry.using(registered):
                    await self.reconciliation.compare(registered, day)
            except JournalUnavailable as fault:
                log.warning("provider_books_missing", provider=registered.config.name, fault=str(fault))
            else:
                made += 1
        return made
