"""Metrics of nodes: how many decisions each has not applied, since when, and whether it reports."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.exc import SQLAlchemyError

from backoffice.global_events.acknowledgements import NodeRepository, unacknowledged
from backoffice.global_events.repository import DecisionRepository
from foundation.storage.clock import Clock
from foundation.storage.database import Database

log = structlog.get_logger(__name__)
EVERY_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class NodeMetrics:
    """Keeps the gauges up to date, from the back office's database."""

    database: Database
    clock: Clock
    missing: Gauge
    oldest: Gauge
    up: Gauge
    decisions: DecisionRepository = field(default_factory=DecisionRepository)
    nodes: NodeRepository = field(default_factory=NodeRepository)

    @classmethod
    def of(cls, database: Database, clock: Clock, registry: CollectorRegistry) -> "NodeMetrics":
        """Add the gauges to a registry."""

        def gauge(name: str, meaning: str) -> Gauge:
            return Gauge(f"furlong_global_{name}", meaning, ("node", "part"), registry=registry)

        return cls(
            database,
            clock,
            gauge("unacknowledged", "Decisions for all nodes that the node has not applied"),
            gauge("unacknowledged_seconds", "How long ago the oldest of them was decided"),
            gauge("node_up", "Whether the node still reports"),
        )

    async def run(self) -> None:
        """Update the gauges until cancelled."""
        while True:
            try:
                await self.update()
            except (SQLAlchemyError, OSError) as fault:
                log.warning("node_metrics_not_updated", error=type(fault).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    async def update(self) -> None:
        """Update the gauges once."""
        async with self.database.read() as connection:
            decisions = await self.decisions.all(connection)
            reports = await self.nodes.all(connection)
        lacking, now = unacknowledged(decisions, reports), self.clock.now()
        for gauge in (self.missing, self.oldest, self.up):
            gauge.clear()  # a node that was forgotten leaves the metrics
        for report in reports:
            missing = lacking[report.name]
            since = min((one.decided_at for one in missing), default=now)
            self.missing.labels(report.node, report.part).set(len(missing))
            self.oldest.labels(report.node, report.part).set(max(0.0, (now - since).total_seconds()))
            self.up.labels(report.node, report.part).set(report.is_alive(self.clock.machine.now()))
