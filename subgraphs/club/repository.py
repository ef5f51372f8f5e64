"""SQL over the club's own tables."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Table, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club.membership import MembershipEvent, MembershipKind, Origin, fold, membership_fact
from subgraphs.club.models import OUTBOX
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Outbox


@dataclass(frozen=True, slots=True)
class MembershipRepository:
    """Reads and appends membership events; each goes into the outbox too."""

    table: Table
    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))

    async def events(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, list[MembershipEvent]]:
        """The events of customers, oldest first. One SELECT, or none for nobody."""
        if not owners:
            return {}
        c = self.table.c
        key = tuple_(c.brand_id, c.customer_id)
        rows = await connection.execute(
            select(c.brand_id, c.customer_id, c.version, c.kind, c.at)
            .where(key.in_(sorted(owners)))
            .order_by(c.brand_id, c.customer_id, c.version)
        )
        found: dict[Owner, list[MembershipEvent]] = {owner: [] for owner in owners}
        for row in rows:
            event = MembershipEvent(row.version, MembershipKind(row.kind), row.at)
            found[Owner(row.brand_id, row.customer_id)].append(event)
        return found

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
        """Adds the next event of a customer, and tells the other subgraphs of it.

        Args:
            connection: in a write transaction; the customer's intent slot keeps other writers away.
            owner: the customer.
            kind: what happened.
            upstream_key: the idempotency key that the upstream confirmed, or is told under.
            at: when it was confirmed, or became known.
            terms_version: the terms agreed to, when opting in.
            origin: where the change comes from.
        """
        events = (await self.events(connection, [owner]))[owner]
        event = MembershipEvent(max((one.version for one in events), default=0) + 1, kind, at)
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
        """Add an event without telling the other subgraphs."""
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
