"""`furlong import crm`: imports the qualifying customers of past weeks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.long_work import Items, Verbose, working
from furlong.cli.options import database_settings, fail, product_clock

if TYPE_CHECKING:
    from furlong.install.crm_import import CrmPlan

cli = typer.Typer(no_args_is_help=True, help="Import weeks that were run by hand before.")


@cli.callback()
def import_group() -> None:
    """Make each import a subcommand."""


@cli.command()
def crm(
    *,
    file: Annotated[Path, typer.Argument(help="A CSV file; docs/import.md describes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    whole: Annotated[
        bool, typer.Option("--all-or-nothing", help="Import nothing if any row is rejected.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Import who qualified in past weeks: `+` new, `~` changed, `=` unchanged, `!` rejected.

    Rejected rows do not prevent the others from being imported, unless --all-or-nothing is given. The exit
    status is then 1.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from furlong.install.crm_import import CrmError

    try:
        plan = asyncio.run(_crm(file, dry_run=dry_run, whole=whole, verbose=verbose))
    except (CrmError, SQLAlchemyError) as error:
        fail(error)
    if plan.rejected:
        raise typer.Exit(1)


async def _crm(file: Path, *, dry_run: bool, whole: bool, verbose: bool) -> CrmPlan:
    from foundation.storage.database import Database
    from furlong.install.crm_import import apply_import, plan_import
    from subgraphs.kit.live.wiring import publishing
    from subgraphs.kit.records.erasure import Pseudonyms
    from subgraphs.progress.customer_data import erasure_of

    settings, now = database_settings().entering_closed(), product_clock().now()
    progress, rewards = (Database.open(settings, name) for name in ("progress", "rewards"))
    erasure = erasure_of(progress.dialect, Pseudonyms.from_settings(settings))
    try:
        with working("Reading the file"):
            plan = await plan_import(file, progress, rewards, now, erasure)
        items = Items(verbose=verbose)
        for line in plan.row_lines():
            items.echo(line)
        items.end()
        typer.echo("\n".join(plan.summary_lines()))
        refused = dry_run or (whole and bool(plan.rejected))
        if not refused:
            with working("Importing"):
                async with publishing() as changed:
                    await apply_import(plan, progress, now, changed)
    finally:
        await progress.close()
        await rewards.close()
    typer.echo("Nothing was changed." if refused else "Imported.")
    return plan
