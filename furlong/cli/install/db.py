"""`furlong db …`: creates and migrates the databases, and shows their state."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.options import database_settings, fail, product_clock, stream_settings
from furlong.database_names import DATABASES

if TYPE_CHECKING:
    from foundation.storage.migrations.upgrade import MigrationStatus
    from foundation.storage.settings import DatabaseSettings

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
Name = Annotated[str, typer.Argument(help=f"Which database: {', '.join(DATABASES)}.")]


@cli.command()
def upgrade(
    *,
    wait: Annotated[float, typer.Option(min=0, help="How many seconds to wait for another upgrade.")] = 300,
) -> None:
    """Create the subgraphs' databases where they are missing, and migrate them to this version.

    Only one upgrade runs at a time; others wait. If an upgrade was killed, the next one continues it. Nothing
    is written to a database server on which Furlong does not run.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from consumers.stream.errors import MixedInstallations
    from foundation.storage.migrations.lock import MigrationLocked
    from foundation.storage.migrations.resumable_steps import HalfDoneMigration
    from foundation.storage.migrations.upgrade import RestoreUnfinished, TablesMissing
    from foundation.storage.servers import address_of, by_server, server_at
    from furlong.databases import upgrade_databases

    reported: set[str] = set()

    def waiting(holder: str) -> None:
        if holder not in reported:
            reported.add(holder)
            typer.echo(f"Waiting for another upgrade: {holder}.", err=True)

    async def upgrade_all(settings: DatabaseSettings) -> tuple[MigrationStatus, ...]:
        servers = by_server(settings, DATABASES)
        for url, names in servers.items():  # all of them, before anything is written to one
            if server := await server_at(url):
                where = f" at {address_of(url)} ({', '.join(names)})" if len(servers) > 1 else ""
                typer.echo(f"The database server{where} is {server.says}.")
        return await upgrade_databases(settings, waiting=waiting, wait_seconds=wait)

    try:
        upgraded = asyncio.run(upgrade_all(database_settings(or_new=True)))
    except (
        SQLAlchemyError,
        OSError,
        ValueError,
        MigrationLocked,
        HalfDoneMigration,
        TablesMissing,
        RestoreUnfinished,
        MixedInstallations,
    ) as error:
        fail(error)
    for database in upgraded:
        if database.state == "ahead":
            typer.echo(f"{database.subgraph}: at revision {database.revision}; {STATES['ahead']}.")
    typer.echo("The databases are up to date.")


@cli.command()
def status(*, as_json: AsJson = False) -> None:
    """Show each subgraph's database: its revision, the revision of this version, and missing tables.

    The exit status is 1 if an upgrade is needed.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from foundation.storage.migrations.upgrade import statuses
    from furlong.databases import METADATA

    product_clock()  # reports a moved clock
    try:
        databases = asyncio.run(statuses(database_settings(or_new=True), METADATA))
    except (SQLAlchemyError, OSError, ValueError) as error:
        fail(error)
    if as_json:
        echo_json(databases)
    else:
        heads = ("database", "revision", "wanted", "state", "meaning", "missing tables")
        echo_table(heads, (_row(database) for database in databases))
    if not all(database.serves for database in databases):
        raise typer.Exit(1)


@cli.command()
def adopt() -> None:
    """Make these databases and the topics one installation, on purpose: first stop everything that uses them.

    Do this after you have restored all databases from a backup of another installation, or moved to another
    Kafka cluster that has the same messages.
    """
    from aiokafka.errors import KafkaError
    from sqlalchemy.exc import SQLAlchemyError

    from furlong.backup.database_use import StillRunning, require_stopped
    from furlong.databases import METADATA
    from furlong.identity import adopt as adopt_all

    try:
        settings = database_settings()
        asyncio.run(require_stopped(settings, METADATA))
        adopted = asyncio.run(adopt_all(settings, METADATA, stream_settings()))
    except (SQLAlchemyError, KafkaError, OSError, ValueError, StillRunning) as error:
        fail(error)
    typer.echo(f"All databases belong to {adopted}.")


@cli.command("close")
def close(name: Name) -> None:
    """Close a database before it is restored or rebuilt: everything else keeps running, and serves in part.

    Its connections are ended, and only `furlong db`, `restore`, `consume`, `recover`, `load`, `import` and
    `fulfilment` get new ones. A database that was lost is created, empty.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from furlong.backup.database_use import CannotBeClosed, close_database

    require_database(name)
    try:
        ended = asyncio.run(close_database(database_settings(), name))
    except (SQLAlchemyError, OSError, ValueError, CannotBeClosed) as error:
        fail(error)
    typer.echo(f"{name} is closed; connections ended: {ended}. `furlong db open {name}` opens it again.")


@cli.command("open")
def open_again(name: Name) -> None:
    """Open a database that was closed: all processes use it again, without a restart."""
    from sqlalchemy.exc import SQLAlchemyError

    from furlong.backup.database_use import open_database
    from furlong.databases import NotMigrated

    require_database(name)
    try:
        asyncio.run(open_database(database_settings(), name))
    except (SQLAlchemyError, OSError, ValueError, NotMigrated) as error:
        fail(error)
    typer.echo(f"{name} is open.")


def require_database(name: str) -> None:
    """End the command if there is no database of that name."""
    if name not in DATABASES:
        fail(f"there is no database {name!r}; there are {', '.join(DATABASES)}")


def _row(database: MigrationStatus) -> tuple[str | None, ...]:
    missing = database.missing if database.state not in {"absent", "empty"} else ()
    meaning = f"closed; {STATES[database.state]}" if database.closed else STATES[database.state]
    return database.subgraph, database.revision, database.wanted, database.state, meaning, ", ".join(missing)
