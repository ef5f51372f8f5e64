"""`furlong deadletters …`: lists, shows and replays records that could not be applied."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from furlong.cli.command_work import run
from furlong.cli.json_lists import AsJson, echo_list
from furlong.cli.long_work import Items, Verbose, working
from furlong.cli.options import database_settings, fail, log_to_stderr, product_clock, stream_settings

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from consumers.feeds.delivery.dead_letters import ParkedLetter
    from consumers.stream.database.dead_letter_replay import Fate, Replayed
    from consumers.stream.database.dead_letters import DeadLetter
    from consumers.stream.records import Record
    from furlong.cli.operations.feed_letters import FeedLetters

T = TypeVar("T")
SHOWN_BYTES = 40
APP = "A consumer (club, rewards, …, backoffice) or a feed (such as feed-sports); by default all consumers."
NAMED = "A name as listed: progress:7, or feed-sports:0:17 for a feed."
FEED_POSITION: Final = re.compile("[0-9]+:[0-9]+")
cli = typer.Typer(no_args_is_help=True, help="Records that could not be applied, by consumer.")


@dataclass(frozen=True, slots=True)
class Listed:
    """A dead letter of a consumer or a feed, with its name in commands."""

    name: str
    record: Record
    reason: str
    generation: str
    stored_at: datetime | None


@cli.command("list")
def list_letters(
    *,
    app: Annotated[str | None, typer.Option(help=APP)] = None,
    topic: Annotated[str | None, typer.Option(help="Only letters of this topic.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The maximum number for each consumer.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest dead letters of each consumer, or of a feed."""
    echo_list(
        _run(_newest(_apps(app), limit, topic)),
        as_json=as_json,
        facts=lambda letter: {"name": letter.name, **dict(_facts(letter))},
        heads=("letter", "stored at", "topic", "partition", "offset", "begins with", "reason"),
        cells=_cells,
        nothing="There are no dead letters.",
    )


@cli.command()
def show(*, letter: Annotated[str, typer.Argument(help=NAMED)]) -> None:
    """Show a dead letter in full, as JSON; bytes that are not UTF-8 in base64."""
    shown = _run(_one(*_named(letter)))
    if shown is None:
        fail(f"there is no dead letter {letter}")
    typer.echo(json.dumps(dict(_facts(shown)), indent=2))


@cli.command()
def replay(
    *,
    letters: Annotated[list[str] | None, typer.Argument(help=NAMED)] = None,
    every: Annotated[bool, typer.Option("--all", help="Replay all letters, instead of naming some.")] = False,
    app: Annotated[str | None, typer.Option(help=f"With --all. {APP}")] = None,
    topic: Annotated[str | None, typer.Option(help="With --all: only letters of this topic.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")] = False,
    verbose: Verbose = False,
) -> None:
    """Apply dead letters as the consumer would now, whether or not it is running.

    A letter that can be applied is removed in the same transaction. A letter that still cannot be applied
    stays, with the current reason. Replaying twice does no harm. The exit status is 1 if any letter stays.

    The letters of a feed stay on their topic. Those that its adapter can read now are published to the
    progress topic; each counts once, however often it is replayed.

    A dry run says what a replay would do to each letter, and changes nothing.
    """
    if bool(letters) == every:
        fail("name the letters to replay, or give --all")
    log_to_stderr(quiet=True)
    replays = _replay(letters or [], _apps(app), topic, dry_run=dry_run)
    stays = _run(_report(replays, Items(verbose=verbose)))
    if dry_run:
        typer.echo("Nothing was changed: this is what a replay would do now.")
    if stays:
        typer.echo(f"{stays} stay.", err=True)
        raise typer.Exit(1)


async def _report(replays: AsyncIterator[tuple[str, Replayed]], items: Items) -> int:
    """Print what happened to letters, with the number of each outcome; return how many stay."""
    from consumers.stream.database.dead_letter_replay import Fate
    from consumers.stream.database.letter_words import in_words

    fates: Counter[Fate] = Counter()
    with working("Letters replayed") as advance:
        async for letter, replayed in replays:
            advance()
            fates[replayed.fate] += 1
            why = f": {in_words(replayed.reason).sentence}" if replayed.reason else ""
            items.echo(f"{letter}  {replayed.fate.value}{why}")
    items.end()
    if fates.total() > 1:
        typer.echo(", ".join(f"{number:,} {fate.value}" for fate, number in fates.items()) + ".")
    return fates[Fate.POISON] + fates[Fate.UNREAD]


async def _replay(
    letters: list[str], apps: list[str], topic: str | None, *, dry_run: bool
) -> AsyncIterator[tuple[str, Replayed]]:
    from furlong.cli.operations.feed_letters import FeedLetters, is_of_feed, position_of

    wanted = [_named(letter) for letter in letters]
    for name in dict.fromkeys(name for name, _ in wanted) if letters else apps:
        positions = [position for app, position in wanted if app == name] if letters else None
        if is_of_feed(name):
            where = None if positions is None else [position_of(position) for position in positions]
            replays = FeedLetters.of(name, stream_settings()).replay(where, dry_run=dry_run)
        else:
            replays = _applied(name, positions, topic, dry_run=dry_run)
        async for replayed in replays:
            yield replayed


async def _applied(
    name: str, numbers: list[str] | None, topic: str | None, *, dry_run: bool
) -> AsyncIterator[tuple[str, Replayed]]:
    """Replay letters of one consumer: those with the given numbers, or all of a topic, or all."""
    from prometheus_client import CollectorRegistry

    from consumers.stream.database.dead_letter_replay import Replay
    from furlong.workers.consumer_process import create_consumer
    from subgraphs.kit.live.wiring import publishing

    registry = CollectorRegistry()
    database, stream = database_settings(), stream_settings()
    async with publishing() as changed:
        consumer = create_consumer(name, database, stream, registry, product_clock(), changed=changed)
        replays = Replay(consumer.app.by_name, consumer.sink)
        try:
            for number in numbers or []:
                replay = replays.rehearse if dry_run else replays.replay
                yield f"{name}:{number}", await replay(int(number))
            if numbers is None:
                async for letter, replayed in replays.replay_all(topic, dry_run=dry_run):
                    yield f"{name}:{letter}", replayed
        finally:
            await consumer.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from consumers.feeds.settings import UnknownFeed
    from consumers.stream.errors import Transient

    return run(work, Transient, UnknownFeed, SettingsError, ValidationError)


def _apps(app: str | None) -> list[str]:
    from furlong.cli.operations.feed_letters import is_of_feed
    from furlong.database_names import DATABASES

    if app is not None and app not in DATABASES and not is_of_feed(app):
        fail(f"there is no consumer {app!r}; there are {', '.join(DATABASES)}, and feeds such as feed-sports")
    return [app] if app else list(DATABASES)


def _named(letter: str) -> tuple[str, str]:
    """Return the consumer or feed of a letter, and its number, or its partition and offset for a feed."""
    from furlong.cli.operations.feed_letters import is_of_feed
    from furlong.database_names import DATABASES

    name, _, position = letter.partition(":")
    if not (
        FEED_POSITION.fullmatch(position) if is_of_feed(name) else name in DATABASES and position.isdecimal()
    ):
        fail(f"{letter!r} is not a dead letter: `furlong deadletters list` shows them, such as progress:7")
    return name, position


async def _newest(apps: list[str], limit: int, topic: str | None) -> list[Listed]:
    return [letter for name in apps for letter in await _newest_of(name, limit, topic)]


async def _newest_of(name: str, limit: int, topic: str | None) -> list[Listed]:
    from consumers.stream.database.dead_letters import list_dead_letters
    from furlong.cli.operations.feed_letters import FeedLetters, is_of_feed

    if is_of_feed(name):
        letters = FeedLetters.of(name, stream_settings())
        return [_of_feed(letters, letter) for letter in await letters.newest(limit)]
    async with _reading(name) as connection:
        dead_letters = await list_dead_letters(connection, _table(name), limit, topic)
    return [_of_consumer(name, letter) for letter in dead_letters]


async def _one(name: str, position: str) -> Listed | None:
    from consumers.stream.database.dead_letters import show_dead_letter
    from furlong.cli.operations.feed_letters import FeedLetters, is_of_feed, position_of

    if is_of_feed(name):
        letters = FeedLetters.of(name, stream_settings())
        parked = await letters.find(position_of(position))
        return None if parked is None else _of_feed(letters, parked)
    async with _reading(name) as connection:
        letter = await show_dead_letter(connection, _table(name), int(position))
    return None if letter is None else _of_consumer(name, letter)


@asynccontextmanager
async def _reading(name: str) -> AsyncIterator[AsyncConnection]:
    from foundation.storage.database import open_databases

    async with open_databases(database_settings(), name) as (database,), database.read() as connection:
        yield connection


def _of_consumer(name: str, letter: DeadLetter) -> Listed:
    return Listed(f"{name}:{letter.id}", letter.record, letter.reason, letter.generation, letter.stored_at)


def _of_feed(letters: FeedLetters, letter: ParkedLetter) -> Listed:
    name = letters.name_of(letter)
    return Listed(name, letter.record, letter.reason, letter.generation, letter.parked_at)


def _table(name: str) -> Table:
    from furlong.databases import METADATA

    return METADATA[name].tables["dead_letter"]


def _cells(letter: Listed) -> tuple[object, ...]:
    from consumers.stream.database.letter_words import in_words

    record, reason = letter.record, " ".join(in_words(letter.reason).sentence.split())
    position = (record.topic, record.partition, record.offset)
    return letter.name, letter.stored_at, *position, _start(record.value), reason


def _facts(letter: Listed) -> Iterator[tuple[str, Any]]:
    from consumers.stream.database.letter_words import in_words

    record = letter.record
    yield "says", in_words(letter.reason).sentence
    yield "reason", letter.reason
    yield "stored_at", letter.stored_at and letter.stored_at.isoformat()
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
