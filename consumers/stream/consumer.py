"""The consumer: what one member of an app's group does, and how it is."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from prometheus_client import CollectorRegistry

from consumers.stream.applying import Workers
from consumers.stream.cancellation import raise_if_cancelled
from consumers.stream.condition import Condition, Health
from consumers.stream.cursors import Cursors
from consumers.stream.errors import PositionOutOfRange
from consumers.stream.faults import cause
from consumers.stream.member import GRACE_SECONDS, REVOKE_SECONDS, Member, beside
from consumers.stream.metrics import Metrics
from consumers.stream.relay import Relay
from consumers.stream.session import Session
from consumers.stream.settings import StreamSettings
from consumers.stream.sink import Sink
from consumers.stream.source import Join
from consumers.stream.topics import AnyTopic
from consumers.stream.watch import Watch
from storage.database import Database

log = structlog.get_logger(__name__)


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
        self._member = Member(
            group=app.group,
            settings=settings,
            condition=self._condition,
            committed=lambda: self._workers.committed,
            stalled=self._metrics.stalls.inc,
        )

    async def run(self) -> None:
        """Consumes until stopped or cancelled.

        Raises:
            Halt: a person has to decide: a position does not fit, or a producer is broken.
            Stalled: records do not come, whatever is tried.
            KafkaError: the broker refuses for good.
            sqlalchemy.exc.SQLAlchemyError: the database refuses what it can never accept.
        """
        self._workers.sink = self.sink
        try:
            with self._member.running():
                relay = asyncio.create_task(self._relay())
                relay.add_done_callback(_log_end)
                try:
                    await self._member.until_stopped(self._consume)
                finally:
                    relay.cancel()
                    await asyncio.wait({relay})
        finally:
            await self.close()

    async def stop(self) -> None:
        """Ends `run` after the batches under way, and waits for it; cancels it if that takes long."""
        await self._member.stop()

    async def close(self) -> None:
        """Closes the database, of a consumer that never ran too."""
        await self._database.close()

    def health(self) -> Health:
        """How the consumer is at the moment."""
        cursors = self._session.cursors if self._session else Cursors()
        live = self._member.live
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

    async def _consume(self) -> None:
        """One membership of the group, to its end."""
        source = await self.join(self._revoked)
        self._member.joined()
        self._workers.seek = source.seek
        session = self._session = Session(self.app.by_name, source, self._workers)
        try:
            await beside(Watch.over(session, time.monotonic()).run(), self._read_on(session))
        except (OffsetOutOfRangeError, PositionOutOfRange):
            with suppress(KafkaError):
                await source.verify()  # a recreated topic is noticed by its offsets first
            raise
        finally:
            await self._workers.close(GRACE_SECONDS)
            self._session = None
            await source.leave()

    async def _read_on(self, session: Session) -> None:
        while not self._member.stopping:
            await session.step()
            raise_if_cancelled()
        await self._workers.finish(GRACE_SECONDS)
        self._workers.check()

    async def _revoked(self) -> None:
        await self._workers.finish(REVOKE_SECONDS)

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
