"""The outbox: facts for other subgraphs, written in the transaction that makes them true."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Select, Text, delete, func, insert, select, tuple_, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.tracing import TRACEPARENT, trace_of
from subgraphs.kit.records.leases import Lease
from subgraphs.kit.records.tables import OutboxTables

TOMBSTONE: Final = ""
"""The value of a row that is published as null, after which compaction removes the key."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A message to other subgraphs.

    Attributes:
        schema: Name and major version, such as `club.membership/1`.
        key: The key of the record, such as `brand:customer`; records of one key are published in the order
            written.
        identity: What the fact is about, such as a version.
        body: The message without `schema` and `event_id`; one of the platform as a whole has no `brand_id`.
    """

    topic: str
    schema: str
    key: str
    identity: str
    body: Mapping[str, Any]

    @property
    def event_id(self) -> str:
        """Return a UUID derived from the fact: published twice, it is the same event; changed, it is not."""
        return self._event_id(json.dumps(self.body))

    def encoded(self) -> "Encoded":
        """Return the message as it will be sent; its headers repeat a part of it."""
        body = json.dumps(self.body)
        event_id = self._event_id(body)
        headers = {"schema": self.schema, "event_id": event_id, "producer": "furlong"}
        if brand := self.body.get("brand_id"):
            headers["brand"] = brand
        if traceparent := trace_of(self.key):
            headers[TRACEPARENT] = traceparent
        value = f'{{"schema": {json.dumps(self.schema)}, "event_id": "{event_id}", {body[1:]}'
        return Encoded(self.topic, self.key, value, headers)

    def _event_id(self, body: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.schema}#{self.key}#{self.identity}#{body}"))


@dataclass(frozen=True, slots=True)
class Encoded:
    """A message as it will be sent."""

    topic: str
    key: str
    value: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UnpublishedFact:
    """A fact that is not published yet; ids grow in the order of writing.

    Attributes:
        headers_json: As they are stored, so that one row which is damaged keeps no other from being read.
    """

    id: int
    topic: str
    key: str
    value: str
    headers_json: str

    @property
    def headers(self) -> Mapping[str, str]:
        """Return its headers.

        Raises:
            ValueError: They are no JSON.
        """
        headers: Mapping[str, str] = json.loads(self.headers_json)
        return headers


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox of one subgraph.

    A writer of facts of one key must keep other writers of that key out until it commits, so that ids grow in
    the order in which the facts became true.
    """

    tables: OutboxTables

    def lease(self, holder: str) -> Lease:
        """Return the lease to publish, which one relay holds at a time."""
        return Lease(self.tables.lease, "outbox", holder)

    async def put(self, connection: AsyncConnection, fact: Fact, at: datetime) -> None:
        """Add a fact in the caller's transaction."""
        await self.put_encoded(connection, [fact.encoded()], at)

    async def put_all(self, connection: AsyncConnection, facts: Iterable[Fact], at: datetime) -> None:
        """Add facts in the caller's transaction, by one statement and in this order."""
        await self.put_encoded(connection, [fact.encoded() for fact in facts], at)

    async def put_encoded(
        self, connection: AsyncConnection, messages: Sequence[Encoded], at: datetime
    ) -> None:
        """Add messages that are encoded already, in the caller's transaction."""
        rows = [
            {
                "topic": message.topic,
                "key": message.key,
                "value": message.value,
                "headers": dict(message.headers),
                "written_at": at,
            }
            for message in messages
        ]
        if rows:
            await connection.execute(insert(self.tables.outbox), rows)

    async def withdraw(self, connection: AsyncConnection, topic: str) -> None:
        """Delete the unpublished messages of a topic: others replace them in the caller's transaction."""
        await connection.execute(delete(self.tables.outbox).where(self.tables.outbox.c.topic == topic))

    async def waiting_keys(self, connection: AsyncConnection, topic: str) -> set[str]:
        """Return the keys of a topic's unpublished messages."""
        c = self.tables.outbox.c
        return set(await connection.scalars(select(c.key).where(c.topic == topic)))

    async def waiting(
        self,
        connection: AsyncConnection,
        limit: int,
        *,
        keys_of: Collection[int] = (),
        topics_of: Collection[int] = (),
    ) -> list[UnpublishedFact]:
        """Return the oldest unpublished facts.

        Args:
            connection: To read with.
            limit: How many at most.
            keys_of: Facts whose key is left out, with all facts that it has.
            topics_of: Facts whose topic is left out.
        """
        c, first = self.tables.outbox.c, self.tables.outbox.alias().c
        query = select(self.tables.outbox)
        if keys_of:
            held = select(first.topic, first.key).where(first.id.in_(keys_of))
            query = query.where(tuple_(c.topic, c.key).not_in(held))
        if topics_of:
            query = query.where(c.topic.not_in(select(first.topic).where(first.id.in_(topics_of))))
        return await self._facts(connection, query.order_by(c.id).limit(limit))

    async def waiting_for(self, connection: AsyncConnection, topic: str) -> list[UnpublishedFact]:
        """Return all unpublished facts of a topic, oldest first."""
        table = self.tables.outbox
        return await self._facts(connection, select(table).where(table.c.topic == topic).order_by(table.c.id))

    async def _facts(self, connection: AsyncConnection, query: Select[Any]) -> list[UnpublishedFact]:
        c = self.tables.outbox.c
        headers = type_coerce(c.headers, Text)
        rows = await connection.execute(query.with_only_columns(c.id, c.topic, c.key, c.value, headers))
        return [UnpublishedFact(*row) for row in rows]

    async def backlog(self, connection: AsyncConnection) -> tuple[int, datetime | None]:
        """Return how many facts are waiting, and since when the oldest has been waiting."""
        table = self.tables.outbox
        row = (
            await connection.execute(select(func.count(), func.min(table.c.written_at)).select_from(table))
        ).one()
        return row[0], row[1]

    async def remove(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        """Delete published facts."""
        await connection.execute(delete(self.tables.outbox).where(self.tables.outbox.c.id.in_(ids)))


def delivered_in_order(waiting: Sequence[UnpublishedFact], delivered: Collection[int]) -> list[int]:
    """Return the ids of delivered facts before the first of their key that was not.

    Facts delivered after it are published again: otherwise the older fact would be the last of its key.
    """
    ids, held = list[int](), set[tuple[str, str]]()
    for fact in waiting:
        if fact.id not in delivered:
            held.add((fact.topic, fact.key))
        elif (fact.topic, fact.key) not in held:
            ids.append(fact.id)
    return ids


def prefix_delivered(waiting: Sequence[UnpublishedFact], delivered: Collection[int]) -> list[int]:
    """Return the ids before the first that was not delivered.

    Facts delivered after it are published again: otherwise the older fact would be the last of its key.
    """
    ids: list[int] = []
    for fact in waiting:
        if fact.id not in delivered:
            break
        ids.append(fact.id)
    return ids
