"""Questions in SQL about everything that happened, over all brands; each is recorded."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol, TypeVar

from backoffice.access import ROLES, Actor, Permission, Role, require
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Conflict, Invalid, Problem
from backoffice.graph.area import FileDownload
from backoffice.risk.analytics import NOT_HERE, AnalyticsCompleteness, ReportFilling, ReportUnavailable
from backoffice.spreadsheets import csv_lines
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import ALL_BRANDS

T = TypeVar("T")
COLUMNS_POINTS: Final = 1_000
"""What the columns of a table cost of the points of a request; an answer costs as much as a report."""

MAX_SQL: Final = 10_000
MAX_SHOWN: Final = 500
"""How many rows of an answer the screen gets; a file has all of them."""

CSV, PARQUET = "csv", "parquet"
TYPES: Final[Mapping[str, str]] = {
    CSV: "text/csv; charset=utf-8",
    PARQUET: "application/vnd.apache.parquet",
}


class AskableTable(NamedTuple):
    """A table with what a row of it means."""

    name: str
    says: str


class AskableColumn(NamedTuple):
    """A column with its type and what it means."""

    name: str
    type: str
    says: str


class Table(NamedTuple):
    """An answer: the columns' names, the rows, and up to when it is complete."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    completeness: Sequence[AnalyticsCompleteness]


class QuestionRefused(Exception):
    """The question may not be asked, is not understood, or went beyond its limits; the message says why."""


class QuestionSource(Protocol):
    """Asks the store; each method raises `ReportUnavailable` where it cannot be asked."""

    def tables(self, roles: Collection[Role]) -> Sequence[AskableTable]:
        """Return the tables that somebody with any of these roles may ask."""
        ...

    async def columns(self, table: str, roles: Collection[Role]) -> Sequence[AskableColumn]:
        """Return the columns of a table.

        Raises:
            ReportFilling: There is nothing to ask yet.
            QuestionRefused: There is no such table for them.
        """
        ...

    async def answer(self, sql: str, roles: Collection[Role]) -> Table:
        """Return the whole answer to a question.

        Raises:
            ReportFilling: There is nothing to ask yet.
            QuestionRefused: It has no answer.
        """
        ...

    async def parquet(self, sql: str, roles: Collection[Role]) -> bytes:
        """Return the whole answer as a file.

        Raises:
            ReportFilling: There is nothing to ask yet.
            QuestionRefused: It has no answer.
        """
        ...


class Answer(NamedTuple):
    """What a screen shows of an answer.

    Attributes:
        rows: The first rows.
        row_count: How many there are.
        filling: While history is being filled, how far it is: then nothing was asked.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    row_count: int
    completeness: Sequence[AnalyticsCompleteness]
    filling: str | None = None


@dataclass(slots=True)
class QuestionService:
    """Asks for people; one question is asked at a time.

    Attributes:
        source: Where questions are asked; None in an installation without analytics.
    """

    database: Database
    audit: AuditLog
    source: QuestionSource | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def tables(self, actor: Actor) -> Sequence[AskableTable]:
        """Return the tables that a person may ask.

        Raises:
            Forbidden: The person may not ask.
            Conflict: There is no store.
        """
        roles = asking_roles(actor)
        try:
            return self._source().tables(roles)
        except ReportUnavailable as fault:
            raise Conflict(str(fault)) from fault

    async def columns(self, actor: Actor, table: str) -> Sequence[AskableColumn]:
        """Return the columns of a table that a person may ask.

        Raises:
            Forbidden: The person may not ask.
            Invalid: There is no such table for the person.
            Conflict: The store cannot be asked.
        """
        roles = asking_roles(actor)
        try:
            async with self._turn:
                return await self._source().columns(table, roles)
        except QuestionRefused as refusal:
            raise Invalid([Problem("table", str(refusal))]) from refusal
        except (ReportUnavailable, ReportFilling) as fault:
            raise Conflict(str(fault)) from fault

    async def answer(self, actor: Actor, sql: str) -> Answer:
        """Return the first rows of an answer; the question is recorded before it is asked.

        Raises:
            Forbidden: The person may not ask.
            Invalid: The question has no answer; the message says why.
            Conflict: The store cannot be asked.
        """
        roles = asking_roles(actor)
        try:
            await self._record(actor, "analytics.ask", sql)
            columns, rows, completeness = await self._asked(
                actor, sql, lambda: self._source().answer(sql, roles)
            )
        except ReportFilling as filling:
            return Answer((), (), 0, (), str(filling))
        return Answer(columns, rows[:MAX_SHOWN], len(rows), completeness)

    async def file(self, actor: Actor, form: str, parameters: Mapping[str, str]) -> FileDownload:
        """Return a whole answer as a file; the export is recorded with its question before it is asked.

        Args:
            actor: Who exports it.
            form: `csv` or `parquet`.
            parameters: `sql`.

        Raises:
            Forbidden: The person may not ask, or not export.
            Invalid: The question has no answer; the message says why.
            Conflict: The store cannot be asked, or has nothing yet.
        """
        require(actor, Permission.RISK_EXPORT, None)
        roles, sql = asking_roles(actor), parameters.get("sql", "")
        await self._record(actor, "analytics.export", sql, form)
        try:
            if form == PARQUET:
                body = await self._asked(actor, sql, lambda: self._source().parquet(sql, roles))
            else:
                columns, rows, _ = await self._asked(actor, sql, lambda: self._source().answer(sql, roles))
                body = (await asyncio.to_thread(csv_lines, [columns, *rows])).encode()
        except ReportFilling as filling:
            raise Conflict(str(filling)) from filling
        return FileDownload(body, TYPES[form], form)

    def _source(self) -> QuestionSource:
        if self.source is None:
            raise ReportUnavailable(NOT_HERE)
        return self.source

    async def _asked(self, actor: Actor, sql: str, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask when it is this question's turn; what is refused is recorded."""
        try:
            async with self._turn:
                return await ask()
        except ReportUnavailable as fault:
            raise Conflict(str(fault)) from fault
        except QuestionRefused as refusal:
            await self._record(actor, "analytics.refused", sql, reason=str(refusal)[:500])
            raise Invalid([Problem("sql", str(refusal))]) from refusal

    async def _record(self, actor: Actor, action: str, sql: str, form: str = "", reason: str = "") -> None:
        """Record a question, unless it is none.

        Raises:
            Invalid: There is no question, or it is too long.
        """
        if not sql.strip() or len(sql) > MAX_SQL:
            raise Invalid([Problem("sql", f"Write a question of at most {MAX_SQL:,} characters.")])
        seen = {"sql": sql, "format": form, "reason": reason}
        await self.audit.record_access(
            self.database,
            actor,
            action,
            brand=None,
            subject="analytics:question",
            seen={name: text for name, text in seen.items() if text},
        )


def asking_roles(actor: Actor) -> Collection[Role]:
    """Return the roles by which a person asks: those for all brands, because facts are of all brands.

    Raises:
        Forbidden: There is none.
    """
    require(actor, Permission.RISK_ASK, None)
    held = actor.roles.get(ALL_BRANDS, frozenset())
    return frozenset(role for role in held if Permission.RISK_ASK in ROLES[role])
