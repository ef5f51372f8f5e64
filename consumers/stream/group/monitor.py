"""Monitors a session: commits hints, and notices silent servers and stalled partitions."""

import asyncio
import time
from dataclasses import dataclass

import structlog
from aiokafka.errors import KafkaError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.database.retry import cause
from consumers.stream.errors import Stalled, raise_if_cancelled
from consumers.stream.group.session import Session

log = structlog.get_logger(__name__)
MONITOR_SECONDS = 0.25
RESPONSE_SECONDS = 5.0
"""How long the database may take for a single small statement."""


@dataclass(slots=True)
class SessionMonitor:
    """Runs alongside a session. Times are on the monotonic clock.

    Attributes:
        answered_at: When the brokers last answered.
        owned_at: When this member last owned its partitions, or was held up by the database.
    """

    session: Session
    answered_at: float
    owned_at: float

    @classmethod
    def starting(cls, session: Session, now: float) -> "SessionMonitor":
        """Return a monitor that starts now."""
        return cls(session, now, now)

    async def run(self) -> None:
        """Monitor until cancelled.

        Raises:
            Stalled: Waiting records do not arrive, or the brokers do not answer this connection.
            TopicRecreated: A topic was deleted and recreated.
        """
        settings = self.session.workers.settings
        asked_at = -float("inf")
        while True:
            raise_if_cancelled()
            if self.session.owns_partitions:
                await self._share_reference_positions()
            if self.session.owns_partitions and time.monotonic() - asked_at >= settings.hint_seconds:
                asked_at = time.monotonic()
                await self._commit_hints()
                await self._ask_brokers()
            await self._end_silent_batches(settings.stalled_seconds)
            self._check(settings.stalled_seconds)
            await asyncio.sleep(min(MONITOR_SECONDS, settings.hint_seconds))

    async def _share_reference_positions(self) -> None:
        """Store how far this member has read reference topics, and load how far other members have.

        If a partition ends with offsets that hold no record, no batch moves its position past them.
        """
        sink, cursors = self.session.workers.sink, self.session.cursors
        try:
            for cursor in cursors:
                if cursor.topic.reference and not cursor.busy and cursor.fetch_position > cursor.position:
                    position = cursor.fetch_position
                    async with asyncio.timeout(RESPONSE_SECONDS), sink.database.write() as connection:
                        await sink.positions.advance(
                            connection, cursor.partition, cursor.position, position, cursor.first
                        )
                    cursor.position = max(cursor.position, position)
            if cursors.awaited:
                async with asyncio.timeout(RESPONSE_SECONDS), sink.database.read() as connection:
                    stored = await sink.positions.load(connection, cursors.awaited.keys())
                    cursors.note_other_members(stored)
        except (SQLAlchemyError, OSError) as fault:
            log.info("reference_positions_not_read", error=cause(fault))

    async def _end_silent_batches(self, seconds: float) -> None:
        """End batches that have been running for long while the database answers nobody.

        A driver waits for an answer without limit. A long batch, such as one that reassesses a whole week, is
        left alone as long as the database answers other statements.
        """
        workers, sink = self.session.workers, self.session.workers.sink
        if not workers.running_longer_than(seconds):
            return
        try:
            async with asyncio.timeout(min(seconds, RESPONSE_SECONDS)), sink.database.read() as connection:
                await connection.execute(select(1))
        except (SQLAlchemyError, OSError) as fault:
            late = workers.running_longer_than(seconds)  # some may have ended meanwhile
            log.warning("database_silent", error=cause(fault), batches=len(late))
            for batch in late:
                if not batch.timeout.expired():
                    batch.timeout.reschedule(0)

    async def _commit_hints(self) -> None:
        cursors = [cursor for cursor in self.session.cursors if cursor.position != cursor.hinted]
        positions = {cursor.partition: cursor.position for cursor in cursors}
        if positions and self.session.owns_partitions:
            await self.session.source.commit_hint(positions)
            for cursor in cursors:
                cursor.hinted = positions[cursor.partition]

    async def _ask_brokers(self) -> None:
        """Verify the topics, and read the ends of all partitions, including those that back off."""
        health_state = self.session.workers.health_state
        cursors = self.session.cursors
        try:
            await self.session.source.verify_topics()
            bounds = await self.session.source.bounds(cursors.by_partition.keys())
        except KafkaError as fault:
            health_state.kafka = f"Kafka is unavailable: {fault!r}"
            log.warning("kafka_away", error=repr(fault))
            return
        health_state.kafka, self.answered_at = "", time.monotonic()
        for partition, (_, end) in bounds.items():
            cursors[partition].end = max(end, cursors[partition].end)

    def _check(self, seconds: float) -> None:
        now, settings = time.monotonic(), self.session.workers.settings
        if self.session.owns_partitions or self.session.workers.health_state.database:
            self.owned_at = now
        if not self.session.owns_partitions:
            self.answered_at = now
        if now - self.owned_at > seconds + settings.session_seconds:
            raise Stalled(f"the group has been rebalancing for {now - self.owned_at:.0f} s")
        if now - self.answered_at > seconds + settings.hint_seconds:
            raise Stalled(f"the brokers have not answered for {now - self.answered_at:.0f} s")
        if stalled := self.session.cursors.stalled(now, seconds):
            names = ", ".join(f"{stall.partition.topic}/{stall.partition.number}" for stall in stalled)
            raise Stalled(f"records are waiting but do not arrive: {names}")
