"""SQL over the club's own tables: membership events, and the checkpoint of comparisons."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Table, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club.membership.membership import (
    MembershipEvent,
    MembershipKind,
    Origin,
    fold,
    membership_fact,
)
from subgraphs.club.models import COMPARISON, OUTBOX
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.key_lookup import OWNER, KeyLookup, Row
from subgraphs.kit.records.outbox import Outbox

KINDS: Final = {kind.value: kind for kind in MembershipKind}
BEFORE_FIRST: Final = Owner("", "")
"""Sorts before the first customer."""


@dataclass(frozen=True, slots=True)
class MembershipRepository:
    """Reads and appends membership events; appending publishes them through the outbox."""

    table: Table
    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))

    async def events(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, list[MembershipEvent]]:
        """Return the events of customers, oldest first, with one SELECT, or none if no customer is given."""
        if not owners:
            return {}
        c = self.table.c
        key = tuple_(c.brand_id, c.customer_id)
        rows = await connection.execute(
            select(c.brand_id, c.customer_id, c.version, c.kind, c.at)
            .where(key.in_(sorted(owners)))
            .order_by(c.brand_id, c.customer_id, c.version)
        )
        by_owner: dict[Owner, list[MembershipEvent]] = {owner: [] for owner in owners}
        for row in rows:
            event = MembershipEvent(row.version, MembershipKind(row.kind), row.at)
            by_owner[Owner(row.brand_id, row.customer_id)].append(event)
        return by_owner

    async def append(
        self,
        connection: AsyncConnection,
        owner: Owner,
        kind: MembershipKind,
        *,
        upstream_key: str,
        at: datetime,
        terms_version: str | None = None,
        origin: Origin = Origin.CUSTOMER,
    ) -> None:
        """Append the next event of a customer, and publish it to the other subgraphs.

        Args:
            connection: A connection in a write transaction; the customer's intent slot excludes other
                writers.
            owner: The customer.
            kind: The kind of event.
            upstream_key: The idempotency key that the upstream has confirmed, or will be called with.
            at: When the event was confirmed, or became known.
            terms_version: The terms that the customer agreed to by opting in.
            origin: Where the change comes from.
        """
        events = (await self.events(connection, [owner]))[owner]
        event = MembershipEvent(max((event.version for event in events), default=0) + 1, kind, at)
        await self.store(
            connection, owner, event, upstream_key=upstream_key, terms_version=terms_version, origin=origin
        )
        await self.outbox.put(connection, membership_fact(owner, event, fold([*events, event])), at)

    async def store(
        self,
        connection: AsyncConnection,
        owner: Owner,
        event: MembershipEvent,
        *,
        upstream_key: str,
        origin: Origin,
        terms_version: str | None = None,
    ) -> None:
        """Store an event without publishing it."""
        await connection.execute(
            insert(self.table).values(
                brand_id=owner.brand,
                customer_id=owner.customer,
                version=event.version,
                kind=event.kind.value,
                terms_version=terms_version,
                upstream_key=upstream_key,
                at=event.at,
                origin=origin.value,
            )
        )


def events_lookup(table: Table) -> KeyLookup[Owner, tuple[MembershipEvent, ...]]:
    """Return the lookup of a customer's membership events, oldest first."""
    return KeyLookup(table, OWNER, ("version", "kind", "at"), _events)


def _events(rows: Sequence[Row]) -> tuple[MembershipEvent, ...]:
    return tuple([MembershipEvent(version, KINDS[kind], at) for version, kind, at in sorted(rows)])


@dataclass(frozen=True, slots=True)
class ComparisonCheckpoint:
    """The progress of a comparison over all customers, so that any process can continue it.

    Callers hold a lease, so that one process at a time works on a comparison.
    """

    name: str
    table: Table = COMPARISON

    async def resume(self, connection: AsyncConnection, now: datetime, every: timedelta) -> Owner | None:
        """Return the customer after whom to continue; None while no comparison is due.

        Args:
            connection: A connection in a write transaction.
            now: The current time.
            every: How long after the end of a comparison the next one begins.
        """
        c = self.table.c
        row = (await connection.execute(select(self.table).where(c.name == self.name))).first()
        first = {
            "begun_at": now,
            "ended_at": None,
            "brand_id": BEFORE_FIRST.brand,
            "customer_id": BEFORE_FIRST.customer,
        }
        if row is None:
            await connection.execute(insert(self.table).values(name=self.name, **first))
        elif row.ended_at is None:
            return Owner(row.brand_id, row.customer_id)
        elif row.ended_at + every > now:
            return None
        else:
            await connection.execute(update(self.table).where(c.name == self.name).values(**first))
        return BEFORE_FIRST

    async def store(self, connection: AsyncConnection, last: Owner) -> None:
        """Store the last customer who was compared."""
        values = {"brand_id": last.brand, "customer_id": last.customer}
        await connection.execute(update(self.table).where(self.table.c.name == self.name).values(**values))

    async def finish(self, connection: AsyncConnection, now: datetime) -> None:
        """Record that all customers were compared."""
        await connection.execute(
            update(self.table).where(self.table.c.name == self.name).values(ended_at=now)
        )
