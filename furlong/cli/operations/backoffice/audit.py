"""`furlong audit …`: verifies the chain of the back office's audit log, and exports it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from furlong.cli.command_work import run_with
from furlong.cli.options import fail

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from backoffice.audit.repository import Head
    from foundation.storage.database import Database

T = TypeVar("T")
cli = typer.Typer(no_args_is_help=True, help="The back office's audit log: verify its chain, export it.")


@cli.command()
def verify(
    *,
    anchor: Annotated[
        Path | None,
        typer.Option(help="An earlier export, kept where the database's owner cannot change it."),
    ] = None,
) -> None:
    """Check that no row was changed, deleted, inserted, moved or cut off; the exit status is 1 otherwise.

    The database's owner can write a complete new log whose chain is valid. Only an anchor shows that.
    """
    from backoffice.audit.audit_log import verify as verify_log

    known = None if anchor is None else _anchor_of(anchor)
    log = _reading(lambda connection: verify_log(connection, known))
    for finding in log.findings:
        typer.echo(f"row {finding.sequence}: {finding.fault.value}")
    typer.echo(f"{log.rows} rows; the last one is {log.last.sequence}:{log.last.hash}")
    if log.findings:
        fail("the audit log was tampered with: docs/runbooks/broken-audit-chain.md")
    typer.echo(
        "The chain is intact." if anchor else "The chain is intact; --anchor FILE would show a new log."
    )


@cli.command()
def export(
    file: Annotated[Path, typer.Argument(help="A new file: JSON Lines, the last of which is the anchor.")],
) -> None:
    """Export the audit log with an anchor: keep the file where the database's owner cannot change it."""

    async def work(connection: AsyncConnection) -> int:
        from backoffice.audit import repository

        rows, sequence, last = 0, 0, ""
        with file.open("x", encoding="utf-8") as output:
            async for stored in repository.in_order(connection):
                entry = asdict(stored.entry) | {"at": stored.entry.at.isoformat(), "hash": stored.hash}
                output.write(json.dumps(entry) + "\n")
                rows, sequence, last = rows + 1, stored.entry.sequence, stored.hash
            output.write(json.dumps({"anchor": {"sequence": sequence, "hash": last}}) + "\n")
        return rows

    rows = _reading(work)
    typer.echo(f"Exported {rows} rows to {file}.")


def _anchor_of(file: Path) -> Head:
    from backoffice.audit.repository import Head

    try:
        last = file.read_text(encoding="utf-8").rstrip("\n").rpartition("\n")[2]
        anchor = json.loads(last)["anchor"]
        return Head(int(anchor["sequence"]), str(anchor["hash"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        fail(f"{file} does not end with an anchor: {error}")


def _reading(work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    async def read(database: Database) -> T:
        async with database.read() as connection:
            return await work(connection)

    return run_with(("backoffice",), read, ValueError)
