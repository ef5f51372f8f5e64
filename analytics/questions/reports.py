"""The questions ready-made: each is a view of `reports.sql`, asked in the sandbox like any other question."""

from collections.abc import Mapping
from typing import Final

from analytics.engine import quoted
from analytics.errors import QuestionRefused
from analytics.questions.sandbox import Question
from analytics.schema import View, views

PREFIX: Final = "report_"
_WITHOUT_WEEK: Final = frozenset({"retention", "latency", "revenue", "events", "exposure"})


def reports() -> Mapping[str, View]:
    """Return the reports by name."""
    return {view.name.removeprefix(PREFIX): view for view in views() if view.name.startswith(PREFIX)}


def report_question(name: str, form: str, brand: str | None = None, week: str | None = None) -> Question:
    """Return the question that a report asks.

    Raises:
        QuestionRefused: There is no such report, or it has no weeks.
    """
    known = reports()
    if name not in known:
        raise QuestionRefused(f"there is no report {name!r}; there are {', '.join(sorted(known))}")
    if week is not None and name in _WITHOUT_WEEK:
        raise QuestionRefused(f"the report {name} is not by week of the club")
    wanted = [f"brand = {quoted(brand)}"] if brand is not None else []
    wanted += [f"iso_week = {quoted(week)}"] if week is not None else []
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    return Question(f"SELECT * FROM {known[name].name}{where}", form)
