"""Publishes decisions to Kafka, and repairs the topic and the database if one of them was lost.

One process at a time publishes, by a lease. It reads the whole topic when it takes over, and again whenever
the topic ends elsewhere than it should: another process has written to it. Then

- a record that is older than the decision is published again under the same number, which changes nothing for
  nodes that have the newer one;
- records that the database does not know were published before it was restored: it takes them over;
- if the topic was recreated, or the database was restored, a new epoch begins, and all that holds is
  published under new numbers: a number never has two contents.
"""

import json
import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.global_events.repository import (
    DecisionRepository,
    GlobalDecision,
    MessageSequence,
    renumbered,
)
from consumers.messages.global_events.message import GlobalEvent
from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock, database_time
from foundation.storage.database import Database
from subgraphs.kit.records.global_state import NOTHING_APPLIED, GlobalOrder
from subgraphs.kit.records.outbox import UnpublishedFact, prefix_delivered
from subgraphs.kit.topics import GLOBAL_TOPIC

log = structlog.get_logger(__name__)
BATCH_SIZE: Final = 500
LEASE: Final = timedelta(seconds=30)
CHECK_EVERY: Final = timedelta(seconds=2)
FOUND: Final = "found on the topic"


@dataclass(frozen=True, slots=True)
class TopicContents:
    """The topic as it is.

    Attributes:
        generation: Its generation; another one means that it was recreated.
        end: The next offset.
        last: The last readable record of each key.
    """

    generation: str
    end: int
    last: Mapping[str, GlobalEvent]


TakeOver = Callable[[AsyncConnection, GlobalDecision], Awaitable[None]]
"""Stores what the back office keeps about a decision beside it, in the caller's transaction."""


class Topic(Protocol):
    """The global topic: on Kafka, or in a test's memory."""

    async def end(self) -> int:
        """Return the next offset of the topic."""

    async def read(self) -> TopicContents:
        """Read the whole topic."""

    async def send(self, messages: Sequence[UnpublishedFact]) -> set[int]:
        """Send messages in order; return the ids of those that the broker accepted."""


@dataclass(slots=True)
class GlobalPublisher:
    """Publishes the back office's outbox. Several may run; one at a time holds the lease.

    Attributes:
        adopts: Whether an empty database takes over what is on the topic, as after a loss. With cells it may
            not: the workers of each cell have a database of a back office, and only one of these is used.
        take_over: Called with each decision that only the topic has.
        published: How many messages this one has published.
        is_leader: Whether it holds the lease.
        has_read: Whether it has read the topic while it held the lease, and taken over what only that had.
    """

    database: Database
    topic: Topic
    clock: Clock
    repository: DecisionRepository = field(default_factory=DecisionRepository)
    adopts: bool = True
    take_over: TakeOver | None = None
    holder: str = field(default_factory=lambda: str(uuid.uuid4()))
    published: int = 0
    is_leader: bool = False
    has_read: bool = False
    _expected_end: int | None = None
    _check_at: float = 0.0

    async def step(self) -> int:
        """Publish some waiting messages, and check the topic now and then; return how many were published.

        Raises:
            KafkaError: The brokers cannot be reached.
            SQLAlchemyError: The database cannot.
        """
        now = self.clock.machine.now()
        if not await self.has_waiting() and now.timestamp() < self._check_at:
            return 0
        self._check_at = (now + CHECK_EVERY).timestamp()
        if not self.adopts and not await self._has_decided():
            return 0
        self.is_leader = await self._hold_lease()
        if not self.is_leader:
            self._expected_end = None
            return 0
        if self._expected_end is None or await self.topic.end() != self._expected_end:
            await self._repair()
        return await self._publish_waiting()

    async def has_waiting(self) -> bool:
        """Return whether any message is not published yet."""
        return await self.database.has_rows(self.repository.outbox.tables.outbox)

    async def _has_decided(self) -> bool:
        async with self.database.read() as connection:
            return bool(await self.repository.page(connection, first=1))

    async def leave(self) -> None:
        """Give up the lease, so that another process can continue at once."""
        self._expected_end = None
        async with self.database.write() as connection:
            await self.repository.outbox.lease(self.holder).end(connection)

    async def _hold_lease(self) -> bool:
        async with self.database.write() as connection:
            lease = self.repository.outbox.lease(self.holder)
            return await lease.hold(connection, await database_time(self.clock.machine, connection), LEASE)

    async def _publish_waiting(self) -> int:
        async with self.database.read() as connection:
            waiting = await self.repository.outbox.waiting(connection, BATCH_SIZE)
        if not waiting:
            return 0
        before, self._expected_end = self._expected_end, None  # unknown until all have been accepted
        delivered = await self.topic.send(waiting)
        ids = prefix_delivered(waiting, delivered)
        if not await self._remove(ids):
            return 0
        if len(delivered) == len(waiting) and before is not None:
            self._expected_end = before + sum(fact.topic == GLOBAL_TOPIC for fact in waiting)
        self.published += len(ids)
        return len(ids)

    async def _remove(self, ids: Sequence[int]) -> bool:
        """Remove published messages, unless another process has taken over: it publishes them again."""
        async with self.database.write() as connection:
            lease = self.repository.outbox.lease(self.holder)
            if not await lease.hold(connection, await database_time(self.clock.machine, connection), LEASE):
                log.warning("lease_lost", messages=len(ids))
                return False
            if ids:
                await self.repository.outbox.remove(connection, ids)
        return True

    async def _repair(self) -> None:
        contents = await self.topic.read()
        now = self.clock.machine.now()
        async with self.database.write() as connection:
            sequence = await self.repository.lock_sequence(connection, now)
            decisions = {decision.key: decision for decision in await self.repository.all(connection)}
            waiting = await self.repository.outbox.waiting_for(connection, GLOBAL_TOPIC)
            unknown = _unknown(contents.last.values(), decisions, sequence)
            unknown = unknown or _forgotten(contents.last, decisions, waiting)
            replaced = sequence.generation not in {None, contents.generation}
            if unknown or replaced:
                await self._begin_epoch(connection, sequence, decisions, unknown, contents)
            else:
                await self._send_missing(connection, decisions.values(), contents)
                if sequence.generation is None:
                    await self.repository.move_sequence(connection, sequence.order, contents.generation)
        self._expected_end, self.has_read = contents.end, True

    async def _begin_epoch(
        self,
        connection: AsyncConnection,
        sequence: MessageSequence,
        decisions: dict[str, GlobalDecision],
        unknown: Sequence[GlobalEvent],
        contents: TopicContents,
    ) -> None:
        """Take over what the database does not know, and give everything new numbers."""
        now = self.clock.machine.now()
        for event in unknown:
            known = decisions.get(event.key)
            if known is None or event.decided_at >= known.decided_at:
                decisions[event.key] = adopted = _adopted(event)
                if self.take_over is not None:
                    await self.take_over(connection, adopted)
        orders = [sequence.order, *(event.order for event in contents.last.values())]
        epoch = max(int(now.timestamp()), *(order.epoch + 1 for order in orders))
        number = max(order.number for order in orders)
        # A new topic that has nothing unknown, as each start of the demo makes one, is only filled again.
        tell = log.warning if unknown else log.info
        tell("global_epoch_begins", epoch=epoch, adopted=len(unknown), generation=contents.generation)
        await self.repository.outbox.withdraw(connection, GLOBAL_TOPIC)
        for decision in sorted(decisions.values(), key=lambda decision: decision.order):
            number += 1
            again = renumbered(decision, GlobalOrder(epoch, number))
            await self.repository.store(connection, again)
            await self.repository.send(connection, again, now)
        await self.repository.move_sequence(connection, GlobalOrder(epoch, number), contents.generation)

    async def _send_missing(
        self, connection: AsyncConnection, decisions: Collection[GlobalDecision], contents: TopicContents
    ) -> None:
        """Send decisions again whose last record on the topic is older, or missing."""
        waiting = await self.repository.outbox.waiting_keys(connection, GLOBAL_TOPIC)
        for decision in sorted(decisions, key=lambda decision: decision.order):
            last = contents.last.get(decision.key)
            if decision.key not in waiting and (last is None or last.order < decision.order):
                log.warning("global_message_sent_again", key=decision.key, number=decision.order.number)
                await self.repository.send(connection, decision, self.clock.machine.now())


def _unknown(
    events: Collection[GlobalEvent], decisions: Mapping[str, GlobalDecision], sequence: MessageSequence
) -> list[GlobalEvent]:
    """Return the records that this database has not published."""
    return [
        event
        for event in events
        if event.order > sequence.order or not _is_known(event, decisions.get(event.key))
    ]


def _forgotten(
    last: Mapping[str, GlobalEvent],
    decisions: Mapping[str, GlobalDecision],
    waiting: Sequence[UnpublishedFact],
) -> list[GlobalEvent]:
    """Return the records of others if a message that waits has a number which the topic has already.

    A restored database that decides before it has read the topic gives such numbers. Messages are sent in
    order, so those of an unrestored one are on the topic up to a number, themselves or newer ones of its own.
    """
    ours = {fact.headers["event_id"] for fact in waiting} | {
        decision.event_id for decision in decisions.values()
    }
    newest = max((event.order for event in last.values()), default=NOTHING_APPLIED)
    for fact in waiting:
        body = json.loads(fact.value)
        order, former = GlobalOrder(body["epoch"], body["number"]), last.get(fact.key)
        if order <= newest and (former is None or former.order < order or former.event_id not in ours):
            return [event for event in last.values() if event.event_id not in ours]
    return []


def _is_known(event: GlobalEvent, decision: GlobalDecision | None) -> bool:
    if decision is None or event.order > decision.order:
        return False
    return event.order < decision.order or event.event_id == decision.event_id


def _adopted(event: GlobalEvent) -> GlobalDecision:
    return with_fields_of(GlobalDecision, event, brand=event.brand_id, decided_by=FOUND)
