"""The reports of analytics, over all cells, as tables, of a store that an installation may have or not."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final, NamedTuple, Protocol

import strawberry
from moka_py import Moka

from backoffice.access import Actor, Permission, require
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Conflict
from foundation.storage.database import Database
from subgraphs.kit.graphql.descriptions import described

REPORT_POINTS: Final = 4_000
"""What a report costs of the points of a request, so that one asks for five at most."""

KEPT_SECONDS: Final = 5
"""How long an answer is shown again instead of asking once more."""

MAX_KEPT: Final = 256
MAX_ROWS: Final = 2_000
NOT_HERE: Final = "There is no store of analytics here: the page on analytics says how to add one."


class AnalyticsReportName(Enum):
    """The reports that screens show; none of them has rows about single customers."""

    FUNNEL = "funnel"
    LIABILITY = "liability"
    RETENTION = "retention"
    LATENCY = "latency"
    UPLIFT = "uplift"
    REVENUE = "revenue"
    EVENTS = "events"
    EXPOSURE = "exposure"
    REASONS = "reasons"


class AskedReport(NamedTuple):
    """A report of one brand; `iso_week` None for all weeks."""

    name: AnalyticsReportName
    brand: str
    iso_week: str | None


@described
@strawberry.type
class AnalyticsCompleteness:
    """Up to when the facts of a cell are all in the store.

    Attributes:
        cell: `*` in an installation without cells.
        waiting: Records that were produced and not read.
        says: The same in a sentence, which begins with INCOMPLETE if it is.
    """

    cell: str
    until: datetime
    waiting: int
    says: str


@described
@strawberry.type
class AnalyticsReport:
    """A report as a table.

    Attributes:
        says: What the rows and columns mean.
        rows: The newest 2,000 at most, values in the order of the columns; null where there is none.
        filling: While history is being filled, how far it is, in a sentence: then there are no rows yet.
    """

    says: str
    columns: list[str]
    rows: list[list[str | None]]
    completeness: list[AnalyticsCompleteness]
    filling: str | None = None


class ReportUnavailable(Exception):
    """The report cannot be read; the message says why, for the person at the screen."""


class ReportFilling(Exception):
    """The store is filled for the first time; the message says how far it is."""


class ReportSource(Protocol):
    """Reads reports from the store."""

    async def __call__(self, asked: AskedReport) -> AnalyticsReport:
        """Return a report.

        Raises:
            ReportUnavailable: There is no store, or it cannot be read.
            ReportFilling: There is nothing to read yet.
        """
        ...


async def no_reports(asked: AskedReport) -> AnalyticsReport:
    """Return nothing: the source of an installation without analytics."""
    del asked
    raise ReportUnavailable(NOT_HERE)


@dataclass(slots=True)
class AnalyticsService:
    """Reads reports for people who may see the figures of a brand; one question is asked at a time.

    Attributes:
        source: Where reports come from.
    """

    source: ReportSource
    database: Database
    audit: AuditLog
    _kept: Moka[AskedReport, AnalyticsReport] = field(
        default_factory=lambda: Moka(MAX_KEPT, ttl=KEPT_SECONDS)
    )
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def report(self, actor: Actor, asked: AskedReport) -> AnalyticsReport:
        """Return a report, at most some seconds old; what is shown is recorded.

        Raises:
            Forbidden: The person may not see the brand's figures.
            Conflict: The report cannot be read.
        """
        require(actor, Permission.RISK_READ, asked.brand)
        try:
            answer = await self._answer(asked)
        except ReportUnavailable as fault:
            raise Conflict(str(fault)) from fault
        except ReportFilling as filling:
            return AnalyticsReport(says="", columns=[], rows=[], completeness=[], filling=str(filling))
        await self.audit.record_access(
            self.database,
            actor,
            "analytics.report",
            brand=asked.brand,
            subject=f"report:{asked.name.value}:{asked.iso_week or 'all'}",
        )
        return answer

    async def _answer(self, asked: AskedReport) -> AnalyticsReport:
        async with self._turn:
            kept = self._kept.get(asked)
            if kept is None:
                kept = await self.source(asked)
                self._kept.set(asked, kept)
            return kept


def report_of(
    says: str, rows: Sequence[Sequence[object]], completeness: Sequence[AnalyticsCompleteness]
) -> AnalyticsReport:
    """Return a report of rows, of which the first has the columns' names and the last is the newest."""
    columns, *values = rows or ((),)
    return AnalyticsReport(
        says=says,
        columns=[str(name) for name in columns],
        rows=[[None if value is None else str(value) for value in row] for row in values[-MAX_ROWS:]],
        completeness=list(completeness),
    )
