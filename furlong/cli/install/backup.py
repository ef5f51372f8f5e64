"""`furlong backup`, `restore`, `recover`: taking and restoring backups, rebuilding databases from topics."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.json_lists import AsJson, echo_table
from furlong.cli.long_work import stop_on_signals, working
from furlong.cli.options import (
    database_settings,
    fail,
    log_to_stderr,
    running_clock,
    stream_settings,
    upstream_settings,
)
from furlong.cli.own_databases import check_databases
from furlong.database_names import DATABASES

if TYPE_CHECKING:
    from furlong.backup.database_recovery import RecoveredDatabase
    from furlong.backup.manifest import Moment

Folder = Annotated[Path, typer.Argument(help="The folder of the backup; each backup needs its own.")]
Names = Annotated[
    list[str] | None, typer.Option("--only", help="Only this database, for instance `club`; may be repeated.")
]


def backup(folder: Folder) -> None:
    """Back up all databases, those of each server as of one moment, while everything runs."""
    from sqlalchemy.exc import SQLAlchemyError

    from consumers.stream.errors import MixedInstallations
    from foundation.storage.clock import SystemClock
    from furlong.backup.backup import back_up
    from furlong.backup.manifest import BackupError

    try:
        with working("Backing up"):
            manifest = asyncio.run(back_up(database_settings(), folder, SystemClock()))
    except (BackupError, MixedInstallations, SQLAlchemyError, OSError, ValueError) as error:
        fail(error)
    echo_table(
        ("database", "bytes", "revision"),
        [(name, saved.size, saved.revision) for name, saved in manifest.databases.items()],
    )
    typer.echo(f"The backup in {folder} is complete, of {_moments(manifest.moments_of(manifest.databases))}.")
    if manifest.note:
        typer.echo(f"{manifest.note}.")


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
    from sqlalchemy.exc import SQLAlchemyError

    from foundation.storage.servers import place_of
    from furlong.backup.backup import restore
    from furlong.backup.database_use import StillRunning
    from furlong.backup.manifest import BackupError

    names = _known(only, DATABASES) if only else None
    try:
        with working("Restoring"):
            settings = database_settings(or_new=True)
            manifest = asyncio.run(restore(settings, folder, names, replace=replace))
    except (BackupError, StillRunning, SQLAlchemyError, OSError, ValueError) as error:
        fail(error)
    restored = names or tuple(manifest.databases)
    echo_table(("database", "restored to"), [(name, place_of(settings, name)) for name in restored])
    moments = manifest.moments_of(restored)
    typer.echo(
        f"{', '.join(restored)} as of {_moments(moments)}. "
        "Next: `furlong db upgrade`, the consumers, `furlong recover`; `furlong db open` if it was closed."
    )
    if len(moments) > 1:
        typer.echo(f"{manifest.note}. Then `furlong db open NAME` opens each.")


def _moments(moments: tuple[Moment, ...]) -> str:
    if len(moments) == 1:
        return f"{moments[0].taken_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{len(moments)} moments ({'; '.join(map(str, moments))})"


def recover(
    names: Annotated[list[str] | None, typer.Argument(help="The databases; by default all of them.")] = None,
    *,
    as_json_: AsJson = False,
) -> None:
    """Bring databases that were lost or restored up to date from the topics, and report what is missing.

    The consumers must be running. The command waits until they have applied everything on the topics, checks
    again what was read back, and compares customers' changes in doubt with the upstream's record. It lists
    for each table where its rows came from, what is lost, and what waits for a person's decision. The back
    office has no consumer: the command itself reads its decisions back.
    """
    from aiokafka.errors import KafkaError
    from sqlalchemy.exc import SQLAlchemyError

    from backoffice.run_publisher import NotPublished
    from furlong.backup.database_recovery import as_json, lines

    log_to_stderr(quiet=True)
    wanted = _known(names, DATABASES)
    check_databases(*wanted, stream=stream_settings(), settings=database_settings().entering_closed())
    try:
        with working("Recovering"):
            recovered = asyncio.run(_recover(wanted))
    except (KafkaError, NotPublished, SQLAlchemyError, OSError) as error:
        fail(error)
    if as_json_:
        typer.echo(json.dumps([as_json(database) for database in recovered], indent=2))
    else:
        typer.echo("\n".join(line for database in recovered for line in lines(database)))
    if len(recovered) < len(wanted):
        fail("stopped before all topics were applied; run the command again")
    if unknown := sum(database.changes.unknown for database in recovered if database.changes):
        fail(
            f"the upstream gave no clear answer about {unknown} changes in doubt: run the command again, "
            "before you open the database"
        )


async def _recover(names: tuple[str, ...]) -> list[RecoveredDatabase]:
    from furlong.backup.database_recovery import DatabaseRecovery

    recovery = DatabaseRecovery(
        database_settings().entering_closed(), stream_settings(), running_clock(), upstream_settings()
    )
    with stop_on_signals() as stop:
        return await recovery.recover(names, stop, lambda reason: typer.echo(reason, err=True))


def _known(names: list[str] | None, known: tuple[str, ...]) -> tuple[str, ...]:
    for name in names or ():
        if name not in known:
            fail(f"there is no database {name!r}; there are {', '.join(known)}")
    return tuple(names or known)
