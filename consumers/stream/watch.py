"""Looks after a session: lag, hints, whether the brokers answer, and whether every partition moves."""

import asyncio
import time
from dataclasses import dataclass

import structlog
from aiokafka.errors import KafkaError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.cancellation import raise_if_cancelled
from consumers.stream.errors import Stalled
from consumers.stream.faults import cause
from consumers.stream.session import Session

log = structlog.get_logger(__name__)
WATCH_SECONDS = 0.25
ANSWER_SECONDS = 5.0
"""How long the database gets for a single small thing."""


@dataclass(slots=True)
class Watch:
    """Runs beside a session.

    Attributes:
        answered_at: when the brokers last answered, on the monotonic clock.
        owned_at: when this member last had its partitions, or the database held it up.
    """

    session: Session
    answered_at: float
    owned_at: float

    @classmethod
    def over(cls, session: Session, now: float) -> "Watch":
        """A watch that begins now."""
        return cls(session, now, now)

    async def run(self) -> None:
        """Watches until cancelled.

        Raises:
            Stalled: records wait and do not come, or the brokers do not answer this connection.
            TopicMadeAnew: another topic has the name of one that is read.
        """
        settings = self.session.workers.settings
        asked_at = -float("inf")
        while True:
            raise_if_cancelled()
            if self.session.owns:
                await self._look_at_references()
            if self.session.owns and time.monotonic() - asked_at >= settings.hint_seconds:
                asked_at = time.monotonic()
                await self._hint()
                await self._ask()
            await self._notice_silence(settings.stalled_seconds)
            self._show_lag()
            self._check(settings.stalled_seconds)
            await asyncio.sleep(min(WATCH_SECONDS, settings.hint_seconds))

    async def _look_at_references(self) -> None:
        """Tells other members how far reference topics were read, and looks how far they have read theirs.

        Where a partition ends with offsets that hold no record, no batch moves its position there.
        """
        sink, cursors = self.session.workers.sink, self.session.cursors
        try:
            for cursor in cursors:
                if cursor.topic.reference and not cursor.busy and cursor.passed > cursor.position:
                    passed = cursor.passed
                    async with asyncio.timeout(ANSWER_SECONDS), sink.shard.write() as connection:
                        await sink.positions.advance(
                            connection, cursor.partition, cursor.position, passed, cursor.first
                        )
                    cursor.position = max(cursor.position, passed)
            if cursors.awaited:
                async with asyncio.timeout(ANSWER_SECONDS), sink.shard.read() as connection:
                    cursors.others_read(await sink.positions.load(connection, cursors.awaited.keys()))
        except (SQLAlchemyError, OSError) as fault:
            log.info("references_not_looked_at", error=cause(fault))

    async def _notice_silence(self, seconds: float) -> None:
        """Ends batches that are long under way while the database says nothing at all.

        A driver waits for an answer for ever. A batch may take its time, such as one that has a whole week
        judged again: it is left alone as long as the database answers others.
        """
        workers, sink = self.session.workers, self.session.workers.sink
        if not workers.older(seconds):
            return
        try:
            async with asyncio.timeout(min(seconds, ANSWER_SECONDS)), sink.shard.read() as connection:
                await connection.execute(select(1))
        except (SQLAlchemyError, OSError) as fault:
            late = workers.older(seconds)  # some may have ended while it was asked
            log.warning("database_silent", error=cause(fault), batches=len(late))
            for batch in late:
                if not batch.limit.expired():
                    batch.limit.reschedule(0)

    async def _hint(self) -> None:
        cursors = [cursor for cursor in self.session.cursors if cursor.position != cursor.hinted]
        positions = {cursor.partition: cursor.position for cursor in cursors}
        if positions and self.session.owns:
            await self.session.source.hint(positions)
            for cursor in cursors:
                cursor.hinted = positions[cursor.partition]

    async def _ask(self) -> None:
        """Asks whether the topics are the same, and for the ends of partitions, also of those that rest."""
        condition = self.session.workers.condition
        cursors = self.session.cursors
        try:
            await self.session.source.verify()
            bounds = await self.session.source.bounds(cursors.by_partition.keys())
        except KafkaError as fault:
            condition.kafka = f"Kafka is away: {fault!r}"
            log.warning("kafka_away", error=repr(fault))
            return
        condition.kafka, self.answered_at = "", time.monotonic()
        for partition, (_, end) in bounds.items():
            cursors[partition].end = max(end, cursors[partition].end)

    def _show_lag(self) -> None:
        if self.session.owns:
            lag = self.session.workers.metrics.lag
            for cursor in self.session.cursors:
                lag.labels(cursor.partition.topic, cursor.partition.number).set(cursor.lag)

    def _check(self, seconds: float) -> None:
        now, settings = time.monotonic(), self.session.workers.settings
        if self.session.owns or self.session.workers.condition.database:
            self.owned_at = now
        if not self.session.owns:
            self.answered_at = now
        if now - self.owned_at > seconds + settings.session_seconds:
            raise Stalled(f"the group has not agreed for {now - self.owned_at:.0f} s")
        if now - self.answered_at > seconds + settings.hint_seconds:
            raise Stalled(f"the brokers have not answered for {now - self.answered_at:.0f} s")
        if stalled := self.session.cursors.stalled(now, seconds):
            names = ", ".join(f"{one.partition.topic}/{one.partition.number}" for one in stalled)
            raise Stalled(f"records wait and do not come: {names}")
