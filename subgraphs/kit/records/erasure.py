"""Erases customers: deletes rows, keeps some under a pseudonym, and recognizes later facts about them.

docs/erasure.md says what happens to each table, and why.
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import Column, ColumnElement, Table, delete, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import fetch, few_at_once
from foundation.storage.cells.cell import customer_key, partition_of
from foundation.storage.cells.pseudonym import pseudonym_of
from foundation.storage.columns import Blob, shown_columns, upsert
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.brand_locks import lock_brands
from subgraphs.kit.records.tables import OutboxTables, StreamTables

CustomerKey: TypeAlias = tuple[str, str]
"""A brand and the id of a customer; an `Owner` is one."""

K = TypeVar("K", bound=CustomerKey)


async def letters_about(connection: AsyncConnection, table: Table, owner: Owner) -> list[int]:
    """Return the ids of the dead letters about a customer.

    A readable letter is about the customer that it names. An unreadable one counts as being about every
    customer whose quoted id it contains: losing it is better than keeping it.
    """
    key, quoted = ":".join(owner).encode(), json.dumps(owner.customer, ensure_ascii=False).encode()
    c = table.c
    rows = await connection.execute(
        select(c.id, c.key, c.value).where(
            or_(c.key == key, func.instr(c.value, literal(quoted, Blob())) > 0)
        )
    )
    return [row.id for row in rows if row.key == key or _names(row.value, owner)]


def _names(value: bytes, owner: Owner) -> bool:
    try:
        body: Any = json.loads(value)
    except (ValueError, RecursionError):
        return True
    if not isinstance(body, dict):
        return True
    return body.get("customer_id") == owner.customer and body.get("brand_id", owner.brand) == owner.brand


class ErasedPerson(NamedTuple):
    """A person to erase.

    Attributes:
        at: Everything up to this instant belongs to the erased person, everything later to a new one.
        pseudonym: Replaces the customer's id where a row is kept.
    """

    owner: Owner
    at: datetime
    pseudonym: str


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Keyed hashes (HMAC-SHA-256), the same in every subgraph, so that kept rows can still be joined.

    Attributes:
        partitions: How many partitions the topics have that are keyed by customer.
    """

    key: bytes
    partitions: int

    @classmethod
    def from_settings(cls, settings: DatabaseSettings) -> "Pseudonyms":
        """Use the configured key and number of partitions."""
        return cls(settings.pseudonym_key.get_secret_value().encode(), settings.cell.cell_of)

    def of_customer(self, owner: CustomerKey) -> str:
        """Return the hash of a customer for the list of erased customers."""
        return self._hash(*owner)

    def of_person(self, owner: Owner, at: datetime) -> str:
        """Return the id that kept rows get, in the customer's partition; each erasure has its own."""
        partition = partition_of(customer_key(*owner), self.partitions)
        digest = self._hash(*owner, at.astimezone(UTC).isoformat())
        return pseudonym_of(owner.brand, digest, partition, self.partitions)

    def _hash(self, *parts: str) -> str:
        return hmac.new(self.key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class ErasureRule:
    """What happens to a customer's rows in a table.

    Attributes:
        theirs: Returns the condition for a customer's rows.
        kept: Whether the rows are kept under the pseudonym; otherwise they are deleted. Rows that name no
            customer themselves stay as they are, because their parents get the pseudonym.
        where: Which of the rows; None for all. An earlier rule may handle others.
        time: The column of a row's time; rows after the erasure belong to a new person. None if all belong to
            the erased one.
    """

    table: Table
    theirs: Callable[[Owner], ColumnElement[bool]]
    why: str
    kept: bool = False
    where: ColumnElement[bool] | None = None
    time: Column[datetime] | None = None

    @property
    def name(self) -> str:
        """Return the name for reports."""
        return f"{self.table.name} {'kept under a pseudonym' if self.kept else 'deleted'}"

    def of(self, owner: Owner, at: datetime | None = None) -> tuple[ColumnElement[bool], ...]:
        """Return the condition for a customer's rows, up to an instant if one is given."""
        conditions = [self.theirs(owner)]
        if self.where is not None:
            conditions.append(self.where)
        if self.time is not None and at is not None:
            conditions.append(self.time <= at)
        return tuple(conditions)


RuleOf: TypeAlias = Callable[[Table, Callable[[Owner], ColumnElement[bool]]], ErasureRule]
"""A rule of a table that is not named yet, and of the condition for a customer's rows in it."""


def deleted(
    why: str, *, where: ColumnElement[bool] | None = None, time: Column[datetime] | None = None
) -> RuleOf:
    """Return the rule that rows are deleted. The arguments are those of `ErasureRule`."""
    return partial(ErasureRule, why=why, where=where, time=time)


def kept(
    why: str, *, where: ColumnElement[bool] | None = None, time: Column[datetime] | None = None
) -> RuleOf:
    """Return the rule that rows are kept under a pseudonym. The arguments are those of `ErasureRule`."""
    return partial(ErasureRule, why=why, kept=True, where=where, time=time)


Step = Callable[[AsyncConnection, ErasedPerson], Awaitable[None]]


class Marker(NamedTuple):
    """A record that a customer was erased.

    Attributes:
        revision: The highest known revision of the account; a higher one belongs to a new person.
        erased_at: Everything up to this instant belongs to the erased person.
        pseudonym: What the person's rows are kept as.
    """

    revision: int
    erased_at: datetime
    pseudonym: str


@dataclass(frozen=True, slots=True)
class ErasureTables:
    """The tables that are handled the same way in every subgraph.

    Attributes:
        marker: Records who was erased.
        account: The accounts, whose revisions tell an erased person from a new one; None without any.
        brand_lock: The brands that are locked, in a block without a table of brands.
    """

    marker: Table
    account: Table | None
    stream: StreamTables
    outbox: OutboxTables | None = None
    brand_lock: Table | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """Erases customers from one subgraph's database, in the caller's write transaction.

    Attributes:
        rules: In the order of execution, which is the order in which others lock rows.
        first: Runs before the rules.
        last: Runs after them.
        told: Topics whose unpublished messages about an erased customer are published all the same.
    """

    tables: ErasureTables
    rules: tuple[ErasureRule, ...]
    pseudonyms: Pseudonyms
    dialect: str
    first: Step | None = None
    last: Step | None = None
    told: frozenset[str] = frozenset()

    async def erase(self, connection: AsyncConnection, owner: Owner, at: datetime, now: datetime) -> bool:
        """Erase a customer as of an instant; return False if that was done before."""
        await lock_brands(connection, [owner.brand], exclusive=True, named=self.tables.brand_lock)
        known = (await self.markers(connection, [owner])).get(owner)
        if known is not None and known.erased_at >= at:
            return False
        revision = max(await self._revision(connection, owner), known.revision if known else 0)
        person = ErasedPerson(owner, at, self.pseudonyms.of_person(owner, at))
        counts: dict[str, int] = {}
        if self.first:
            await self.first(connection, person)
        for rule in self.rules:
            counts[rule.name] = await self._apply(connection, rule, person)
        counts |= await self._forget_messages(connection, owner)
        if self.last:
            await self.last(connection, person)
        await self._remember(connection, person, Marker(revision, at, person.pseudonym), counts, now)
        return True

    async def counts(self, connection: AsyncConnection, owner: Owner) -> dict[str, int]:
        """Count the rows that an erasure would find now, by what would happen to them."""
        found = {}
        for rule in self.rules:
            found[rule.name] = await _count(connection, rule, rule.of(owner))
        letters = await letters_about(connection, self.tables.stream.dead_letter, owner)
        return found | {"dead_letter deleted": len(letters)} | await self._outbox_count(connection, owner)

    async def export(self, connection: AsyncConnection, owner: Owner) -> dict[str, list[dict[str, Any]]]:
        """Return all rows about a customer without secrets, by table."""
        found: dict[str, list[dict[str, Any]]] = {}
        for table, theirs in {rule.table: rule.theirs(owner) for rule in self.rules}.items():
            query = select(*shown_columns(table)).where(theirs).order_by(*table.primary_key)
            rows = await connection.execute(query)
            found[table.name] = [dict(row) for row in rows.mappings()]
        return found

    async def of_erased(
        self, connection: AsyncConnection, facts: Sequence[tuple[CustomerKey, datetime]]
    ) -> set[int]:
        """Return the indexes of the facts about erased persons, by customer and event time.

        Their brands are locked until the transaction ends, so that no customer is erased meanwhile.

        Args:
            connection: In a write transaction.
            facts: The customer of each, by brand and id, and its time.
        """
        owners = dict(facts).keys()
        brands, named = {brand for brand, _ in owners}, self.tables.brand_lock
        await lock_brands(connection, brands, exclusive=False, named=named)
        markers = await self.markers(connection, owners)
        if not markers:
            return set()
        return {
            place
            for place, (owner, at) in enumerate(facts)
            if owner in markers and at <= markers[owner].erased_at
        }

    async def markers(self, connection: AsyncConnection, owners: Collection[K]) -> dict[K, Marker]:
        """Return when customers were erased, by brand and id; others are absent."""
        marker, c = self.tables.marker, self.tables.marker.c
        if not await fetch(connection, f"SELECT 1 FROM {marker.name} LIMIT 1"):  # noqa: S608 - our table
            return {}
        hashes = {(owner[0], self.pseudonyms.of_customer(owner)): owner for owner in owners}
        markers: dict[K, Marker] = {}
        for brand, some in few_at_once(hashes):
            rows = await connection.execute(
                select(c.customer_hash, c.revision, c.erased_at, c.pseudonym).where(
                    c.brand_id == brand, c.customer_hash.in_(some)
                )
            )
            markers |= {hashes[brand, row[0]]: Marker(*row[1:]) for row in rows}
        return markers

    async def last_time(self, connection: AsyncConnection, owner: Owner) -> Mapping[str, Any] | None:
        """Return the record of a customer's last erasure; None if there was none."""
        marker = self.tables.marker
        rows = await connection.execute(
            select(marker).where(
                marker.c.brand_id == owner.brand,
                marker.c.customer_hash == self.pseudonyms.of_customer(owner),
            )
        )
        row = rows.mappings().first()
        return None if row is None else dict(row)

    async def _apply(self, connection: AsyncConnection, rule: ErasureRule, person: ErasedPerson) -> int:
        condition = rule.of(person.owner, person.at)
        if "customer_id" not in rule.table.c:
            return await _apply_by_parent(connection, rule, condition)
        if rule.kept:
            renamed = update(rule.table).where(*condition).values(customer_id=person.pseudonym)
            return (await connection.execute(renamed)).rowcount
        return (await connection.execute(delete(rule.table).where(*condition))).rowcount

    async def _forget_messages(self, connection: AsyncConnection, owner: Owner) -> dict[str, int]:
        """Delete unpublished facts and dead letters about the customer."""
        letter = self.tables.stream.dead_letter
        ids = await letters_about(connection, letter, owner)
        if ids:
            await connection.execute(delete(letter).where(letter.c.id.in_(ids)))
        counts = {"dead_letter deleted": len(ids)} | await self._outbox_count(connection, owner)
        if self.tables.outbox is not None:
            outbox = self.tables.outbox.outbox
            await connection.execute(delete(outbox).where(*self._untold(outbox, owner)))
        return counts

    async def _outbox_count(self, connection: AsyncConnection, owner: Owner) -> dict[str, int]:
        if self.tables.outbox is None:
            return {}
        outbox = self.tables.outbox.outbox
        query = select(func.count()).select_from(outbox).where(*self._untold(outbox, owner))
        return {"outbox deleted": await connection.scalar(query) or 0}

    def _untold(self, outbox: Table, owner: Owner) -> tuple[ColumnElement[bool], ...]:
        """Return the condition for messages about a customer that nobody may hear of any more."""
        return outbox.c.key == ":".join(owner), outbox.c.topic.not_in(sorted(self.told))

    async def _revision(self, connection: AsyncConnection, owner: Owner) -> int:
        if self.tables.account is None:
            return 0
        c = self.tables.account.c
        query = select(c.revision).where(c.brand_id == owner.brand, c.customer_id == owner.customer)
        return await connection.scalar(query.with_for_update()) or 0

    async def _remember(
        self,
        connection: AsyncConnection,
        person: ErasedPerson,
        marker: Marker,
        counts: Mapping[str, int],
        now: datetime,
    ) -> None:
        row = {
            "brand_id": person.owner.brand,
            "customer_hash": self.pseudonyms.of_customer(person.owner),
            "revision": marker.revision,
            "erased_at": marker.erased_at,
            "pseudonym": marker.pseudonym,
            "found": dict(counts),
            "applied_at": now,
        }
        changed = [name for name in row if name not in {"brand_id", "customer_hash"}]
        await connection.execute(upsert(self.dialect, self.tables.marker, [row], update=changed))


async def _apply_by_parent(
    connection: AsyncConnection, rule: ErasureRule, condition: Sequence[ColumnElement[bool]]
) -> int:
    """Delete rows by their keys, unless they are kept: then their parents get the pseudonym."""
    key = rule.table.primary_key
    keys = [tuple(row) for row in await connection.execute(select(*key).where(*condition))]
    if keys and not rule.kept:
        await connection.execute(delete(rule.table).where(tuple_(*key).in_(keys)))
    return len(keys)


async def _count(
    connection: AsyncConnection, rule: ErasureRule, condition: Sequence[ColumnElement[bool]]
) -> int:
    query = select(func.count()).select_from(rule.table).where(*condition)
    return await connection.scalar(query) or 0
