"""Commands that take over what was done by hand before."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong import crm as importing
from furlong.commands.options import database_settings, fail, product_clock
from storage.database import Database
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.progress.erasure import erasure_of

cli = typer.Typer(no_args_is_help=True, help="Take over what was done by hand before.")


@cli.callback()
def import_group() -> None:
    """Keeps each import a command of its own."""


@cli.command()
def crm(
    *,
    file: Annotated[Path, typer.Argument(help="A CSV file; docs/import.md describes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    whole: Annotated[
        bool, typer.Option("--all-or-nothing", help="Import nothing while any row is rejected.")
    ] = False,
) -> None:
    """Take over who qualified in past weeks: `+` new, `~` changed, `=` as before, `!` rejected.

    Rows that are wrong do not keep the others out, but with --all-or-nothing; the command then ends with 1.
    """
    try:
        plan = asyncio.run(_crm(file, dry_run=dry_run, whole=whole))
    except (importing.CrmError, SQLAlchemyError) as error:
        fail(error)
    if plan.rejected:
        raise typer.Exit(1)


async def _crm(file: Path, *, dry_run: bool, whole: bool) -> importing.CrmPlan:
    settings, now = database_settings(), product_clock().now()
    progress, rewards = (Database.open(settings, name) for name in ("progress", "rewards"))
    erasure = erasure_of(progress.dialect, Pseudonyms.from_settings(settings))
    try:
        plan = await importing.plan_import(file, progress, rewards, now, erasure)
        typer.echo("\n".join(plan.lines()))
        refused = dry_run or (whole and bool(plan.rejected))
        if not refused:
            await importing.carry_out(plan, progress, now)
    finally:
        await progress.close()
        await rewards.close()
    typer.echo("Nothing was changed." if refused else "Imported.")
    return plan
