"""Risk and money: the services behind their part of the graph."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from types import MappingProxyType

from backoffice.access import Actor
from backoffice.base import Base
from backoffice.graph.area import Area, Download, FileDownload
from backoffice.risk.analytics import REPORT_POINTS, AnalyticsService, no_reports
from backoffice.risk.budgets.setting import BudgetService
from backoffice.risk.export import RiskExport, RiskTable
from backoffice.risk.figures.collector import FigureCollector, StoredFigures
from backoffice.risk.figures.counting import WeekCounter
from backoffice.risk.questions import COLUMNS_POINTS, TYPES, QuestionService
from backoffice.risk.service import RiskService
from backoffice.settings import RiskSettings
from backoffice.subgraph_databases import SubgraphDatabases
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.kit.records.erasure import Pseudonyms


class RiskArea(Area):
    """The services of risk over a base; without cells, figures are counted while it is served."""

    name = "risk"
    costs: Mapping[str, int] = MappingProxyType(
        {
            "Query.analyticsReport": REPORT_POINTS,
            "Query.analyticsAnswer": REPORT_POINTS,
            "Query.analyticsColumns": COLUMNS_POINTS,
        }
    )

    def __init__(self, base: Base, settings: RiskSettings | None = None) -> None:
        self.databases = SubgraphDatabases.open(base.settings)
        own = settings or RiskSettings()
        groups = ControlGroups(Pseudonyms.from_settings(base.settings).key)
        self.counter = WeekCounter(self.databases, base.clock, groups)
        every = timedelta(seconds=own.count_seconds)
        figures = StoredFigures(base.database, base.clock.machine, every)
        self.collector = FigureCollector(figures, self.counter, every)
        self.has_cells = base.settings.cell.own() is not None
        counting = None if self.has_cells else self.collector
        self.risk = RiskService(base.database, self.counter, counting, base.audit)
        self.budgets = BudgetService(
            base.database, self.databases.rewards, base.audit, base.approvals, base.clock
        )
        self.export = RiskExport(self.risk)
        self.analytics = AnalyticsService(no_reports, base.database, base.audit)
        self.questions = QuestionService(base.database, base.audit)
        base.approvals.register(self.budgets.proposal_kind)
        self.background = () if self.has_cells else (self.collector.run,)
        tables = {f"risk-{table.value}": self._download(table.value) for table in RiskTable}
        files = {f"analytics-{form}": self._file(form) for form in TYPES}
        self.downloads = tables | files

    def _download(self, table: str) -> Download:
        async def download(actor: Actor, parameters: Mapping[str, str]) -> AsyncIterator[str]:
            return await self.export.lines(actor, table, parameters)

        return download

    def _file(self, form: str) -> Download:
        async def download(actor: Actor, parameters: Mapping[str, str]) -> FileDownload:
            return await self.questions.file(actor, form, parameters)

        return download

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        await self.databases.close()
