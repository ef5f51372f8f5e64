"""Composition root of risk's part of the graph."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Final

from backoffice.access.actor import Actor
from backoffice.base import Base
from backoffice.graph.admin_subgraph import AdminSubgraph, Download
from backoffice.risk.budgets.setting import BudgetService
from backoffice.risk.context import RiskContext
from backoffice.risk.export import RiskExport
from backoffice.risk.figures.collector import FigureCollector
from backoffice.risk.figures.counting import WeekCounter
from backoffice.risk.figures.stored_figures import StoredFigures
from backoffice.risk.schema import create_schema
from backoffice.risk.service import RiskService
from backoffice.risk.settings import RiskSettings
from backoffice.risk.tables import RiskTable
from storage.database import Database

NAME: Final = "risk"


class RiskParts:
    """The services of risk over a base, for the graph and for commands."""

    def __init__(self, base: Base, settings: RiskSettings | None = None) -> None:
        club, fulfilment, progress, rewards = (
            Database.open(base.settings, name) for name in ("club", "fulfilment", "progress", "rewards")
        )
        self.databases = (club, fulfilment, progress, rewards)
        own = settings or RiskSettings()
        self.counter = WeekCounter(club, fulfilment, progress, rewards, base.clock)
        every = timedelta(seconds=own.count_seconds)
        figures = StoredFigures(base.database, base.clock.machine, every)
        self.collector = FigureCollector(figures, self.counter, every)
        self.has_cells = base.settings.cell.own() is not None
        counting = None if self.has_cells else self.collector
        self.risk = RiskService(base.database, self.counter, counting, base.audit)
        self.budgets = BudgetService(base.database, rewards, base.audit, base.approvals, base.clock)
        self.export = RiskExport(self.risk)
        base.approvals.register(self.budgets.proposal_kind)

    def context(self, actor: Actor) -> RiskContext:
        """Return the context of a request."""
        return RiskContext(actor, self.risk, self.budgets)

    def downloads(self) -> dict[str, Download]:
        """Return the tables as CSV, by name."""
        return {f"risk-{table.value}": self._download(table.value) for table in RiskTable}

    def _download(self, table: str) -> Download:
        async def download(actor: Actor, parameters: Mapping[str, str]) -> AsyncIterator[str]:
            return await self.export.lines(actor, table, parameters)

        return download

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        for database in self.databases:
            await database.close()


def create_area(base: Base) -> AdminSubgraph:
    """Return the subgraph; without cells, it counts figures as long as the back office is served."""
    parts = RiskParts(base)
    return AdminSubgraph(
        NAME,
        create_schema(),
        parts.context,
        background=() if parts.has_cells else (parts.collector.run,),
        downloads=parts.downloads(),
        closing=(parts.close,),
    )
