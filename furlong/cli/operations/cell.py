"""`furlong cell …`: which cell databases belong to, and the files that route customers and join regions."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operations import cell_moves
from furlong.cli.options import database_settings, demo_cells, fail

if TYPE_CHECKING:
    from cells.claim import DatabaseCell
    from foundation.storage.settings import DatabaseSettings


def route(
    *,
    cell_map: Annotated[Path, typer.Argument(metavar="MAP", help="The map of the cells, in YAML.")],
    folder: Annotated[Path, typer.Option(help="The folder that HAProxy reads.")] = Path(
        "/etc/haproxy/furlong"
    ),
    running: Annotated[
        bool, typer.Option("--running", help="Also change the map of the running HAProxy, without a reload.")
    ] = False,
    check: Annotated[
        bool, typer.Option(help="Let HAProxy check the configuration before it is written.")
    ] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show which files would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write HAProxy's configuration, map of partitions and Lua code, which route customers to their cells."""
    from cells.errors import MapError, RouterError
    from cells.routing import haproxy
    from cells.routing.cell_map import read_map

    try:
        cells = read_map(cell_map)
        folder = folder.resolve()
        complaint = haproxy.check_files(cells) if check else None
        if complaint:
            fail(f"HAProxy refuses the configuration: {complaint}")
        changes = sorted(haproxy.changes_in(cells, folder))
        partitions = None
        if not dry_run:
            haproxy.write_files(cells, folder)
            partitions = haproxy.change_running(cells, folder) if running else None
    except (MapError, RouterError, OSError) as error:
        fail(error)
    if as_json:
        echo_json([{"file": str(folder / name), "written": not dry_run} for name in changes])
        return
    typer.echo("\n".join(f"~ {folder / name}" for name in changes) or "= no file changes.")
    if partitions is not None:
        typer.echo(f"The running HAProxy now routes {partitions} partitions differently.")


def mirror(
    *,
    regions: Annotated[Path, typer.Argument(metavar="MAP", help="The map of the regions, in YAML.")],
    file: Annotated[
        Path | None, typer.Option(help="The file to write; otherwise the configuration is printed.")
    ] = None,
) -> None:
    """Write the configuration of MirrorMaker 2, which copies the topics that all regions share.

    Each region runs MirrorMaker with it: connect-mirror-maker.sh FILE --clusters REGION
    """
    from cells.regions import RegionMapError, mirror_properties, read_regions
    from furlong.topic_plans import FROM_HOME, TO_HOME

    try:
        text = mirror_properties(read_regions(regions), FROM_HOME, TO_HOME)
        if file is None:
            typer.echo(text, nl=False)
            return
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            typer.echo("= no file changes.")
            return
        file.write_text(text, encoding="utf-8")
    except (RegionMapError, OSError) as error:
        fail(error)
    typer.echo(f"~ {file}")


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
    from furlong.topic_plans import KEYED_TOPICS
    from subgraphs.block_list import SUBGRAPHS

    settings = database_settings()
    try:
        claimed = asyncio.run(claim_databases(settings, SUBGRAPHS, KEYED_TOPICS, dry_run=dry_run))
    except (CellMismatch, ValueError, SQLAlchemyError, OSError) as error:
        fail(error)
    for database in claimed:
        typer.echo(f"+ {database.database}: {database.row.cell if database.row else ''}")
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
    from cells.regions import RegionMapError
    from subgraphs.block_list import SUBGRAPHS

    of_demo = [] if "FURLONG_CELL" in os.environ else demo_cells()
    databases = of_demo or [database_settings()]
    try:
        read = [asyncio.run(read_cells(database, SUBGRAPHS)) for database in databases]
        listed = [cell for cells in read for cell in cells]
        foreign = [problem for database in databases for problem in _foreign_customers(database)]
    except (SQLAlchemyError, OSError, RegionMapError) as error:
        fail(error)
    if as_json:
        echo_json(_facts(cell) for cell in listed)
    elif all(cell.row is None and not cell.problem for cell in listed):
        typer.echo("This installation has no cells: one set of databases has all customers.")
    else:
        heads = ("database", "cell", "partitions", "of", "epoch", "state", "changed at")
        echo_table(heads, [list(_facts(cell).values())[:-1] for cell in listed])
    for cell in listed:
        if cell.problem:
            typer.echo(f"furlong: {cell.database}: {cell.problem}", err=True)
    for problem in foreign:
        typer.echo(f"furlong: {problem}", err=True)
    if foreign or any(cell.problem for cell in listed):
        raise typer.Exit(1)


cli.command()(cell_moves.plan)
cli.command()(cell_moves.move)
cli.command()(cell_moves.split)
cli.command()(cell_moves.merge)
cli.command()(cell_moves.verify)
cli.command()(route)
cli.command()(mirror)


def _foreign_customers(settings: DatabaseSettings) -> list[str]:
    from cells.claim import count_accounts
    from cells.regions import RegionSettings
    from subgraphs.block_list import SUBGRAPHS

    region = RegionSettings().own()
    return [] if region is None else region.problems(asyncio.run(count_accounts(settings, SUBGRAPHS[0])))


def _facts(cell: DatabaseCell) -> dict[str, Any]:
    row = cell.row
    return {
        "database": cell.database,
        "cell": row and row.cell.name,
        "partitions": row and row.cell.partitions,
        "of": row and row.cell.of,
        "epoch": row and row.epoch,
        "state": row and row.state.value,
        "changed_at": row and row.changed_at,
        "problem": cell.problem,
    }
