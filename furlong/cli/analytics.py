"""`furlong analytics`: questions about everything that happened, over all cells."""

from __future__ import annotations

import asyncio
import json
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.json_lists import AsJson, echo_json, table
from furlong.cli.options import analytics_settings, database_settings, fail, product_clock

if TYPE_CHECKING:
    from analytics.questions.sandbox import Answer, Question

cli = typer.Typer(help="Questions about everything that happened, over all cells.", no_args_is_help=True)


class Format(Enum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


AsFormat = Annotated[Format, typer.Option("--format", help="How the answer is written.")]
ToFile = Annotated[Path | None, typer.Option("--out", help="Write the answer into this file.")]


@cli.command("ask")
def ask_sql(
    sql: Annotated[str, typer.Argument(help='A question in SQL, such as "SELECT count() FROM bets".')],
    form: AsFormat = Format.TABLE,
    out: ToFile = None,
) -> None:
    """Ask a question in ClickHouse's SQL; it is recorded in the audit log.

    It runs in a process of its own that sees a snapshot of the facts and nothing else. `furlong analytics
    facts` lists what can be asked.
    """
    from analytics.questions.sandbox import Question

    _answer(Question(sql, form.value), out)


@cli.command("report")
def show_report(
    name: Annotated[str, typer.Argument(help="The report; `furlong analytics facts --reports` lists them.")],
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    week: Annotated[str | None, typer.Option(help="Only this ISO week, such as 2026-W13.")] = None,
    form: AsFormat = Format.TABLE,
    out: ToFile = None,
) -> None:
    """Show a report, and up to when its facts are complete; it is recorded in the audit log."""
    from analytics.errors import QuestionRefused
    from analytics.questions.reports import report_question

    try:
        question = report_question(name, form.value, brand, week)
    except QuestionRefused as error:
        fail(error)
    _answer(question, out)


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


def _answer(question: Question, out: Path | None) -> None:
    """Record a question, ask it, and write the answer; up to when it is complete goes to stderr."""
    from sqlalchemy.exc import SQLAlchemyError

    from analytics.errors import AnalyticsError
    from analytics.questions.sandbox import ask

    try:
        asyncio.run(_record(question.sql))
        answer = ask(question, analytics_settings())
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
        typer.echo("INCOMPLETE: nothing was read yet; `furlong consume analytics` fills the store", err=True)


def _table(answer: Answer) -> list[str]:
    # The engine writes an array of rows, of which the first has the names.
    rows = json.loads(b"[" + b",".join(answer.body.splitlines()) + b"]")
    return list(table(rows))


async def _record(sql: str) -> None:
    """Record in the audit log who asks what, before it is asked."""
    from backoffice.audit.audit_log import AuditLog
    from foundation.storage.database import Database
    from furlong.cli.operating_person import operator

    database = Database.open(database_settings(), "backoffice")
    try:
        await AuditLog(product_clock()).record_access(
            database,
            operator(None),
            "analytics.ask",
            brand=None,
            subject="analytics:question",
            seen={"sql": sql},
        )
    finally:
        await database.close()
