"""The outbox: facts for other subgraphs, written in the transaction that makes them true, published later."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tracing import TRACEPARENT, trace_of
from subgraphs.kit.records.leases import Lease
from subgraphs.kit.records.tables import OutboxTables

TOMBSTONE: Final = ""
"""The value of a row that is published as null, after which compaction removes the key."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What other subgraphs are told.

    Attributes:
        schema: name and major version, as `club.membership/1`.
        key: of the record, as `brand:customer`; records of one key are published in the order written.
        identity: what makes this fact one and the same however often it is published, as a version.
        body: the message without `schema` and `event_id`.
    """

    topic: str
    schema: str
    key: str
    identity: str
    body: Mapping[str, Any]

    @property
    def event_id(self) -> str:
        """A UUID that follows from the fact: published twice, it is the same event."""
        return str(uuid5(NAMESPACE_URL, f"{self.schema}#{self.key}#{self.identity}"))

    @property
    def value(self) -> str:
        """The message, as JSON."""
        return json.dumps({"schema": self.schema, "event_id": self.event_id, **self.body})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact that has not been published yet; ids grow in the order of writing."""

    id: int
    topic: str
    key: str
    value: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox of one subgraph.

    Whoever writes facts of one key must keep other writers of that key out until the commit, so that ids
    grow in the order in which the facts became true.
    """

    tables: OutboxTables

    def lease(self, holder: str) -> Lease:
        """A relay's claim to publish, which one has at a time."""
        return Lease(self.tables.lease, "outbox", holder)

    async def put(self, connection: AsyncConnection, fact: Fact, at: datetime) -> None:
        """Adds a fact to the caller's transaction."""
        headers = {
            "schema": fact.schema,
            "event_id": fact.event_id,
            "producer": "furlong",
            "brand": fact.body["brand_id"],
        }
        if traceparent := trace_of(fact.key):
            headers[TRACEPARENT] = traceparent
        await connection.execute(
            insert(self.tables.outbox).values(
                topic=fact.topic, key=fact.key, value=fact.value, headers=headers, written_at=at
            )
        )

    async def waiting(self, connection: AsyncConnection, limit: int) -> list[Waiting]:
        """The oldest facts that wait to be published."""
        table = self.tables.outbox
        rows = await connection.execute(select(table).order_by(table.c.id).limit(limit))
        return [Waiting(row.id, row.topic, row.key, row.value, row.headers) for row in rows]

    async def backlog(self, connection: AsyncConnection) -> tuple[int, datetime | None]:
        """How many facts wait, and since when the oldest does."""
        table = self.tables.outbox
        row = (
            await connection.execute(select(func.count(), func.min(table.c.written_at)).select_from(table))
        ).one()
        return row[0], row[1]

    async def remove(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        """Forgets facts that were published."""
        await connection.execute(delete(self.tables.outbox).where(self.tables.outbox.c.id.in_(ids)))


def prefix_delivered(waiting: Sequence[Waiting], delivered: Collection[int]) -> list[int]:
    """The ids up to the first that was not delivered.

    What was delivered after it goes out again: else its key would end with the older fact.
    """
    ids: list[int] = []
    for fact in waiting:
        if fact.id not in delivered:
            break
        ids.append(fact.id)
    return ids
