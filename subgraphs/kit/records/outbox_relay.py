"""The outbox relay: publishes facts at least once, and facts of one key in the order they were written."""

import asyncio
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

import structlog

from foundation.storage.clock import Clock, database_time
from foundation.storage.database import Database
from subgraphs.kit.durable_steps.loop import LoopName
from subgraphs.kit.durable_steps.postponed import PAUSES, PostponedItems
from subgraphs.kit.durable_steps.schedule import Pauses
from subgraphs.kit.records.outbox import Outbox, UnpublishedFact, delivered_in_order

log = structlog.get_logger(__name__)

WORKER: Final = "outbox"
FACTS: Final = LoopName(WORKER, "facts")
FACTS_PER_BATCH: Final = 500
LEASE: Final = timedelta(seconds=30)
DELIVERY_SECONDS: Final = 10.0
"""The delivery timeout, well below the lease: a slow relay must give up before another one takes over."""

COUNTED_EVERY: Final = timedelta(seconds=5)
TOPIC: Final = "topic of "
TOPIC_PAUSES: Final = Pauses(timedelta(seconds=5), timedelta(minutes=1))
"""Between tries of a topic that does not exist: somebody is about to create it."""


class DeliveryTimedOut(Exception):
    """The broker did not answer in time: until the publisher is closed, it may still deliver the facts.

    Delivered after newer facts of another relay, they would be what a compacted topic keeps.
    """


class Delivery(NamedTuple):
    """What became of facts; those that it does not name are to be sent again.

    Attributes:
        accepted: By the broker.
        unsendable: Facts that no broker would take, and why; they alone wait, and what their keys say later.
        closed: Facts whose topic takes nothing from this process, and why.
    """

    accepted: Collection[int]
    unsendable: Mapping[int, Exception] = {}
    closed: Mapping[int, Exception] = {}


class Publisher(Protocol):
    """Hands facts to a broker: Kafka, or a test's own."""

    async def publish(self, facts: Sequence[UnpublishedFact]) -> Delivery:
        """Send facts in order."""


@dataclass(slots=True)
class OutboxStatus:
    """The state of one outbox when its relay last looked.

    Attributes:
        waiting: Number of facts that no relay has published yet.
        oldest_at: When the oldest of them was written.
        published: Number of facts that this relay has published and removed.
        is_leader: Whether this relay publishes; the others stand by.
        failing: How many facts and topics are tried again later, and how many of them need a person.
        kafka: What is wrong with the brokers; empty if nothing is.
        database: What is wrong with the database; empty if nothing is.
    """

    waiting: int = 0
    oldest_at: datetime | None = None
    published: int = 0
    is_leader: bool = False
    failing: Mapping[str, int] = field(default_factory=dict)
    kafka: str = ""
    database: str = ""

    @property
    def trouble(self) -> str:
        """The first thing that is wrong; empty if nothing is."""
        return self.database or self.kafka

    def oldest_seconds(self, now: datetime) -> float:
        """Return how long the oldest fact has waited."""
        if not self.waiting or self.oldest_at is None:
            return 0.0
        return max(0.0, (now - self.oldest_at).total_seconds())


@dataclass(slots=True)
class Relay:
    """Publishes one outbox. Several relays may run; one at a time holds the lease.

    After a crash between publishing and removing, facts are published again. Readers recognize them by their
    event id and version.

    Attributes:
        postponed: What cannot be sent for a reason of its own; None if the block has no table for it, so that
            it is tried again and again.
    """

    database: Database
    outbox: Outbox
    publisher: Publisher
    clock: Clock
    postponed: PostponedItems | None = None
    status: OutboxStatus = field(default_factory=OutboxStatus)
    holder: str = field(default_factory=lambda: str(uuid.uuid4()))
    counted_at: datetime | None = None

    async def publish_waiting(self) -> int:
        """Publish some of the waiting facts; return how many were published and removed.

        Raises:
            DeliveryTimedOut: The publisher must be closed before another relay may take over.
        """
        if not await self._has_waiting():
            return 0
        self.status.is_leader = await self._hold_lease()
        if not self.status.is_leader:
            return 0
        known = {} if self.postponed is None else await self.postponed.of(FACTS)
        async with self.database.read() as connection:
            now = await self.clock.at(connection)
            held = [name for name, item in known.items() if item.due_at > now]
            topics = [int(name.removeprefix(TOPIC)) for name in held if name.startswith(TOPIC)]
            keys = [int(name) for name in held if not name.startswith(TOPIC)]
            waiting = await self.outbox.waiting(connection, FACTS_PER_BATCH, keys_of=keys, topics_of=topics)
        closed = "; ".join(known[f"{TOPIC}{id_}"].reason for id_ in topics)
        if not waiting:
            self.status.kafka = closed
            return 0
        delivery = await self._deliver(waiting)
        self.status.kafka = _refusal(waiting, delivery) or closed
        published = await self._remove(delivered_in_order(waiting, delivery.accepted))
        await self._postpone(delivery, known, now)
        self.status.published += published
        self.status.waiting = max(0, self.status.waiting - published)
        return published

    async def leave(self) -> None:
        """Give up the lease, so that another relay can continue at once."""
        async with self.database.write() as connection:
            await self.outbox.lease(self.holder).end(connection)

    async def _has_waiting(self) -> bool:
        """Return whether any fact is waiting; sometimes also count them, which is slower with many facts."""
        now = self.clock.now()
        if self.counted_at is None or now - self.counted_at >= COUNTED_EVERY:
            self.counted_at = now
            async with self.database.read() as connection:
                self.status.waiting, self.status.oldest_at = await self.outbox.backlog(connection)
            if self.postponed is not None:
                self.status.failing = await self.postponed.counts(WORKER, self.clock)
        if await self.database.has_rows(self.outbox.tables.outbox):
            return True
        self.status.waiting = 0
        return False

    async def _hold_lease(self) -> bool:
        async with self.database.write() as connection:
            return await self.outbox.lease(self.holder).hold(
                connection, await database_time(self.clock, connection), LEASE
            )

    async def _deliver(self, waiting: Sequence[UnpublishedFact]) -> Delivery:
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                return await self.publisher.publish(waiting)
        except TimeoutError:
            log.warning("delivery_timed_out", facts=len(waiting))
            self.status.kafka = _refusal(waiting, Delivery(()))
            raise DeliveryTimedOut from None

    async def _postpone(self, delivery: Delivery, known: Collection[str], now: datetime) -> None:
        """Note what cannot be sent for a reason of its own, and forget what could be sent after all."""
        refused = {str(id_): (error, PAUSES) for id_, error in delivery.unsendable.items()}
        refused |= {f"{TOPIC}{id_}": (error, TOPIC_PAUSES) for id_, error in delivery.closed.items()}
        for item, (error, _) in refused.items():
            log.error("fact_postponed", item=item, error=repr(error))
        if self.postponed is None:
            return
        for item, (error, pauses) in refused.items():
            await self.postponed.note(FACTS, item, error, now, pauses)
        sent = {name for id_ in delivery.accepted for name in (str(id_), f"{TOPIC}{id_}")}
        if gone := sent & {*known}:
            await self.postponed.forget(FACTS, gone)

    async def _remove(self, ids: Sequence[int]) -> int:
        if not ids:
            return 0
        async with self.database.write() as connection:
            if not await self.outbox.lease(self.holder).hold(
                connection, await database_time(self.clock, connection), LEASE
            ):
                log.warning("lease_lost", facts=len(ids))  # the relay that took over publishes them again
                return 0
            await self.outbox.remove(connection, ids)
        return len(ids)


def _refusal(waiting: Sequence[UnpublishedFact], delivery: Delivery) -> str:
    """Say for which topic a message was not accepted first; empty if all were accepted that can be."""
    done = {*delivery.accepted, *delivery.unsendable}
    topic = next((fact.topic for fact in waiting if fact.id not in done), None)
    if topic is None:
        return ""
    return (
        f"Kafka did not accept a message for {topic}: the topic is missing (`furlong topics create`), or "
        "fewer brokers than min.insync.replicas have it (`furlong check` says which)"
    )
