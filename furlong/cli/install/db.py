"""`furlong db …`: creates and migrates the databases, and shows their state."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.cli.options import database_settings, fail, product_clock
from furlong.databases import METADATA, SUBGRAPHS, NotMigrated, require_migrated, upgrade_databases
from storage.migrations.lock import MigrationLocked
from storage.migrations.resumable_steps import HalfDoneMigration
from storage.migrations.upgrade import MigrationStatus, RestoreUnfinished, TablesMissing, statuses

cli = typer.Typer(no_args_is_help=True, help="The databases.")

STATES = {
    "absent": "there is no database; `furlong db upgrade` creates it",
    "empty": "has no tables; `furlong db upgrade` creates them",
    "behind": "needs `furlong db upgrade`",
    "incomplete": "an upgrade was interrupted, or tables were dropped; run `furlong db upgrade` again",
    "ahead": "a newer version of Furlong migrated it; this version runs on it",
    "unrestored": "a restore was interrupted; run `furlong restore` again",
    "current": "up to date",
}


@cli.command()
def upgrade(
    *,
    wait: Annotated[float, typer.Option(min=0, help="How many seconds to wait for another upgrade.")] = 300,
) -> None:
    """Create the subgraphs' databases where they are missing, and migrate them to this version.

    One upgrade runs at a time; others wait. The next upgrade continues one that was killed.
    """
    reported: set[str] = set()

    def waiting(holder: str) -> None:
        if holder not in reported:
            reported.add(holder)
            typer.echo(f"Waiting for another upgrade: {holder}.", err=True)

    try:
        found = asyncio.run(upgrade_databases(database_settings(), waiting=waiting, wait_seconds=wait))
    except (
        SQLAlchemyError,
        OSError,
        ValueError,
        MigrationLocked,
        HalfDoneMigration,
        TablesMissing,
        RestoreUnfinished,
    ) as error:
        fail(error)
    for each in found:
        if each.state == "ahead":
            typer.echo(f"{each.subgraph}: at revision {each.revision}; {STATES['ahead']}.")
    typer.echo("The databases are up to date.")


@cli.command()
def status(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs.")] = False
) -> None:
    """Show each subgraph's database: its revision, the revision of this version, and missing tables.

    The exit status is 1 if an upgrade is needed.
    """
    product_clock()  # reports a rehearsal
    try:
        found = asyncio.run(statuses(database_settings(), METADATA))
    except (SQLAlchemyError, OSError, ValueError) as error:
        fail(error)
    typer.echo(json.dumps([asdict(each) for each in found], indent=2) if as_json else _table(found))
    if not all(each.serves for each in found):
        raise typer.Exit(1)


def check_databases(*names: str) -> None:
    """End the command if databases are not migrated; by default check those of all subgraphs."""
    try:
        asyncio.run(require_migrated(database_settings(), names or SUBGRAPHS))
    except (NotMigrated, ValueError) as error:
        fail(error)


def _table(found: tuple[MigrationStatus, ...]) -> str:
    lines = []
    for each in found:
        lines.append(
            f"{each.subgraph:<12} revision {each.revision or '-':<6} wanted {each.wanted:<6} "
            f"{each.state}: {STATES[each.state]}"
        )
        if each.missing and each.state not in {"absent", "empty"}:
            lines.append(f"{'':<12} missing: {', '.join(each.missing)}")
    return "\n".join(lines)
