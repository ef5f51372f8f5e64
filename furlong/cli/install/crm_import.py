"""`furlong import crm`: imports the qualifying customers of past weeks."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.cli.options import database_settings, fail, product_clock
from furlong.install.crm_import import CrmError, CrmPlan, apply_import, plan_import
from storage.database import Database
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.progress.erasure import erasure_of

cli = typer.Typer(no_args_is_help=True, help="Import what was done by hand before.")


@cli.callback()
def import_group() -> None:
    """Make each import a command of its own."""


@cli.command()
def crm(
    *,
    file: Annotated[Path, typer.Argument(help="A CSV file; docs/import.md describes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    whole: Annotated[
        bool, typer.Option("--all-or-nothing", help="Import nothing while any row is rejected.")
    ] = False,
) -> None:
    """Import who qualified in past weeks: `+` new, `~` changed, `=` unchanged, `!` rejected.

    Wrong rows do not keep the others out, unless --all-or-nothing is given; they make the exit status 1.
    """
    try:
        plan = asyncio.run(_crm(file, dry_run=dry_run, whole=whole))
    except (CrmError, SQLAlchemyError) as error:
        fail(error)
    if plan.rejected:
        raise typer.Exit(1)


async def _crm(file: Path, *, dry_run: bool, whole: bool) -> CrmPlan:
    settings, now = database_settings(), product_clock().now()
    progress, rewards = (Database.open(settings, name) for name in ("progress", "rewards"))
    erasure = erasure_of(progress.dialect, Pseudonyms.from_settings(settings))
    try:
        plan = await plan_import(file, progress, rewards, now, erasure)
        typer.echo("\n".join(plan.lines()))
        refused = dry_run or (whole and bool(plan.rejected))
        if not refused:
            await apply_import(plan, progress, now)
    finally:
        await progress.close()
        await rewards.close()
    typer.echo("Nothing was changed." if refused else "Imported.")
    return plan
