"""The sink: applies a batch and stores its positions and dead letters, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.stream.cell_partitions import CellPartitions
from consumers.stream.database.batch import Batch
from consumers.stream.database.dead_letters import DeadLetterLimit, DeadLetters, RejectedRecord
from consumers.stream.database.positions import Positions
from consumers.stream.errors import UNFORESEEN, Poison, unforeseen
from consumers.stream.records import Record
from consumers.stream.topics import AnyTopic, Message
from foundation.storage.database import Database
from foundation.storage.errors import is_conflict
from foundation.storage.tracing import following
from subgraphs.kit.durable_steps.loop import LoopName
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import public_key

log = structlog.get_logger(__name__)
IDLE_TIMEOUT_SECONDS: Final = 10
"""The longest pause between two statements of a batch; after it the database rolls the transaction back."""

RECORDS: Final = LoopName("consumer", "records")
"""Each goes on by itself: one that cannot be applied is a dead letter, which a person replays."""

FAULTS_OF_RECORDS: Final = (StatementError, *UNFORESEEN)
"""What a record may cause by what it says, or by what is stored about the same customer."""

_IS_SET: Final = "furlong_idle_timeout_is_set"


async def set_idle_timeout(connection: AsyncConnection) -> None:
    """Bound how long a transaction may wait for its next statement, once for each connection.

    Only MariaDB can do this. On MySQL, the locks of a frozen process last until it continues or its
    connection breaks.
    """
    if _IS_SET not in connection.info:
        connection.info[_IS_SET] = True
        if getattr(connection.dialect, "is_mariadb", False):
            await connection.execute(text(f"SET SESSION idle_transaction_timeout = {IDLE_TIMEOUT_SECONDS}"))


@dataclass(frozen=True, slots=True)
class Applied:
    """The result of applying a batch."""

    records: int
    stale: int = 0
    duplicates: int = 0
    dead: Sequence[RejectedRecord] = ()
    conflicts: Sequence[Record] = ()

    @property
    def has_changes(self) -> bool:
        """Return whether any record may have changed something."""
        return self.records > self.stale + self.duplicates + len(self.dead)

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(
            self.records + other.records,
            self.stale + other.stale,
            self.duplicates + other.duplicates,
            (*self.dead, *other.dead),
            (*self.conflicts, *other.conflicts),
        )


@dataclass(frozen=True, slots=True)
class Sink:
    """The database that holds positions, dead letters and the app's own tables.

    Attributes:
        changed: Called with what records have changed, as streams watch it, after the commit.
        cell: The partitions of the cell that the database belongs to; None in an installation without cells.
    """

    database: Database
    positions: Positions
    dead_letters: DeadLetters
    limit: DeadLetterLimit
    changed: CustomersChanged | None = None
    cell: CellPartitions | None = None

    async def apply(self, batch: Batch) -> Applied:
        """Apply a batch and store its positions.

        If a record makes it fail, the batch is bisected, and each half is a transaction of its own: that
        record becomes a dead letter if it fails a second time, and the others are applied.

        Raises:
            PositionMoved: A stored position is not the batch's; nothing is changed.
            TooManyDeadLetters: The producer must be broken; nothing is changed.
            ForeignCell: Records of another cell's partitions; nothing is changed.
        """
        if self.cell is not None:
            self.cell.require(part.partition for part in batch.parts)
        messages, poison = decode(batch.topic, batch.records, self.cell)
        try:
            return await self._commit(batch, messages, poison)
        except FAULTS_OF_RECORDS as fault:
            if is_of_the_database(fault):
                raise
            if len(messages) > 1:
                first, second = batch.bisect()
                return await self.apply(first) + await self.apply(second)
            return await self._apply_alone(batch, messages, poison)

    async def _apply_alone(
        self, batch: Batch, messages: Sequence[Message[object]], poison: Sequence[RejectedRecord]
    ) -> Applied:
        """Try the only message of a batch once more: what failed may have been the connection."""
        try:
            return await self._commit(batch, messages, poison)
        except FAULTS_OF_RECORDS as fault:
            if is_of_the_database(fault):
                raise
            reason = fault_reason(fault)
            log.exception("record_not_applied", loop=RECORDS, topic=batch.topic.name, reason=reason)
        rejected = [RejectedRecord(message.record, reason) for message in messages]
        return await self._commit(batch, [], [*poison, *rejected])

    async def _commit(
        self, batch: Batch, messages: Sequence[Message[object]], poison: Sequence[RejectedRecord]
    ) -> Applied:
        async with self.database.write() as connection:
            await set_idle_timeout(connection)
            await self.positions.lock_expected(connection, batch.expected_positions, batch.initial_positions)
            applied = await self._apply_messages(connection, batch, messages, poison)
            self.limit.check(batch.topic.name, len(batch), applied.dead)
            await self.dead_letters.store(connection, batch.parts[0].partition.generation, applied.dead)
            await self.positions.store(connection, batch.next_offsets)
        self.limit.record(batch.topic.name, len(batch), len(applied.dead))
        if batch.topic.committed is not None:
            batch.topic.committed()
        if self.changed is not None and applied.has_changes:
            keys = {record.key for record in batch.records if record.key}
            topic = batch.topic
            self.changed({public_key(topic.name, key) for key in keys} if topic.shared else keys)
        return applied

    async def _apply_messages(
        self,
        connection: AsyncConnection,
        batch: Batch,
        messages: Sequence[Message[object]],
        poison: Sequence[RejectedRecord],
    ) -> Applied:
        if not messages:
            return Applied(len(batch), dead=tuple(poison))
        with following(batch.trace_of):
            outcome = await batch.topic.apply(connection, messages)
        refused = [RejectedRecord(record, reason) for record, reason in outcome.refused]
        dead = (*poison, *refused)
        return Applied(len(batch), outcome.stale, outcome.duplicates, dead, outcome.conflicts)


def decode(
    topic: AnyTopic, records: Iterable[Record], cell: CellPartitions | None = None
) -> tuple[list[Message[object]], list[RejectedRecord]]:
    """Return the messages in records, and the records that are poison."""
    messages: list[Message[object]] = []
    poison: list[RejectedRecord] = []
    for record in records:
        try:
            if cell is not None:
                cell.check_key(record)
            messages.append(Message(record, topic.decode(record)))
        except Poison as error:
            poison.append(RejectedRecord(record, error.reason))
        except UNFORESEEN as fault:
            log.exception("record_not_decoded", loop=RECORDS, topic=record.topic, offset=record.offset)
            poison.append(RejectedRecord(record, unforeseen(fault)))
    return messages, poison


def is_of_the_database(fault: Exception) -> bool:
    """Return whether no record is to blame: another transaction was faster, or there is no database."""
    match fault:
        case IntegrityError():
            return is_conflict(fault)
        case DBAPIError():
            return not isinstance(fault, DataError)
        case StatementError():
            return not isinstance(fault.orig, UNFORESEEN)
    return False


def fault_reason(fault: Exception) -> str:
    """Return why a record cannot be applied."""
    if isinstance(fault, DBAPIError):
        return f"the database refuses the data: {fault.orig}"
    return unforeseen(fault.orig if isinstance(fault, StatementError) and fault.orig else fault)
