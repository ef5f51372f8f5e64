"""Asks an analyst's question in a process of its own, which sees a snapshot and nothing else.

Bubblewrap gives it its own root of files, no network and no other processes; without bubblewrap the process
confines itself by Landlock. Without either, no question is asked.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from analytics.engine import retention_of
from analytics.errors import QuestionFailed, QuestionRefused
from analytics.questions.catalog import described, listed, listing_of
from analytics.questions.ending import Ending
from analytics.questions.engine_words import in_words
from analytics.questions.snapshot import Snapshot, taken
from analytics.schema import DATABASE
from analytics.settings import AnalyticsSettings

READER: Final = Path(__file__).with_name("reader.py")
START_SECONDS: Final = 30.0
FRESH: Final = timedelta(minutes=1)
"""Facts that are complete up to so long ago count as those of the present."""

_NEVER: Final = 1970
FORMATS: Final = {
    "table": "JSONCompactEachRowWithNames",
    "csv": "CSVWithNames",
    "json": "JSONEachRow",
    "parquet": "Parquet",
}
"""What the engine calls the formats of an answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of somebody.

    Attributes:
        form: One of `FORMATS`.
        hidden: Tables that the person may not read.
    """

    sql: str
    form: str = "table"
    hidden: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Completeness:
    """Up to when the facts of a cell are all in the store, at the time of the snapshot.

    Attributes:
        cell: The cell's name; `*` in an installation without cells.
        until: Everything that was produced until then has been read.
        waiting: How many records were produced and not read.
    """

    cell: str
    until: datetime
    waiting: int

    def says(self, now: datetime) -> str:
        """Return the sentence that an answer is shown with."""
        where = "" if self.cell == "*" else f"cell {self.cell}: "
        waiting = f"; {self.waiting:,} records wait" if self.waiting else ""
        if self.until.year == _NEVER:
            return f"INCOMPLETE: {where}nothing was read up to the present yet{waiting}"
        day = "" if self.until.date() == now.date() else f"{self.until.day} {self.until:%B %Y}, "
        until = f"complete up to {day}{self.until:%H:%M:%S} UTC"
        if now - self.until < FRESH and not self.waiting:
            said = f"{where}{until}"
            return f"{said[0].upper()}{said[1:]}"
        return f"INCOMPLETE: {where}{until}{waiting}"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question.

    Attributes:
        body: In the question's format.
        completeness: Of each cell; empty if nothing was ever read.
    """

    body: bytes
    completeness: Sequence[Completeness]


def ask(
    question: Question,
    settings: AnalyticsSettings,
    *,
    bubblewrap: str | None = None,
    ending: Ending | None = None,
) -> Answer:
    """Return the answer to a question, in its format.

    Args:
        question: The question.
        settings: The store and the limits.
        bubblewrap: Path of the program; by default that of the machine. An empty text stands for none.
        ending: Ends the question for who does not wait any more.

    Raises:
        QuestionRefused: It may not be asked, or is not understood.
        QuestionFailed: It went beyond its limits.
        NotInstalled: The packages of the engine are missing.
        StillFilling: The store is filled for the first time.
        StoreFault: The store cannot be read.
        OSError: The same.
    """
    listing = listing_of(question.sql)
    says: Mapping[str, str] = {}
    if listing is not None and listing.table:
        says = described(listing.table, question.hidden)
    elif listing is not None:
        says = listed(question.hidden, listing.like)
    program = shutil.which("bwrap") if bubblewrap is None else bubblewrap
    with taken(settings.folder, retention_of(settings)) as snapshot:
        own = [sys.executable, "-I", "-B", str(READER), str(snapshot.folder)]
        command = [*_isolated(program, snapshot), *own] if program else own
        asked = {
            "sql": question.sql,
            "database": DATABASE,
            "format": FORMATS[question.form],
            "hidden": sorted(question.hidden),
            "memory": settings.question_memory,
            "seconds": settings.question_seconds,
            "rows": settings.question_rows,
            "bytes": settings.question_bytes,
            "landlock": not program,
            "listing": None if listing is None else listing.table,
            "says": says,
        }
        return _result(command, json.dumps(asked).encode(), settings, ending or Ending())


def _result(command: list[str], asked: bytes, settings: AnalyticsSettings, ending: Ending) -> Answer:
    limit = settings.question_seconds + START_SECONDS
    try:
        done = ending.run(command, asked, limit)
    except subprocess.TimeoutExpired as fault:
        raise QuestionFailed(_limit_of("Timeout exceeded", settings)) from fault
    head, _, body = done.stdout.partition(b"\n")
    if not head:
        raise QuestionFailed(_end_of(done))
    said = json.loads(head)
    if "refused" in said:
        raise QuestionRefused(in_words(said["refused"]))
    if "failed" in said:
        raise QuestionFailed(_limit_of(said["failed"], settings))
    return Answer(body, [_completeness(**row) for row in said["completeness"]])


def _limit_of(fault: str, settings: AnalyticsSettings) -> str:
    """Return a fault of the engine, in words if it is a limit."""
    if "Timeout exceeded" in fault:
        seconds = f"{settings.question_seconds:g} seconds"
        return f"the question took more than {seconds}: ask about fewer days, or a report_ table"
    if "max rows" in fault:
        return f"the answer has more than {settings.question_rows:,} rows: add LIMIT, or sum up with GROUP BY"
    if "max bytes" in fault:
        return f"the answer has more than {settings.question_bytes:,} bytes: add LIMIT, or ask fewer columns"
    return in_words(fault)


def _completeness(cell: str, until: int, waiting: int) -> Completeness:
    return Completeness(cell, datetime.fromtimestamp(until, UTC), waiting)


def _end_of(done: subprocess.CompletedProcess[bytes]) -> str:
    """Say why there is no answer at all."""
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
    said = f": {last[0][:300]}" if last else ""
    return f"the question's process ended with {done.returncode}, such as by too much memory or time{said}"


def _isolated(program: str, snapshot: Snapshot) -> list[str]:
    """Return the command that runs another in a world of its own, as nobody, with the snapshot alone.

    It has no terminal, because `Ending` begins a session for it; one of its own would take it out of its
    group. What is published is mounted read-only, because its files are those of the store.
    """
    readable = {sys.prefix, sys.base_prefix, str(READER)}
    return [
        program,
        *("--unshare-all", "--die-with-parent", "--clearenv"),
        *("--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"),
        *("--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"),
        *("--proc", "/proc", "--dev", "/dev", "--size", str(64 * 2**20), "--tmpfs", "/tmp"),  # noqa: S108
        *(
            part
            for path in sorted(readable)
            if not path.startswith("/usr/")
            for part in ("--ro-bind", path, path)
        ),
        *("--bind", str(snapshot.folder), str(snapshot.folder)),
        *("--ro-bind", str(snapshot.published), str(snapshot.published)),
        *("--chdir", "/"),
    ]
