"""Compares the books of each provider with ours, once a day, on whichever node comes first."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from subgraphs.fulfilment.accounting.reconciliation import Reconciliation
from subgraphs.fulfilment.providers.provider import JournalUnavailable
from subgraphs.fulfilment.providers.registry import Registry

log = structlog.get_logger(__name__)
AFTER_MIDNIGHT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Nightly:
    """Makes yesterday's reports that are missing.

    Two nodes may make the same report at the same time: it is the same report, kept once.
    """

    reconciliation: Reconciliation
    registry: Registry

    async def run(self) -> int:
        """Makes what is missing; returns how many reports. Books that cannot be read wait for another try."""
        day = (self.reconciliation.desk.clock.now() - AFTER_MIDNIGHT).date() - timedelta(days=1)
        made = 0
        for registered in self.registry:
            made_already = await self.reconciliation.is_made(registered.config.name, day)
            if made_already or not registered.config.enabled:
                continue
            try:
                await self.reconciliation.compare(registered, day)
            except JournalUnavailable as fault:
                log.warning("no books", provider=registered.config.name, fault=str(fault))
            else:
                made += 1
        return made
