"""What a subgraph's tables record about a customer, newest first, in pages by key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Table, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import shown_columns
from subgraphs.kit.domain.keys import Owner


class HistoryPosition(NamedTuple):
    """Where a page of a customer's history ends: the next one begins after it.

    All entries have one order: the newest first, then by kind, then the highest id first.
    """

    at: datetime
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class MessageSource:
    """The message that an entry comes from, as far as the tables record it.

    Attributes:
        topic: The topic; None if the entry comes from no message.
        identity: Identifies the message among those of its key, such as a revision.
        partition, offset: Where the record was; None for tables that do not keep them.
        arrived_at: When this installation received it; None for tables that do not keep it.
    """

    topic: str | None = None
    key: str | None = None
    identity: str | None = None
    partition: int | None = None
    offset: int | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that happened to a customer.

    Attributes:
        at: Event time.
        facts: Columns of the row, for people to look at.
    """

    kind: str
    id: str
    at: datetime
    facts: Mapping[str, Any]
    source: MessageSource = field(default_factory=MessageSource)

    @property
    def position(self) -> HistoryPosition:
        """Return where the entry is in the order of the history."""
        return HistoryPosition(self.at, self.kind, self.id)


@dataclass(frozen=True, slots=True)
class HistoryTable:
    """A table with rows about customers, of which each is an entry.

    The rows of one customer are found by an index that begins with brand and customer.

    Attributes:
        kind: The kind of its entries.
        at: The column of the event time.
        id: The column that tells a customer's rows apart.
        source: The message that a row comes from; none by default.
        where: Which of the rows; None for all.
        bounds: Conditions that let an index skip rows which are newer than a position.
        newest_first: Columns of that index before the event time, in which the order is the same.
    """

    kind: str
    table: Table
    at: ColumnElement[datetime]
    id: ColumnElement[Any]
    source: Callable[[Owner, Row[Any]], MessageSource] = lambda _owner, _row: MessageSource()
    where: ColumnElement[bool] | None = None
    bounds: Callable[[HistoryPosition], ColumnElement[bool]] | None = None
    newest_first: Sequence[ColumnElement[Any]] = ()

    async def page(
        self, connection: AsyncConnection, owner: Owner, first: int, after: HistoryPosition | None
    ) -> list[HistoryEntry]:
        """Return up to `first` entries of a customer after a position, the newest first."""
        c = self.table.c
        conditions = [c.brand_id == owner.brand, c.customer_id == owner.customer]
        if self.where is not None:
            conditions.append(self.where)
        if after is not None:
            conditions.append(self._older(after))
            if self.bounds is not None:
                conditions.append(self.bounds(after))
        order = (*self.newest_first, self.at.desc(), self.id.desc())
        rows = await connection.execute(
            select(self.table, self.at.label("history_at"), self.id.label("history_id"))
            .where(*conditions)
            .order_by(*order)
            .limit(first)
        )
        return [self._entry(owner, row) for row in rows]

    def _older(self, after: HistoryPosition) -> ColumnElement[bool]:
        if self.kind > after.kind:
            return self.at <= after.at
        if self.kind < after.kind:
            return self.at < after.at
        return or_(self.at < after.at, and_(self.at == after.at, self.id < self._typed(after.id)))

    def _typed(self, value: str) -> Any:
        return int(value) if self.id.type.python_type is int else value

    def _entry(self, owner: Owner, row: Row[Any]) -> HistoryEntry:
        hidden = {"brand_id", "customer_id"}
        shown = [column.name for column in shown_columns(self.table) if column.name not in hidden]
        facts = {name: getattr(row, name) for name in shown}
        source = self.source(owner, row)
        return HistoryEntry(self.kind, str(row.history_id), row.history_at, facts, source)


@dataclass(frozen=True, slots=True)
class CustomerHistory:
    """The tables of one subgraph that say what happened to a customer."""

    tables: tuple[HistoryTable, ...]

    async def page(
        self, connection: AsyncConnection, owner: Owner, first: int, after: HistoryPosition | None = None
    ) -> list[list[HistoryEntry]]:
        """Return for each table up to `first` entries after a position, the newest first."""
        return [await table.page(connection, owner, first, after) for table in self.tables]


def message_of(topic: str, identity: str) -> Callable[[Owner, Row[Any]], MessageSource]:
    """Return the source of rows whose message has the customer as its key.

    Args:
        topic: The topic.
        identity: The column that tells the messages of a customer apart, such as a revision.
    """

    def source(owner: Owner, row: Row[Any]) -> MessageSource:
        return MessageSource(topic, ":".join(owner), f"{identity} {getattr(row, identity)}")

    return source


def recorded_at(column: str) -> Callable[[Owner, Row[Any]], MessageSource]:
    """Return the source of rows that come from no message, with the column that says when they were made."""

    def source(_owner: Owner, row: Row[Any]) -> MessageSource:
        return MessageSource(arrived_at=getattr(row, column))

    return source
