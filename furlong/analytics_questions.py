"""Questions of the back office to the store of analytics, asked in the sandbox like anybody's."""

import asyncio
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.settings import AnalyticsSettings
from backoffice.access import Role
from backoffice.risk.analytics import NOT_HERE, ReportFilling, ReportUnavailable
from backoffice.risk.questions import AskableColumn, AskableTable, QuestionRefused, Table
from foundation.storage.clock import Clock
from furlong.analytics_reports import completeness_of, while_awaited

if TYPE_CHECKING:
    from analytics.questions.ending import Ending
    from analytics.questions.sandbox import Answer


@dataclass(frozen=True, slots=True)
class StoreQuestions:
    """Asks the embedded store; what it needs is imported when it is asked.

    Attributes:
        settings: Returns the store's settings and the limits of a question.
        clock: The product's, by which an answer is complete or not.
    """

    settings: Callable[[], AnalyticsSettings]
    clock: Clock

    def tables(self, roles: Collection[Role]) -> Sequence[AskableTable]:
        """Return the tables that somebody with any of these roles may ask."""
        from analytics.questions.catalog import listed  # noqa: PLC0415 - as in the reports

        self._require_store()
        return [AskableTable(name, says) for name, says in listed(_hidden_from(roles)).items()]

    async def columns(self, table: str, roles: Collection[Role]) -> Sequence[AskableColumn]:
        """Return the columns of a table."""
        if not table.isidentifier():
            raise QuestionRefused("There is no such table.")
        answer = await self._asked(f"DESCRIBE {table}", "table", roles)
        return [AskableColumn(*map(str, row)) for row in _rows(answer)[1:]]

    async def answer(self, sql: str, roles: Collection[Role]) -> Table:
        """Return the whole answer to a question."""
        answer = await self._asked(sql, "table", roles)
        columns, *rows = await asyncio.to_thread(_rows, answer) or [[]]
        return Table([str(name) for name in columns], rows, completeness_of(answer, self.clock))

    async def parquet(self, sql: str, roles: Collection[Role]) -> bytes:
        """Return the whole answer as a file."""
        return (await self._asked(sql, "parquet", roles)).body

    async def _asked(self, sql: str, form: str, roles: Collection[Role]) -> "Answer":
        self._require_store()
        given = self.settings()
        return await while_awaited(lambda ending: _ask(sql, form, roles, given, ending))

    def _require_store(self) -> None:
        if not self.settings().folder.is_dir():
            raise ReportUnavailable(NOT_HERE)


def _ask(
    sql: str, form: str, roles: Collection[Role], settings: AnalyticsSettings, ending: "Ending"
) -> "Answer":
    from analytics import errors  # noqa: PLC0415 - a back office without analytics imports none
    from analytics.questions.sandbox import Question, ask  # noqa: PLC0415 - the same

    try:
        return ask(Question(sql, form, _hidden_from(roles)), settings, ending=ending)
    except (errors.QuestionRefused, errors.QuestionFailed) as refusal:
        said = str(refusal)
        raise QuestionRefused(f"{said[0].upper()}{said[1:]}" if said else "") from refusal
    except errors.StillFilling as filling:
        raise ReportFilling(str(filling)) from filling
    except (errors.AnalyticsError, OSError) as fault:
        raise ReportUnavailable(f"Analytics cannot be asked at present: {fault}") from fault


def _hidden_from(roles: Collection[Role]) -> frozenset[str]:
    """Return what none of the roles may ask."""
    from analytics.questions.roles import hidden_from  # noqa: PLC0415 - the same

    return frozenset.intersection(*(hidden_from(role.value) for role in roles))


def _rows(answer: "Answer") -> list[list[object]]:
    return [[_plain(value) for value in json.loads(line)] for line in answer.body.splitlines()]


def _plain(value: object) -> object:
    """Return a list, a map or a truth as the engine writes it, and not as Python does."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | list | dict) else value
