"""Dead letters of all consumers: listed, looked at, replayed singly, and in bulk as a job with a dry run."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from prometheus_client import CollectorRegistry

from backoffice.access import Actor, Permission, require, require_step_up
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.consumer import create_consumer as create_backoffice
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.jobs.jobs import Job, JobKind, JobRun
from backoffice.jobs.service import Jobs
from consumers.consumer_list import CREATORS
from consumers.stream.consumer import Consumer
from consumers.stream.database.dead_letter_replay import PAGE_SIZE, Fate, Replay, Replayed
from consumers.stream.database.dead_letters import DeadLetter, list_dead_letters, show_dead_letter
from consumers.stream.database.letter_words import in_words
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings

CONSUMERS: Final[Mapping[str, Callable[..., Consumer]]] = {**CREATORS, "backoffice": create_backoffice}
REPLAY_JOB: Final = "operations.replay"
STORED_EVERY: Final = 20
EXAMPLES: Final = 20
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}")
"""The number of a letter: it fits a BIGINT, and has one form."""


@dataclass(frozen=True, slots=True)
class NamedLetter:
    """A dead letter and its consumer."""

    app: str
    letter: DeadLetter

    @property
    def name(self) -> str:
        """Return the name in commands, such as `progress:7`."""
        return f"{self.app}:{self.letter.id}"


@dataclass(frozen=True, slots=True)
class DeadLetterService:
    """Looks at dead letters, and replays them. Their bytes may name customers: each access is recorded.

    Attributes:
        settings: Where the databases of the subgraphs are.
        stream: Where Kafka is, as the consumers are configured; nothing is read from it.
        database: The back office's.
    """

    settings: DatabaseSettings
    stream: StreamSettings
    database: Database
    audit: AuditLog
    jobs: Jobs
    clock: Clock

    @property
    def job_kind(self) -> JobKind:
        """Return the kind of bulk replays."""
        return JobKind(REPLAY_JOB, Permission.OPERATIONS_REPLAY, self.replay_all)

    async def newest(
        self, actor: Actor, app: str, first: int, topic: str | None = None, before: int | None = None
    ) -> list[NamedLetter]:
        """Return the newest dead letters of a consumer; with `before`, those stored before a letter.

        Raises:
            Forbidden: The actor may not see them.
            Invalid: There is no such consumer.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        async with self._replay(app) as replay, replay.sink.database.read() as connection:
            letters = await list_dead_letters(
                connection, replay.sink.dead_letters.table, first, topic, before
            )
        await self._look(actor, f"dead-letters:{app}")
        return [NamedLetter(app, letter) for letter in letters]

    async def find(self, actor: Actor, name: str) -> NamedLetter:
        """Return a dead letter by its name, such as `progress:7`.

        Raises:
            Forbidden, Invalid: As for `newest`.
            NotFound: There is none.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        app, number = _parts(name)
        async with self._replay(app) as replay, replay.sink.database.read() as connection:
            letter = await show_dead_letter(connection, replay.sink.dead_letters.table, number)
        if letter is None:
            raise NotFound(f"There is no dead letter {name}.")
        await self._look(actor, f"dead-letter:{name}")
        return NamedLetter(app, letter)

    async def replay(self, actor: Actor, name: str, reason: str, *, dry_run: bool) -> Replayed:
        """Apply a dead letter as its consumer would now, or only say what would happen.

        A dry run needs no reason, and is recorded as an access: its outcome may name a customer.

        Raises:
            Forbidden: The actor may not.
            StepUpRequired: A replay that is no dry run needs the second factor: it may move money.
            Invalid: No such consumer, or a replay without a reason.
        """
        require(actor, Permission.OPERATIONS_REPLAY, None)
        if not dry_run:
            require_step_up(actor, self.clock.machine.now())
        app, number = _parts(name)
        _require_app(app)
        if dry_run:
            await self._look(actor, f"dead-letter:{name}")
        else:
            _require_reason(reason)
            async with self.database.write() as connection:
                await self.audit.record(
                    connection,
                    actor,
                    "operations.replay",
                    brand=None,
                    subject=f"dead-letter:{name}",
                    before=None,
                    after=None,
                    reason=reason,
                )
        async with self._replay(app) as replay:
            return await (replay.rehearse(number) if dry_run else replay.replay(number))

    async def start_replay(
        self, actor: Actor, app: str, topic: str | None, reason: str, *, dry_run: bool
    ) -> Job:
        """Replay all dead letters of a consumer, as a job with progress; a dry run needs no reason.

        Raises:
            Forbidden: The actor may not.
            StepUpRequired: A replay that is no dry run needs the second factor: it may move money.
            Invalid: No such consumer, or a replay without a reason.
        """
        require(actor, Permission.OPERATIONS_REPLAY, None)
        _require_app(app)
        if not dry_run:
            require_step_up(actor, self.clock.machine.now())
            _require_reason(reason)
        arguments = {"app": app, "topic": topic, "dry_run": dry_run, "reason": reason}
        async with self.database.write() as connection:
            return await self.jobs.start(connection, actor, REPLAY_JOB, brand=None, arguments=arguments)

    async def replay_all(self, run: JobRun) -> Json:
        """Do the work of a bulk replay; after a crash it resumes after the last letter of its checkpoint."""
        arguments: Mapping[str, Any] = run.job.arguments
        checkpoint: Any = run.job.checkpoint
        last, fates = 0, Counter[str]()
        examples: list[Json] = []
        if isinstance(checkpoint, dict):
            last, fates, examples = int(checkpoint["last"]), Counter(checkpoint["fates"]), checkpoint["stays"]
        async with self._replay(str(arguments["app"])) as replay:
            async for letter_id in _ids(replay, last, arguments["topic"]):
                replayed = await (
                    replay.rehearse(letter_id) if arguments["dry_run"] else replay.replay(letter_id)
                )
                fates[replayed.fate.name] += 1
                if replayed.fate is Fate.POISON and len(examples) < EXAMPLES:
                    reason = in_words(replayed.reason).sentence
                    examples.append({"name": f"{arguments['app']}:{letter_id}", "reason": reason})
                if fates.total() % STORED_EVERY == 0:
                    noted: Json = {"last": letter_id, "fates": dict(fates), "stays": examples}
                    await run.progress(fates.total(), checkpoint=noted)
        return {"fates": dict(fates), "stays": examples}

    @asynccontextmanager
    async def _replay(self, app: str) -> AsyncIterator[Replay]:
        """Open a consumer's database, with the consumer's own way to apply a letter."""
        _require_app(app)
        consumer = CONSUMERS[app](self.settings, self.stream, CollectorRegistry(), self.clock)
        try:
            yield Replay(consumer.app.by_name, consumer.sink)
        finally:
            await consumer.close()

    async def _look(self, actor: Actor, subject: str) -> None:
        await self.audit.record_access(self.database, actor, "operations.look", brand=None, subject=subject)


async def _ids(replay: Replay, after: int, topic: str | None) -> AsyncIterator[int]:
    while True:
        async with replay.sink.database.read() as connection:
            ids = await replay.sink.dead_letters.ids_after(connection, after, PAGE_SIZE, topic)
        if not ids:
            return
        for letter_id in ids:
            yield letter_id
        after = ids[-1]


def _parts(name: str) -> tuple[str, int]:
    app, _, number = name.partition(":")
    if _NUMBER.fullmatch(number) is None:
        raise Invalid([Problem("name", "Name a letter as listed, such as progress:7.")])
    return app, int(number)


def _require_app(app: str) -> None:
    if app not in CONSUMERS:
        raise Invalid([Problem("app", f"There is no consumer {app}; there are {', '.join(CONSUMERS)}.")])


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid([Problem("reason", "Say why: the audit log keeps it.")])
