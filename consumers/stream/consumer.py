"""Consumes the topics of an app: its sessions, workers, dead letters and health."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from prometheus_client import CollectorRegistry

from consumers.stream.broker.source import Join
from consumers.stream.database.dead_letter_relay import DeadLetterRelay
from consumers.stream.database.dead_letter_replay import Replay, WaitingLetters
from consumers.stream.database.retry import cause
from consumers.stream.database.sink import Sink
from consumers.stream.errors import PositionOutOfRange, raise_if_cancelled
from consumers.stream.group.cursors import Cursors
from consumers.stream.group.monitor import SessionMonitor
from consumers.stream.group.session import Session
from consumers.stream.group.session_supervisor import (
    GRACE_SECONDS,
    REVOKE_SECONDS,
    SessionSupervisor,
    until_first_ends,
)
from consumers.stream.group.workers import Workers
from consumers.stream.health import Health, HealthState, Metrics
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import AnyTopic
from foundation.storage.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class App:
    """The topics and the group of a consumer.

    Attributes:
        group: The name of the consumer group.
        companions: What runs beside the consumer until it ends.
    """

    group: str
    topics: Sequence[AnyTopic]
    companions: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()

    @property
    def by_name(self) -> Mapping[str, AnyTopic]:
        """Return the topics by name."""
        return {topic.name: topic for topic in self.topics}


class Consumer:
    """Reads an app's topics into its database until it is stopped.

    Attributes:
        app: The topics and the group.
        settings: Those of Kafka.
        database: Where it writes, which it closes when it ends.
        join: Joins the group.
        sink: Applies batches.
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
        self.settings = settings
        self.database = database
        self._metrics = Metrics(registry)
        self._health_state = HealthState()
        self._metrics.report_up(lambda: not self._health_state.kafka, lambda: not self._health_state.database)
        self._workers = self._create_workers()
        self._session: Session | None = None
        self._supervisor = SessionSupervisor(
            group=app.group,
            settings=settings,
            health_state=self._health_state,
            committed=lambda: self._workers.committed,
            on_stall=self._metrics.stalls.inc,
        )

    async def run(self) -> None:
        """Consume until stopped or cancelled.

        Raises:
            Halt: A person has to decide: a position does not fit, or a producer is broken.
            Stalled: Waiting records do not arrive, however often the group is joined.
            KafkaError: The broker refuses permanently.
            sqlalchemy.exc.SQLAlchemyError: The database refuses permanently.
        """
        self._workers.sink = self.sink
        try:
            with self._supervisor.running():
                replay = Replay(self.app.by_name, self.sink)
                waiting = WaitingLetters(replay, self.settings.hint_seconds)
                work = (self._relay_dead_letters, waiting.run, *self.app.companions)
                companions = {asyncio.create_task(companion()) for companion in work}
                for companion in companions:
                    companion.add_done_callback(_log_end)
                try:
                    await self._supervisor.until_stopped(self._run_session)
                finally:
                    for companion in companions:
                        companion.cancel()
                    await asyncio.wait(companions)
        finally:
            await self.close()

    async def stop(self) -> None:
        """Stop `run` after the running batches, and wait for it; cancel it if that takes long."""
        await self._supervisor.stop()

    async def close(self) -> None:
        """Close the database, also that of a consumer that never ran."""
        await self.database.close()

    def health(self) -> Health:
        """Return the consumer's present health."""
        cursors = self._session.cursors if self._session else Cursors()
        live = self._supervisor.live
        problem = self._health_state.problem
        if not problem and not (self._session and self._session.owns_partitions):
            problem = "the group is rebalancing"
        elif not problem and (backing_off := cursors.backing_off):
            problem = f"{len(backing_off)} partitions are backing off: other transactions block them"
        return Health(
            live=live,
            consuming=live and not problem,
            kafka=not self._health_state.kafka,
            database=not self._health_state.database,
            lag=cursors.lag,
            detail=problem or "consuming",
        )

    async def _run_session(self) -> None:
        """Join the group, and consume until the session ends."""
        source = await self.join(self._finish_revoked)
        self._supervisor.joined()
        self._workers.seek = source.seek
        session = self._session = Session(self.app.by_name, source, self._workers)
        try:
            monitor = SessionMonitor.starting(session, time.monotonic())
            await until_first_ends(monitor.run(), self._read(session))
        except (OffsetOutOfRangeError, PositionOutOfRange):
            with suppress(KafkaError):
                await source.verify_topics()  # a recreated topic often shows in its offsets first
            raise
        finally:
            await self._workers.close(GRACE_SECONDS)
            self._session = None
            await source.leave()

    async def _read(self, session: Session) -> None:
        while not self._supervisor.stopping:
            await session.step()
            raise_if_cancelled()
        await self._workers.finish(GRACE_SECONDS)
        self._workers.check()

    async def _finish_revoked(self) -> None:
        await self._workers.finish(REVOKE_SECONDS)

    async def _relay_dead_letters(self) -> None:
        if self.settings.dead_letter_topics:
            await DeadLetterRelay(self.app.group, self.sink, self.settings, self._metrics).run()

    def _create_workers(self) -> Workers:
        # SQLite has one writer at a time: more of them would only wait, each in a thread.
        max_running = 1 if self.database.dialect == "sqlite" else self.settings.workers
        return Workers(self.sink, self.settings, self._metrics, self._health_state, max_running)


def _log_end(companion: asyncio.Task[None]) -> None:
    """Log what a companion ended with; consuming continues, because all that it sends is in the database."""
    if not companion.cancelled() and (fault := companion.exception()):
        log.error("companion_ended", error=cause(fault))
