"""SQL over the last global message of each subject."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.kit.records.global_state.kinds import NOTHING_APPLIED, GlobalKind, GlobalOrder


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """The last message of a subject.

    Attributes:
        key: The record's key.
        brand: The brand, or `*`.
        event_id: Identifies the decision; the same decision may be published again under another number.
        state: What holds from now on; None if the subgraph has no use for the kind.
        understood: Whether this version knows the kind.
        produced_at: When the record was produced, as the producer or the broker says.
    """

    key: str
    brand: str
    kind: str
    order: GlobalOrder
    event_id: str
    state: Mapping[str, Any] | None
    reason: str | None
    decided_at: datetime
    understood: bool
    produced_at: datetime | None


@dataclass(frozen=True, slots=True)
class GlobalStateRepository:
    """Reads and writes the messages; writes are in the consumer's transaction."""

    table: Table

    async def known(
        self, connection: AsyncConnection, keys: Collection[str]
    ) -> dict[str, tuple[GlobalOrder, str]]:
        """Return order and event of the stored message of each subject; lock their rows."""
        c = self.table.c
        query = select(c.key, c.epoch, c.number, c.event_id).where(c.key.in_(sorted(keys))).with_for_update()
        rows = await connection.execute(query)
        return {row.key: (GlobalOrder(row.epoch, row.number), row.event_id) for row in rows}

    async def last_of(
        self, connection: AsyncConnection, keys: Collection[str]
    ) -> dict[str, tuple[GlobalOrder, datetime | None]]:
        """Return the order of the stored message of each subject, and when it was produced."""
        if not keys:
            return {}
        c = self.table.c
        query = select(c.key, c.epoch, c.number, c.produced_at).where(c.key.in_(sorted(keys)))
        rows = await connection.execute(query)
        return {row.key: (GlobalOrder(row.epoch, row.number), row.produced_at) for row in rows}

    async def store(self, connection: AsyncConnection, messages: Sequence[StoredMessage]) -> None:
        """Store messages, replacing those of the same subjects."""
        if not messages:
            return
        rows = [_row(message) for message in sorted(messages, key=lambda message: message.key)]
        columns = [column.name for column in self.table.columns if column.name != "key"]
        await connection.execute(upsert(connection.dialect.name, self.table, rows, update=columns))

    async def newest(self, connection: AsyncConnection) -> GlobalOrder:
        """Return the order of the last message."""
        c = self.table.c
        row = (
            await connection.execute(
                select(c.epoch, c.number).order_by(c.epoch.desc(), c.number.desc()).limit(1)
            )
        ).one_or_none()
        return NOTHING_APPLIED if row is None else GlobalOrder(row.epoch, row.number)

    async def of_brands(
        self, connection: AsyncConnection, kinds: Collection[GlobalKind], brands: Collection[str]
    ) -> list[StoredMessage]:
        """Return the messages of some kinds about brands. One SELECT."""
        c = self.table.c
        names = sorted(kind.value for kind in kinds)
        wanted = (c.kind.in_(names), c.brand_id.in_(sorted(brands)))
        return [_message(row) for row in await connection.execute(select(self.table).where(*wanted))]

    async def not_understood(self, connection: AsyncConnection) -> list[StoredMessage]:
        """Return the messages of kinds that the version which stored them did not know."""
        query = select(self.table).where(self.table.c.understood.is_(False)).order_by(self.table.c.key)
        return [_message(row) for row in await connection.execute(query)]

    async def mark_understood(self, connection: AsyncConnection, keys: Collection[str]) -> None:
        """Note that messages have been applied by a version that knows their kind."""
        await connection.execute(
            update(self.table).where(self.table.c.key.in_(sorted(keys))).values(understood=True)
        )


def _row(message: StoredMessage) -> dict[str, Any]:
    return {
        "key": message.key,
        "brand_id": message.brand,
        "kind": message.kind,
        "epoch": message.order.epoch,
        "number": message.order.number,
        "event_id": message.event_id,
        "state": None if message.state is None else dict(message.state),
        "reason": message.reason,
        "decided_at": message.decided_at,
        "understood": message.understood,
        "produced_at": message.produced_at,
    }


def _message(row: Row[Any]) -> StoredMessage:
    return StoredMessage(
        key=row.key,
        brand=row.brand_id,
        kind=row.kind,
        order=GlobalOrder(row.epoch, row.number),
        event_id=row.event_id,
        state=row.state,
        reason=row.reason,
        decided_at=row.decided_at,
        understood=row.understood,
        produced_at=row.produced_at,
    )
