"""`furlong cell …`: the commands, and `claim` and `status`: which cell databases belong to."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operations.cells import mirroring, moving, routing
from furlong.cli.options import database_settings, demo_cells, fail

if TYPE_CHECKING:
    from cells.claim import DatabaseCell
    from foundation.storage.settings import DatabaseSettings

cli = typer.Typer(no_args_is_help=True, help="Cells: which databases have which customers.")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]


@cli.callback()
def group() -> None:
    """Make each command a subcommand."""


@cli.command()
def claim(*, dry_run: DryRun = False) -> None:
    """Record in this cell's databases that they belong to it, once, before its processes start.

    The cell is that of FURLONG_CELL, FURLONG_CELL_PARTITIONS and FURLONG_CELL_OF.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from cells.claim import claim as claim_databases
    from foundation.storage.errors import CellMismatch
    from furlong.install.topics import KEYED_TOPICS
    from furlong.subgraph_names import SUBGRAPHS

    settings = database_settings()
    try:
        claimed = asyncio.run(claim_databases(settings, SUBGRAPHS, KEYED_TOPICS, dry_run=dry_run))
    except (CellMismatch, ValueError, SQLAlchemyError, OSError) as error:
        fail(error)
    for one in claimed:
        typer.echo(f"+ {one.database}: {one.row.cell if one.row else ''}")
    if not claimed:
        typer.echo(f"= all databases belong to cell {settings.cell.own()}.")


@cli.command()
def status(*, as_json: AsJson = False) -> None:
    """Show which cell each database belongs to. The exit status is 1 if one does not fit the settings.

    With FURLONG_REGION, also name customers whose brand and jurisdiction belong to another region.
    For a demo with cells in this folder, show all cells, unless FURLONG_CELL names one.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from cells.claim import read_cells
    from cells.regions.region_map import RegionMapError
    from furlong.subgraph_names import SUBGRAPHS

    of_demo = [] if "FURLONG_CELL" in os.environ else demo_cells()
    databases = of_demo or [database_settings()]
    try:
        read = [asyncio.run(read_cells(each, SUBGRAPHS)) for each in databases]
        found = [one for each in read for one in each]
        foreign = [problem for each in databases for problem in _foreign_customers(each)]
    except (SQLAlchemyError, OSError, RegionMapError) as error:
        fail(error)
    if as_json:
        echo_json(_facts(one) for one in found)
    elif all(one.row is None and not one.problem for one in found):
        typer.echo("This installation has no cells: one set of databases has all customers.")
    else:
        heads = ("database", "cell", "partitions", "of", "epoch", "state", "changed at")
        echo_table(heads, [list(_facts(one).values())[:-1] for one in found])
    for one in found:
        if one.problem:
            typer.echo(f"furlong: {one.database}: {one.problem}", err=True)
    for problem in foreign:
        typer.echo(f"furlong: {problem}", err=True)
    if foreign or any(one.problem for one in found):
        raise typer.Exit(1)


cli.command()(moving.plan)
cli.command()(moving.move)
cli.command()(moving.split)
cli.command()(moving.merge)
cli.command()(moving.verify)
cli.command()(routing.route)
cli.command()(mirroring.mirror)


def _foreign_customers(settings: DatabaseSettings) -> list[str]:
    from cells.claim import count_accounts
    from cells.regions.bound_region import RegionSettings
    from furlong.subgraph_names import SUBGRAPHS

    region = RegionSettings().own()
    return [] if region is None else region.problems(asyncio.run(count_accounts(settings, SUBGRAPHS[0])))


def _facts(one: DatabaseCell) -> dict[str, Any]:
    row = one.row
    return {
        "database": one.database,
        "cell": row and row.cell.name,
        "partitions": row and row.cell.partitions,
        "of": row and row.cell.of,
        "epoch": row and row.epoch,
        "state": row and row.state.value,
        "changed_at": row and row.changed_at,
        "problem": one.problem,
    }
