"""`furlong analytics`: questions about everything that happened, over all cells."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.json_lists import AsJson, echo_json, table
from furlong.cli.long_work import working
from furlong.cli.options import analytics_settings, database_settings, fail, product_clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.questions.sandbox import Answer, Question

cli = typer.Typer(help="Questions about everything that happened, over all cells.", no_args_is_help=True)


class Format(Enum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


AsFormat = Annotated[Format, typer.Option("--format", help="How the answer is written.")]
AsRole = Annotated[
    str | None,
    typer.Option("--as-role", help="Ask only the tables of this role; by default FURLONG_ANALYTICS_ROLE."),
]
ToFile = Annotated[Path | None, typer.Option("--out", help="Write the answer into this file.")]


@cli.command("ask")
def ask_sql(
    sql: Annotated[str, typer.Argument(help='A question in SQL, such as "SELECT count() FROM bets".')],
    form: AsFormat = Format.TABLE,
    out: ToFile = None,
    role: AsRole = None,
) -> None:
    """Ask a question in ClickHouse's SQL; it is recorded in the audit log.

    It runs in a process of its own that sees a snapshot of the facts and nothing else. `furlong analytics
    facts` lists what can be asked.
    """
    from analytics.questions.sandbox import Question

    _answer(Question(sql, form.value), out, role)


@cli.command("report")
def show_report(
    name: Annotated[
        str | None, typer.Argument(help="The report; without it, all reports are listed.", show_default=False)
    ] = None,
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    week: Annotated[str | None, typer.Option(help="Only this ISO week, such as 2026-W13.")] = None,
    *,
    form: AsFormat = Format.TABLE,
    out: ToFile = None,
    role: AsRole = None,
) -> None:
    """Show a report, and up to when its facts are complete; it is recorded in the audit log."""
    from analytics.errors import QuestionRefused
    from analytics.questions.reports import report_question

    if name is None:
        list_facts(reports=True, as_json=False)
        return
    try:
        question = report_question(name, form.value, brand, week)
    except QuestionRefused as error:
        fail(error)
    _answer(question, out, role)


@cli.command("export")
def export_facts(
    folder: Annotated[Path, typer.Argument(help="Where the files are written.")],
    table_names: Annotated[
        list[str] | None, typer.Option("--table", help="Only this table of records; may be repeated.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day, in UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day, in UTC.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the records as Parquet, a file for each table and day; it is recorded in the audit log.

    A file is written again only if the records of its day have changed. The layout is that of lakes:
    TABLE/day=2026-11-24/….parquet.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from analytics.errors import AnalyticsError
    from analytics.questions.export import export

    days = since.date() if since else date.min, until.date() if until else date.max
    try:
        asyncio.run(_record("analytics.export", {"folder": str(folder)}))
        files = []
        for file in export(folder, analytics_settings(), table_names or (), *days):
            files.append(file)
            if file.is_new and not as_json:
                typer.echo(f"{file.table} {file.day}: {file.rows} records")
    except (AnalyticsError, SQLAlchemyError, OSError) as error:
        fail(error)
    if as_json:
        echo_json(
            {
                "table": file.table,
                "day": file.day,
                "rows": file.rows,
                "path": str(file.path),
                "written": file.is_new,
            }
            for file in files
        )
    else:
        written = sum(file.is_new for file in files)
        typer.echo(f"{written} files written, {len(files) - written} unchanged")


@cli.command("facts")
def list_facts(
    *,
    reports: Annotated[bool, typer.Option("--reports", help="The reports instead of the facts.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what can be asked, with what a row means."""
    from analytics.questions.reports import PREFIX
    from analytics.schema import rollups, views

    said = {view.name: view.says for view in views()}
    said |= {rollup.name: rollup.says for rollup in rollups() if not rollup.name.startswith("rollup_")}
    descriptions = {
        name.removeprefix(PREFIX): says for name, says in said.items() if name.startswith(PREFIX) == reports
    }
    if as_json:
        echo_json({"name": name, "says": says} for name, says in descriptions.items())
        return
    for name, says in descriptions.items():
        typer.echo(f"{name}\n    {says}")


def _answer(question: Question, out: Path | None, role: str | None) -> None:
    """Record a question, ask it, and write the answer; up to when it is complete goes to stderr."""
    from sqlalchemy.exc import SQLAlchemyError

    from analytics.errors import AnalyticsError, QuestionRefused
    from analytics.questions.roles import hidden_from
    from analytics.questions.sandbox import ask
    from furlong.demo import ready_file

    settings = analytics_settings()
    seen = {"sql": question.sql, "role": role or settings.role}
    try:
        with working("Asking a snapshot of the facts"):
            asyncio.run(_record("analytics.ask", seen))
            try:
                answer = ask(replace(question, hidden=hidden_from(seen["role"])), settings)
            except QuestionRefused as refusal:
                asyncio.run(_record("analytics.refused", seen | {"reason": str(refusal)}))
                raise
    except (AnalyticsError, SQLAlchemyError, OSError) as error:
        fail(error)
    if out is not None:
        out.write_bytes(answer.body)
    elif question.form == "table":
        typer.echo("\n".join(_table(answer)))
    else:
        sys.stdout.buffer.write(answer.body)
        sys.stdout.buffer.flush()
    now = product_clock().now()
    for cell in answer.completeness:
        typer.echo(cell.says(now), err=True)
    if not answer.completeness:
        fills = "make demo ARGS=--analytics" if ready_file.read() else "furlong consume analytics"
        typer.echo(f"INCOMPLETE: nothing was read yet; `{fills}` fills the store", err=True)


def _table(answer: Answer) -> list[str]:
    # The engine writes an array of rows, of which the first has the names.
    rows = json.loads(b"[" + b",".join(answer.body.splitlines()) + b"]")
    return list(table(rows))


async def _record(action: str, seen: Mapping[str, str]) -> None:
    """Record in the audit log who asks what, before it is asked, and what was refused."""
    from backoffice.audit.audit_log import AuditLog
    from foundation.storage.database import open_databases
    from furlong.cli.operating_person import operator

    async with open_databases(database_settings(), "backoffice") as (database,):
        await AuditLog(product_clock()).record_access(
            database, operator(None), action, brand=None, subject="analytics:question", seen=dict(seen)
        )
