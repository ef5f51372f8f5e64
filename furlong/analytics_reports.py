"""The reports of analytics for the back office, asked in the sandbox like anybody's questions."""

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from analytics.settings import AnalyticsSettings
from backoffice.risk.analytics import (
    NOT_HERE,
    AnalyticsCompleteness,
    AnalyticsReport,
    AskedReport,
    ReportFilling,
    ReportSource,
    ReportUnavailable,
    report_of,
)
from foundation.storage.clock import Clock

if TYPE_CHECKING:
    from analytics.questions.ending import Ending
    from analytics.questions.sandbox import Answer

T = TypeVar("T")


def report_source(settings: Callable[[], AnalyticsSettings], clock: Clock) -> ReportSource:
    """Return the source over the embedded store; what it needs is imported when it is asked.

    Args:
        settings: Returns the store's settings and the limits of a question.
        clock: The product's, by which an answer is complete or not.
    """

    async def read(asked: AskedReport) -> AnalyticsReport:
        given = settings()
        return await while_awaited(lambda ending: _read(asked, given, clock, ending))

    return read


async def while_awaited(ask: "Callable[[Ending], T]") -> T:
    """Ask in a thread; who is cancelled while waiting has the question ended, and waits until it is."""
    from analytics.questions.ending import Ending  # noqa: PLC0415 - a back office without analytics imports none

    ending = Ending()
    asking = asyncio.ensure_future(asyncio.to_thread(ask, ending))
    try:
        return await asyncio.shield(asking)
    except asyncio.CancelledError:
        ending.end()
        await asyncio.gather(asking, return_exceptions=True)
        raise


def _read(asked: AskedReport, settings: AnalyticsSettings, clock: Clock, ending: "Ending") -> AnalyticsReport:
    from analytics.errors import AnalyticsError, StillFilling  # noqa: PLC0415 - a back office without analytics imports none
    from analytics.questions.reports import report_question, reports  # noqa: PLC0415 - the same
    from analytics.questions.sandbox import ask  # noqa: PLC0415 - the same

    name = asked.name.value
    if not settings.folder.is_dir():
        raise ReportUnavailable(NOT_HERE)
    try:
        question = report_question(name, "table", asked.brand, asked.iso_week)
        answer = ask(question, settings, ending=ending)
    except StillFilling as fault:
        raise ReportFilling(str(fault)) from fault
    except (AnalyticsError, OSError) as fault:
        raise ReportUnavailable(f"Analytics cannot be asked at present: {fault}") from fault
    rows = [json.loads(line) for line in answer.body.splitlines()]
    return report_of(reports()[name].says, rows, completeness_of(answer, clock))


def completeness_of(answer: "Answer", clock: Clock) -> list[AnalyticsCompleteness]:
    """Return up to when an answer is complete, as the graph shows it."""
    now = clock.now()
    return [
        AnalyticsCompleteness(cell=cell.cell, until=cell.until, waiting=cell.waiting, says=cell.says(now))
        for cell in answer.completeness
    ]
