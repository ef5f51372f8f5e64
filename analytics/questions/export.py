"""The way to a lake: records as Parquet, a file for each table and day, written again only if they changed.

A file has the records of a table that happened on a day, in a fixed order, so that the same records are the
same bytes. What it was made of is in its name, so that nothing else need be kept, and a file is complete or
not there. Late records change their day's file, and no other.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from analytics.errors import QuestionRefused
from analytics.questions.sandbox import Question, ask
from analytics.record_tables import RECORD_TABLES, RecordTable
from analytics.settings import AnalyticsSettings

ROWS: Final = 50_000_000
BYTES: Final = 4 * 2**30
SECONDS: Final = 600.0
"""The limits of a file, which are wider than those of a question."""

_NOT_EXPORTED: Final = ("range_first", "range_last", "refused")
_DAYS: Final = """
SELECT toString(toDate(occurred_at)) AS day, count() AS row_count,
    hex(groupBitXor(sipHash64(generation, topic_partition, topic_offset))) AS state
FROM {table} WHERE refused = '' GROUP BY day ORDER BY day
"""
_ROWS: Final = """
SELECT {columns} FROM {table} WHERE refused = '' AND toDate(occurred_at) = '{day}'
ORDER BY generation, topic_partition, topic_offset
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file of a table's day.

    Attributes:
        day: As `2026-11-24`, in UTC.
        is_new: Whether it was written now; otherwise it was there, and had the same records.
    """

    table: str
    day: str
    rows: int
    path: Path
    is_new: bool


def export(
    folder: Path,
    settings: AnalyticsSettings,
    names: Sequence[str] = (),
    since: date = date.min,
    until: date = date.max,
) -> Iterator[Exported]:
    """Write what has changed, and yield each file of the days.

    Args:
        folder: Gets `TABLE/day=DAY/ROWS-STATE.parquet`, as lakes lay out partitions.
        settings: The store.
        names: The tables of records; by default all.
        since: The first day, in UTC.
        until: The last day.

    Raises:
        QuestionRefused: There is no such table.
        QuestionFailed: A day goes beyond the limits of a file.
        StoreFault: The store cannot be read.
        OSError: The same, or the folder cannot be written.
    """
    tables = {table.name: table for table in RECORD_TABLES}
    unknown = sorted(set(names) - tables.keys())
    if unknown:
        raise QuestionRefused(f"there is no table {unknown[0]} of records; there are {', '.join(tables)}")
    wide = settings.model_copy(
        update={
            "question_rows": max(ROWS, settings.question_rows),
            "question_bytes": max(BYTES, settings.question_bytes),
            "question_seconds": max(SECONDS, settings.question_seconds),
        }
    )
    for name in names or tables:
        for state in _states(tables[name], wide):
            if since <= date.fromisoformat(state["day"]) <= until:
                yield _file(folder, tables[name], state, wide)


def _states(table: RecordTable, settings: AnalyticsSettings) -> list[Mapping[str, str]]:
    """Return the days of a table, and what the records of each are."""
    answer = ask(Question(_DAYS.format(table=table.name), "json"), settings).body
    states: list[Mapping[str, str]] = json.loads(answer or b"[]")
    return states


def _file(
    folder: Path, table: RecordTable, state: Mapping[str, str], settings: AnalyticsSettings
) -> Exported:
    """Write the file of a day, unless it is there, and remove what it replaces."""
    own = folder / table.name / f"day={state['day']}"
    path = own / f"{state['row_count']}-{state['state'].lower()}.parquet"
    exported = Exported(table.name, state["day"], int(state["row_count"]), path, is_new=False)
    if path.exists():
        return exported
    columns = ", ".join(name for name in table.columns if name not in _NOT_EXPORTED)
    sql = _ROWS.format(columns=columns, table=table.name, day=state["day"])
    body = ask(Question(sql, "parquet"), settings).body
    own.mkdir(parents=True, exist_ok=True)
    unfinished = own / f".{path.name}"
    unfinished.write_bytes(body)
    former = list(own.glob("*.parquet"))
    unfinished.replace(path)
    for file in former:
        file.unlink(missing_ok=True)
    return replace(exported, is_new=True)
