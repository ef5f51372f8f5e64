"""SQL over intents: changes that are recorded before the upstream is called."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, Table, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.effect import recorded_at, revision_of

PENDING, CONFIRMED, REFUSED = "pending", "confirmed", "refused"
KEYS_LAST: Final = timedelta(hours=24)
"""The horizon of a change: how long the upstream is sure to know its key."""

CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""A record of the upstream that is not clearly older than a change counts as newer, because clocks differ."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A change that a customer requests.

    Attributes:
        operation: The mutation, such as optIn.
        slot: What it changes, such as membership; a slot has one pending change at a time.
        client_key: The customer's idempotency key.
        arguments: The arguments, as JSON; a repeated key must come with the same ones.
    """

    owner: Owner
    operation: str
    slot: str
    client_key: str
    arguments: Mapping[str, Any]

    @property
    def body_hash(self) -> str:
        """Return a hash by which two requests can be compared."""
        return hashlib.sha256(json.dumps(self.arguments, sort_keys=True).encode()).hexdigest()

    @property
    def upstream_key(self) -> str:
        """Return the upstream's idempotency key: one for each brand, customer, operation and client key."""
        parts = [*self.owner, self.operation, self.client_key]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Intent:
    """A recorded change.

    Attributes:
        path: Of the upstream call.
        body: Of the upstream call.
        facts: What is recorded with it once it is confirmed.
        status: Pending, confirmed or refused.
        not_before: Until when the upstream asked not to be called about it; None if it never did.
    """

    upstream_key: str
    owner: Owner
    operation: str
    body_hash: str
    path: str
    body: Mapping[str, Any]
    facts: Mapping[str, Any]
    status: str
    error_code: str | None
    error_message: str | None
    created_at: datetime
    not_before: datetime | None = None


class IntentKey(NamedTuple):
    """What tells a change from others, and which was made first."""

    created_at: datetime
    upstream_key: str


@dataclass(frozen=True, slots=True)
class IntentRepository:
    """Reads and writes a subgraph's intents."""

    table: Table

    async def by_client_key(self, connection: AsyncConnection, request: ChangeRequest) -> Intent | None:
        """Return the intent of a request that was made before, or None."""
        return await self.by_upstream_key(connection, request.upstream_key)

    async def by_upstream_key(self, connection: AsyncConnection, key: str) -> Intent | None:
        """Return the intent with an upstream key, or None."""
        rows = await connection.execute(select(self.table).where(self.table.c.upstream_key == key))
        row = rows.first()
        return _intent(row) if row else None

    async def pending_in(self, connection: AsyncConnection, owner: Owner, slot: str) -> Intent | None:
        """Return the pending change of a slot, or None."""
        c = self.table.c
        rows = await connection.execute(
            select(self.table).where(
                c.brand_id == owner.brand, c.customer_id == owner.customer, c.slot == slot
            )
        )
        row = rows.first()
        return _intent(row) if row else None

    async def hold_pending(self, connection: AsyncConnection, owner: Owner, slot: str) -> Intent | None:
        """Return the pending change of a slot, or None, locked until the transaction ends."""
        pending = await self.pending_in(connection, owner, slot)
        if pending is None:
            return None
        c = self.table.c
        held = select(self.table).where(c.upstream_key == pending.upstream_key, c.status == PENDING)
        row = (await connection.execute(held.with_for_update())).first()
        return _intent(row) if row else None

    async def pending(self, connection: AsyncConnection, owners: Collection[Owner]) -> dict[Owner, bool]:
        """Return which of the customers have a pending change, by one SELECT."""
        c = self.table.c
        key = tuple_(c.brand_id, c.customer_id)
        rows = await connection.execute(
            select(c.brand_id, c.customer_id).where(key.in_(sorted(owners)), c.slot.is_not(None))
        )
        return {Owner(row.brand_id, row.customer_id): True for row in rows}

    async def oldest_pending(
        self,
        connection: AsyncConnection,
        written: datetime,
        after: IntentKey | None,
        limit: int,
        due: datetime | None = None,
    ) -> list[IntentKey]:
        """Return the keys of changes in doubt, oldest first: one of them may be unreadable.

        Args:
            connection: To read with.
            written: Only changes written by then, so that running ones are left alone.
            after: The last one that was examined; None to begin with the oldest.
            limit: How many at most.
            due: Only changes about which the upstream may be called at this instant; None for all.
        """
        c = self.table.c
        order = (c.created_at, c.upstream_key)
        wanted = select(*order).where(c.status == PENDING, c.created_at <= written)
        if due is not None:
            wanted = wanted.where(or_(c.not_before.is_(None), c.not_before <= due))
        if after:
            wanted = wanted.where(tuple_(*order) > after)
        rows = await connection.execute(wanted.order_by(*order).limit(limit))
        return [IntentKey(*row) for row in rows]

    async def pending_of_brand(
        self,
        connection: AsyncConnection,
        brand: str,
        limit: int,
        after: tuple[datetime, str] | None = None,
        until: datetime | None = None,
    ) -> list[Intent]:
        """Return changes in doubt of a brand's customers, the oldest first.

        Args:
            connection: To read with.
            brand: The brand.
            limit: How many at most.
            after: Only those after this instant and key.
            until: Only those begun by then.
        """
        c = self.table.c
        order = (c.created_at, c.upstream_key)
        wanted = select(self.table).where(c.status == PENDING, c.brand_id == brand)
        if after is not None:
            wanted = wanted.where(tuple_(*order) > after)
        if until is not None:
            wanted = wanted.where(c.created_at <= until)
        rows = await connection.execute(wanted.order_by(*order).limit(limit))
        return [_intent(row) for row in rows]

    async def write_down(
        self, connection: AsyncConnection, request: ChangeRequest, change: "UpstreamChange", now: datetime
    ) -> Intent:
        """Add a pending intent.

        Raises:
            sqlalchemy.exc.IntegrityError: The slot is taken, or the key has just been used.
        """
        intent = Intent(
            upstream_key=request.upstream_key,
            owner=request.owner,
            operation=request.operation,
            body_hash=request.body_hash,
            path=change.path,
            body=dict(change.body),
            facts=dict(change.facts),
            status=PENDING,
            error_code=None,
            error_message=None,
            created_at=now,
        )
        await connection.execute(
            insert(self.table).values(
                upstream_key=intent.upstream_key,
                brand_id=request.owner.brand,
                customer_id=request.owner.customer,
                operation=request.operation,
                client_key=request.client_key,
                slot=request.slot,
                body_hash=intent.body_hash,
                request={"path": intent.path, "body": intent.body, "facts": intent.facts},
                status=intent.status,
                created_at=now,
            )
        )
        return intent

    async def settle(
        self,
        connection: AsyncConnection,
        intent: Intent,
        error: "tuple[str, str] | None",
        now: datetime,
        revision: int | None = None,
    ) -> bool:
        """Settle a pending intent as confirmed, or with the error that the customer is shown.

        Args:
            connection: A connection in a write transaction.
            intent: The intent.
            error: Code and message; None if it is confirmed.
            now: The current time.
            revision: Of the upstream's record that has confirmed it.

        Returns:
            False if somebody else has settled it already.
        """
        code, message = error or (None, None)
        settled = await connection.execute(
            update(self.table)
            .where(self.table.c.upstream_key == intent.upstream_key, self.table.c.status == PENDING)
            .values(
                status=REFUSED if error else CONFIRMED,
                slot=None,
                error_code=code,
                error_message=message,
                settled_at=now,
                upstream_revision=revision,
            )
        )
        return settled.rowcount == 1

    async def postpone(self, connection: AsyncConnection, intent: Intent, until: datetime) -> None:
        """Store until when the upstream asks not to be called about a pending change."""
        c = self.table.c
        pending = (c.upstream_key == intent.upstream_key, c.status == PENDING)
        await connection.execute(update(self.table).where(*pending).values(not_before=until))

    async def is_outdated(
        self, connection: AsyncConnection, intent: Intent, recorded: Mapping[str, Any], *, is_ours: bool
    ) -> bool:
        """Return whether the upstream's record, which lacks a pending change, is newer than the change.

        The revision that the upstream counts tells whether it is the record that we know. If it is not, its
        time decides, in doubt against the change; without a time, it is older only if it says what ours says.

        Args:
            connection: To read with.
            intent: The pending change.
            recorded: The upstream's record; empty if there is none.
            is_ours: Whether our own record says the same.
        """
        if not recorded:
            return False
        revision, at = revision_of(recorded), recorded_at(recorded)
        if revision is not None and revision == await self._known_revision(connection, intent):
            return False
        return not is_ours if at is None else at > intent.created_at - CLOCKS_DIFFER

    async def _known_revision(self, connection: AsyncConnection, intent: Intent) -> int | None:
        """Return the revision that the upstream's record had after our newest confirmed change of it."""
        c = self.table.c
        mine = (c.brand_id == intent.owner.brand, c.customer_id == intent.owner.customer)
        rows = await connection.execute(
            select(c.request, c.upstream_revision)
            .where(*mine, c.status == CONFIRMED)
            .order_by(c.settled_at.desc(), c.upstream_revision.desc())
        )
        same = (row.upstream_revision for row in rows if row.request["path"] == intent.path)
        return next(same, None)


@dataclass(frozen=True, slots=True)
class UpstreamChange:
    """The result of a valid request: the upstream call, and what to record once it is confirmed.

    Attributes:
        revision: Of the upstream's record, if the change was made there already.
    """

    path: str
    body: Mapping[str, Any]
    facts: Mapping[str, Any]
    revision: int | None = None


def _intent(row: Row[Any]) -> Intent:
    return with_fields_of(
        Intent,
        row,
        owner=Owner(row.brand_id, row.customer_id),
        path=row.request["path"],
        body=row.request["body"],
        facts=row.request["facts"],
    )
