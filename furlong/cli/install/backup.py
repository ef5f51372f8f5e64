"""`furlong backup`, `restore`, `recover`: backups, restoring them, rebuilding databases from topics."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from furlong.backup.backup import back_up, restore
from furlong.backup.database_recovery import DatabaseRecovery, RecoveredDatabase, as_json, lines
from furlong.backup.manifest import BackupError
from furlong.cli.install.db import check_databases
from furlong.cli.options import database_settings, fail, log_to_stderr, running_clock, stream_settings
from furlong.cli.signals import stop_on_signals
from furlong.databases import SUBGRAPHS
from storage.clock import SystemClock

Folder = Annotated[Path, typer.Argument(help="The backup's folder; each backup needs one of its own.")]
Names = Annotated[
    list[str] | None, typer.Option("--only", help="Only the database of this subgraph; may be repeated.")
]


def backup(folder: Folder) -> None:
    """Back up all databases as of one moment, while everything runs."""
    try:
        manifest = asyncio.run(back_up(database_settings(), folder, SystemClock().now()))
    except (BackupError, SQLAlchemyError, OSError, ValueError) as error:
        fail(error)
    for name, saved in manifest.databases.items():
        typer.echo(f"{name:<12} {saved.size:>12} bytes  revision {saved.revision}")
    typer.echo(f"The backup in {folder} is complete, of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC.")


def restore_backup(
    folder: Folder,
    *,
    only: Names = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite databases that are not empty.")
    ] = False,
) -> None:
    """Restore databases from a backup. First stop everything that uses them; afterwards recover them.

    An interrupted restore leaves a mark, and no process starts on such a database: run the command again.
    """
    names = _known(only)
    try:
        manifest = asyncio.run(restore(database_settings(), folder, names, replace=replace))
    except (BackupError, SQLAlchemyError, OSError, ValueError) as error:
        fail(error)
    typer.echo(
        f"{', '.join(names)} as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC. Next: `furlong db upgrade`, "
        "the consumers, and `furlong recover`."
    )


def recover(
    names: Annotated[list[str] | None, typer.Argument(help="The subgraphs; by default all of them.")] = None,
    *,
    as_json_: Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs.")] = False,
) -> None:
    """Bring databases that were lost or restored up to date from the topics, and report what is missing.

    The consumers must be running. The command waits until they have applied everything on the topics, checks
    again what was read back, and lists for each table where its rows came from, what is lost, and what waits
    for a person.
    """
    log_to_stderr(quiet=True)
    wanted = _known(names)
    check_databases(*wanted)
    try:
        found = asyncio.run(_recover(wanted))
    except (SQLAlchemyError, OSError) as error:
        fail(error)
    if as_json_:
        typer.echo(json.dumps([as_json(one) for one in found], indent=2))
    else:
        typer.echo("\n".join(line for one in found for line in lines(one)))
    if len(found) < len(wanted):
        fail("stopped before all topics were applied; run the command again")


async def _recover(names: tuple[str, ...]) -> list[RecoveredDatabase]:
    recovery = DatabaseRecovery(database_settings(), stream_settings(), running_clock())
    with stop_on_signals() as stop:
        return await recovery.recover(names, stop, lambda reason: typer.echo(reason, err=True))


def _known(names: list[str] | None) -> tuple[str, ...]:
    for name in names or ():
        if name not in SUBGRAPHS:
            fail(f"there is no subgraph {name!r}; there are {', '.join(SUBGRAPHS)}")
    return tuple(names or SUBGRAPHS)
