"""The consumer: joins the group, reads on until it is stopped, and comes back after faults."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    GroupAuthorizationFailedError,
    KafkaError,
    OffsetOutOfRangeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)
from prometheus_client import CollectorRegistry

from consumers.stream.applying import Workers
from consumers.stream.condition import Condition, Health
from consumers.stream.cursors import Cursors
from consumers.stream.errors import PositionOutOfRange, Stalled
from consumers.stream.faults import cause
from consumers.stream.metrics import Metrics
from consumers.stream.relay import Relay
from consumers.stream.session import Session
from consumers.stream.settings import StreamSettings
from consumers.stream.sink import Sink
from consumers.stream.source import Join, Source
from consumers.stream.topics import AnyTopic
from consumers.stream.watch import Watch
from subgraphs.kit.database import Database

log = structlog.get_logger(__name__)

GRACE_SECONDS = 1.5
"""How long a batch that is under way may take to end when the consumer is told to stop."""

REVOKE_SECONDS = 3.0
"""How long it may take when the group takes the partitions back, which holds up all members."""

STALLS = 3
"""So many connections in a row on which records do not come end the process."""

HOPELESS = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    GroupAuthorizationFailedError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)
"""Errors of Kafka that no waiting mends."""


@dataclass(frozen=True, slots=True)
class App:
    """What a consumer is for.

    Attributes:
        group: its consumer group.
    """

    group: str
    topics: Sequence[AnyTopic]

    @property
    def by_name(self) -> Mapping[str, AnyTopic]:
        """Its topics."""
        return {topic.name: topic for topic in self.topics}


class Consumer:
    """Reads an app's topics into its database until it is stopped.

    Attributes:
        app: what it is for.
        join: how it becomes a member of the group.
        sink: where its batches go.
    """

    def __init__(
        self,
        app: App,
        settings: StreamSettings,
        database: Database,
        sink: Sink,
        *,
        join: Join,
        registry: CollectorRegistry,
    ) -> None:
        self.app, self.join, self.sink = app, join, sink
        self._settings = settings
        self._database = database
        self._metrics = Metrics(registry)
        self._condition = Condition()
        self._metrics.watch(lambda: not self._condition.kafka, lambda: not self._condition.database)
        self._workers = self._make_workers()
        self._session: Session | None = None
        self._failures, self._stalls, self._committed_at_stall = 0, 0, 0
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._task: asyncio.Task[Any] | None = None

    async def run(self) -> None:
        """Consumes until stopped or cancelled.

        Raises:
            Halt: a person has to decide: a position does not fit, or a producer is broken.
            Stalled: records do not come, whatever is tried.
            KafkaError: the broker refuses for good.
            sqlalchemy.exc.SQLAlchemyError: the database refuses what it can never accept.
        """
        self._task = asyncio.current_task()
        self._workers.sink = self.sink
        relay = asyncio.create_task(self._relay())
        relay.add_done_callback(_log_end)
        try:
            await self._until_stopped()
        except Exception as fault:
            self._condition.ended = f"stopped: {cause(fault)}"
            raise
        finally:
            self._condition.ended = self._condition.ended or "stopped"
            relay.cancel()
            await asyncio.wait({relay})
            self._ended.set()
            await self.close()

    async def stop(self) -> None:
        """Ends `run` after the batches under way, and waits for it; cancels it if that takes long."""
        self._stopping.set()
        if self._task is None:
            return
        await asyncio.wait({self._task}, timeout=GRACE_SECONDS)
        self._task.cancel()
        await self._ended.wait()

    async def close(self) -> None:
        """Closes the database, of a consumer that never ran too."""
        await self._database.close()

    def health(self) -> Health:
        """How the consumer is at the moment."""
        cursors = self._session.cursors if self._session else Cursors()
        live = self._task is not None and not self._ended.is_set()
        trouble = self._condition.trouble
        if not trouble and not (self._session and self._session.owns):
            trouble = "the group agrees anew who reads what"
        elif not trouble and (resting := cursors.resting):
            trouble = f"{len(resting)} partitions wait: other transactions are in the way"
        return Health(
            live=live,
            consuming=live and not trouble,
            kafka=not self._condition.kafka,
            database=not self._condition.database,
            lag=cursors.lag,
            detail=trouble or "consuming",
        )

    async def _until_stopped(self) -> None:
        while not self._stopping.is_set():
            try:
                source = await self.join(self._revoked)
                self._failures, self._condition.kafka = 0, ""
                await self._consume(source)
            except OffsetOutOfRangeError as fault:
                raise PositionOutOfRange(f"{self.app.group}: the broker has no records at {fault}") from fault
            except HOPELESS:
                raise
            except Stalled as fault:
                self._note_stall(fault)
            except KafkaError as fault:
                self._failures += 1
                self._condition.kafka = f"Kafka is away: {fault!r}"
                log.warning("kafka_away", group=self.app.group, error=repr(fault), failures=self._failures)
                await self._rest(self._failures)

    async def _consume(self, source: Source) -> None:
        """One membership of the group, to its end."""
        self._workers.seek = source.seek
        session = self._session = Session(self.app.by_name, source, self._workers)
        watch = asyncio.create_task(Watch.over(session, time.monotonic()).run())
        steps = asyncio.create_task(self._read_on(session))
        try:
            done, _ = await asyncio.wait({watch, steps}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            watch.cancel()
            steps.cancel()
            await asyncio.wait({watch, steps})
            await self._workers.close(GRACE_SECONDS)
            self._session = None
            await source.leave()

    async def _read_on(self, session: Session) -> None:
        while not self._stopping.is_set():
            await session.step()
        await self._workers.finish(GRACE_SECONDS)
        self._workers.check()

    def _note_stall(self, fault: Stalled) -> None:
        """Joins anew, but not for ever.

        Raises:
            Stalled: again and again, with nothing applied in between.
        """
        moved = self._workers.committed != self._committed_at_stall
        self._stalls = 1 if moved else self._stalls + 1
        self._committed_at_stall = self._workers.committed
        self._metrics.stalls.inc()
        log.error("stalled", group=self.app.group, error=str(fault), times=self._stalls)
        if self._stalls == STALLS:
            raise fault

    async def _revoked(self) -> None:
        await self._workers.finish(REVOKE_SECONDS)

    async def _rest(self, failures: int) -> None:
        """A pause that a stop cuts short."""
        pause = min(
            self._settings.retry_limit_seconds, self._settings.retry_seconds * 2.0 ** min(failures, 30)
        )
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause)

    async def _relay(self) -> None:
        if self._settings.dead_letter_topics:
            await Relay(self.app.group, self.sink, self._settings, self._metrics).run()

    def _make_workers(self) -> Workers:
        # SQLite has one writer at a time: more of them would only wait, in threads.
        most = 1 if self._database.dialect == "sqlite" else self._settings.workers
        return Workers(self.sink, self._settings, self._metrics, self._condition, most)


def _log_end(relay: asyncio.Task[None]) -> None:
    """What the relay ends with is no reason to stop consuming: the letters are in the table."""
    if not relay.cancelled() and (fault := relay.exception()):
        log.error("dead_letter_relay_ended", error=cause(fault))
