"""Commands over dead letters: records that could not be applied."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import typer
from prometheus_client import CollectorRegistry
from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.deadletters import DeadLetter, list_dead_letters, show_dead_letter
from consumers.stream.errors import Transient
from consumers.stream.replay import Fate, Replay, Replayed
from furlong.commands.options import database_settings, fail, log_to_stderr, stream_settings
from furlong.consuming import create_consumer
from furlong.wiring import METADATA
from subgraphs.kit.clock import SystemClock
from subgraphs.kit.database import Database

SHOWN_BYTES = 60
APP = "Whose letters: club, rewards or progress; all of them if not said."
cli = typer.Typer(no_args_is_help=True, help="Records that could not be applied, by consumer.")


@cli.command("list")
def list_letters(
    *,
    app: Annotated[str | None, typer.Option(help=APP)] = None,
    topic: Annotated[str | None, typer.Option(help="Of this topic only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of each consumer.")] = 50,
) -> None:
    """List the newest dead letters of each consumer."""
    newest = asyncio.run(_newest(_apps(app), limit, topic))
    found = [(name, letter) for name, letters in newest for letter in letters]
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
    name, number = _named(letter)
    found = asyncio.run(_one(name, number))
    if found is None:
        fail(f"there is no dead letter {letter}")
    typer.echo(json.dumps(dict(_facts(found)), indent=2))


@cli.command()
def replay(
    *,
    letters: Annotated[list[str] | None, typer.Argument(help="As listed: progress:7.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Instead of naming letters: all there are.")] = False,
    app: Annotated[str | None, typer.Option(help=f"With --all. {APP}")] = None,
    topic: Annotated[str | None, typer.Option(help="With --all: of this topic only.")] = None,
) -> None:
    """Apply dead letters by what the consumer would do with them now, while it runs or not.

    What is applied leaves the dead letters in the same transaction; what is poison still stays, with the
    reason of today. So it does no harm to replay twice. Ends with 1 if any letter stays.
    """
    if bool(letters) == every:
        fail("name the letters to replay, or say --all")
    log_to_stderr(quiet=True)
    try:
        stays = asyncio.run(_tell(_replay(letters or [], _apps(app), topic)))
    except (SQLAlchemyError, Transient) as error:
        fail(error)
    if stays:
        typer.echo(f"{stays} stay.", err=True)
        raise typer.Exit(1)


async def _tell(replays: AsyncIterator[tuple[str, Replayed]]) -> int:
    """Prints what becomes of each letter; returns how many stay."""
    stays = 0
    async for letter, replayed in replays:
        stays += replayed.fate in {Fate.POISON, Fate.UNREAD}
        typer.echo(f"{letter}  {replayed.fate.value}" + (f": {replayed.reason}" if replayed.reason else ""))
    return stays


async def _replay(
    letters: list[str], apps: list[str], topic: str | None
) -> AsyncIterator[tuple[str, Replayed]]:
    wanted = [_named(letter) for letter in letters]
    for name in dict.fromkeys(name for name, _ in wanted) if letters else apps:
        registry = CollectorRegistry()
        consumer = create_consumer(name, database_settings(), stream_settings(), registry, SystemClock())
        replays = Replay(consumer.app.by_name, consumer.sink)
        try:
            if letters:
                for number in [number for one, number in wanted if one == name]:
                    yield f"{name}:{number}", await replays.replay(number)
            else:
                async for number, replayed in replays.replay_all(topic):
                    yield f"{name}:{number}", replayed
        finally:
            await consumer.close()


def _apps(app: str | None) -> list[str]:
    if app is not None and app not in METADATA:
        fail(f"no consumer {app!r}: there are {', '.join(METADATA)}")
    return [app] if app else list(METADATA)


def _named(letter: str) -> tuple[str, int]:
    name, _, number = letter.partition(":")
    if name not in METADATA or not number.isdecimal():
        fail(f"{letter!r} is no dead letter: take one of `furlong deadletters list`, such as progress:7")
    return name, int(number)


async def _newest(apps: list[str], limit: int, topic: str | None) -> list[tuple[str, list[DeadLetter]]]:
    return [(name, await _read(name, limit, topic)) for name in apps]


async def _read(name: str, limit: int, topic: str | None) -> list[DeadLetter]:
    database = Database.open(database_settings(), name)
    try:
        async with database.home.read() as connection:
            return await list_dead_letters(connection, _table(name), limit, topic)
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
