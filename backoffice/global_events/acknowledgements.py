"""Which node has acknowledged what: kept by the back office's own consumer, compared with the decisions.

`NodeMetrics` shows it: how many decisions each node has not applied, since when, and whether it reports.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Row, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.global_events.models import NODE
from backoffice.global_events.repository import DecisionRepository, GlobalDecision
from consumers.acknowledgements.message import Acknowledgement, BudgetReport, CellRange, ProviderHealth
from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock
from foundation.storage.columns import upsert
from foundation.storage.database import Database
from subgraphs.kit.records.global_state import GlobalOrder

MISSED_REPORTS: Final = 3
"""A node that has missed so many reports counts as down."""


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message that a node could not apply; the order is (0, 0) if it could not even be read."""

    key: str
    order: GlobalOrder
    reason: str


@dataclass(frozen=True, slots=True)
class NodeReport:
    """What a part of a node last reported.

    Attributes:
        part: The subgraph whose database it is.
        order: Everything up to this message is applied, except for what is listed.
        kept: The keys of messages that wait for a newer version of the node.
        providers: What the node's workers know about providers of rewards.
        cell: The cell that the node is; None without cells.
        budgets: What the cell has used of the allotted budgets.
        received_at: When the report arrived.
    """

    node: str
    part: str
    process: str
    order: GlobalOrder
    refused: tuple[RefusedMessage, ...]
    kept: tuple[str, ...]
    every_seconds: float
    reported_at: datetime
    received_at: datetime
    providers: tuple[ProviderHealth, ...] = ()
    cell: CellRange | None = None
    budgets: tuple[BudgetReport, ...] = ()

    @property
    def name(self) -> str:
        """Return node and part, as `main/rewards`."""
        return f"{self.node}/{self.part}"

    def is_alive(self, now: datetime) -> bool:
        """Return whether the node still reports."""
        return now - self.received_at <= timedelta(seconds=self.every_seconds * MISSED_REPORTS)

    def refusal(self, decision: GlobalDecision) -> str | None:
        """Return why the node could not apply a decision; None if it could, or has not seen it yet."""
        for refused in self.refused:
            if refused.key == decision.key and (not refused.order.number or refused.order >= decision.order):
                return refused.reason
        if decision.key in self.kept:
            return "this version of the node does not know the kind: upgrade it"
        return None

    def has_applied(self, decision: GlobalDecision) -> bool:
        """Return whether the node has acknowledged a decision."""
        return self.order >= decision.order and self.refusal(decision) is None


@dataclass(frozen=True, slots=True)
class NodeRepository:
    """Reads and writes the reports of nodes."""

    async def store(
        self, connection: AsyncConnection, reports: Sequence[Acknowledgement], now: datetime
    ) -> int:
        """Store reports that are newer than those before; return how many were.

        Args:
            connection: In a write transaction.
            reports: In the order of the topic.
            now: When they arrived.
        """
        newest: dict[tuple[str, str], Acknowledgement] = {}
        for report in reports:
            known = newest.get((report.node, report.part))
            if known is None or report.reported_at >= known.reported_at:
                newest[report.node, report.part] = report
        stored = {(report.node, report.part): report.reported_at for report in await self.all(connection)}
        rows = [
            _row(report, now)
            for key, report in sorted(newest.items())
            if key not in stored or report.reported_at > stored[key]
        ]
        if rows:
            columns = [column.name for column in NODE.columns if column.name not in {"node", "part"}]
            await connection.execute(upsert(connection.dialect.name, NODE, rows, update=columns))
        return len(rows)

    async def all(self, connection: AsyncConnection) -> list[NodeReport]:
        """Return the last report of each part of each node."""
        rows = await connection.execute(select(NODE).order_by(NODE.c.node, NODE.c.part))
        return [_report(row) for row in rows]

    async def forget(self, connection: AsyncConnection, node: str) -> int:
        """Forget a node that was removed permanently; if it reports again, it is known again."""
        return (await connection.execute(delete(NODE).where(NODE.c.node == node))).rowcount


def unacknowledged(
    decisions: Sequence[GlobalDecision], reports: Sequence[NodeReport]
) -> dict[str, list[GlobalDecision]]:
    """Return the decisions that each part of each node has not applied, by its name."""
    return {
        report.name: [decision for decision in decisions if not report.has_applied(decision)]
        for report in reports
    }


def _row(report: Acknowledgement, now: datetime) -> dict[str, Any]:
    return {
        "node": report.node,
        "part": report.part,
        "process": report.process,
        "epoch": report.epoch,
        "number": report.number,
        "refused": msgspec.to_builtins(report.refused),
        "kept": [message.key for message in report.kept],
        "providers": msgspec.to_builtins(report.providers),
        "cell": None if report.cell is None else msgspec.to_builtins(report.cell),
        "budgets": msgspec.to_builtins(report.budgets),
        "every_seconds": report.every_seconds,
        "reported_at": report.reported_at,
        "received_at": now,
    }


def _report(row: Row[Any]) -> NodeReport:
    return with_fields_of(
        NodeReport,
        row,
        order=GlobalOrder(row.epoch, row.number),
        refused=tuple(
            RefusedMessage(
                refused["key"], GlobalOrder(refused["epoch"], refused["number"]), refused["reason"]
            )
            for refused in row.refused
        ),
        kept=tuple(row.kept),
        providers=msgspec.convert(row.providers or (), tuple[ProviderHealth, ...]),
        cell=None if row.cell is None else msgspec.convert(row.cell, CellRange),
        budgets=msgspec.convert(row.budgets or (), tuple[BudgetReport, ...]),
    )


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
            since = min((decision.decided_at for decision in missing), default=now)
            self.missing.labels(report.node, report.part).set(len(missing))
            self.oldest.labels(report.node, report.part).set(max(0.0, (now - since).total_seconds()))
            self.up.labels(report.node, report.part).set(report.is_alive(self.clock.machine.now()))
