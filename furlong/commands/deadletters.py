"""Commands over dead letters: records that could not be applied."""

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.deadletters import DeadLetter, list_dead_letters, show_dead_letter
from furlong.commands.options import database_settings, fail
from furlong.wiring import METADATA
from subgraphs.kit.database import Database

SHOWN_BYTES = 60
cli = typer.Typer(no_args_is_help=True, help="Records that could not be applied, by consumer.")


@cli.command("list")
def list_letters(
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of each consumer.")] = 50,
) -> None:
    """List the newest dead letters of each consumer."""
    found = [(name, letter) for name, letters in asyncio.run(_newest(limit)) for letter in letters]
    for name, letter in found:
        record = letter.record
        origin = f"{record.topic}[{record.partition}]@{record.offset}"
        typer.echo(f"{name}:{letter.id}  {letter.stored_at:%Y-%m-%d %H:%M:%S}Z  {origin}  {letter.reason}")
        typer.echo(f"    {_start(record.value)}")
    if not found:
        typer.echo("There are no dead letters.")


@cli.command()
def show(*, letter: Annotated[str, typer.Argument(help="As listed: progress:7.")]) -> None:
    """Show one dead letter whole, as JSON; bytes that are no UTF-8 in base64."""
    name, _, number = letter.partition(":")
    if name not in METADATA or not number.isdecimal():
        fail(f"{letter!r} is no dead letter: take one of `furlong deadletters list`, such as progress:7")
    found = asyncio.run(_one(name, int(number)))
    if found is None:
        fail(f"there is no dead letter {letter}")
    typer.echo(json.dumps(dict(_facts(found)), indent=2))


async def _newest(limit: int) -> list[tuple[str, list[DeadLetter]]]:
    return [(name, await _read(name, limit)) for name in METADATA]


async def _read(name: str, limit: int) -> list[DeadLetter]:
    database = Database.open(database_settings(), name)
    try:
        async with database.home.read() as connection:
            return await list_dead_letters(connection, _table(name), limit)
    except SQLAlchemyError as error:
        fail(error)
    finally:
        await database.close()


async def _one(name: str, number: int) -> DeadLetter | None:
    database = Database.open(database_settings(), name)
    try:
        async with database.home.read() as connection:
            return await show_dead_letter(connection, _table(name), number)
    except SQLAlchemyError as error:
        fail(error)
    finally:
        await database.close()


def _table(name: str) -> Table:
    return METADATA[name].tables["dead_letter"]


def _facts(letter: DeadLetter) -> Iterator[tuple[str, Any]]:
    record = letter.record
    yield "reason", letter.reason
    yield "stored_at", letter.stored_at.isoformat()
    yield "topic", record.topic
    yield "partition", record.partition
    yield "offset", record.offset
    yield "generation", letter.generation
    yield "key", _text(record.key)
    yield "value", _text(record.value)
    yield "headers", {name: _text(value) for name, value in record.headers}


def _text(content: bytes | None) -> Any:
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _start(content: bytes | None) -> str:
    if content is None:
        return "null"
    return repr(content[:SHOWN_BYTES])[2:-1] + ("…" if len(content) > SHOWN_BYTES else "")
