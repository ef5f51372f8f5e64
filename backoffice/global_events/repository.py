"""SQL over the decisions for all nodes, and over their sequence."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.global_events.models import OUTBOX, SEQUENCE, SUBJECT
from foundation.same_fields import with_fields_of
from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.kit.records.global_state import GlobalOrder
from subgraphs.kit.records.outbox import Encoded, Outbox
from subgraphs.kit.topics import GLOBAL_TOPIC

SCHEMA: Final = "club.global/1"
NAME: Final = "global"


@dataclass(frozen=True, slots=True)
class GlobalDecision:
    """The last decision about a subject.

    Attributes:
        key: The key on the topic, of brand, kind and subject.
        event_id: Identifies the decision, also if it is published again under another number.
        decided_by: A person's name, or the command; it stays in the back office.
    """

    key: str
    brand: str
    kind: str
    subject: str
    order: GlobalOrder
    event_id: str
    state: Mapping[str, Any]
    reason: str | None
    decided_at: datetime
    decided_by: str

    def message(self) -> str:
        """Return the message as JSON."""
        return json.dumps(
            {
                "schema": SCHEMA,
                "event_id": self.event_id,
                "brand_id": self.brand,
                "epoch": self.order.epoch,
                "number": self.order.number,
                "kind": self.kind,
                "subject": self.subject,
                "state": self.state,
                "reason": self.reason,
                "decided_at": self.decided_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            }
        )


@dataclass(frozen=True, slots=True)
class MessageSequence:
    """The order of the last message, and the generation of the topic that it was published to."""

    order: GlobalOrder
    generation: str | None


@dataclass(frozen=True, slots=True)
class DecisionRepository:
    """Reads and writes decisions; every write also puts the message into the outbox."""

    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))

    async def lock_sequence(self, connection: AsyncConnection, at: datetime) -> MessageSequence:
        """Lock the sequence until the transaction ends, so that messages get their numbers one by one."""
        query = select(SEQUENCE).where(SEQUENCE.c.name == NAME).with_for_update()
        row = (await connection.execute(query)).one_or_none()
        if row is None:
            first = {"name": NAME, "epoch": int(at.timestamp()), "number": 0, "generation": None}
            await connection.execute(upsert(connection.dialect.name, SEQUENCE, [first]))
            row = (await connection.execute(query)).one()
        return MessageSequence(GlobalOrder(row.epoch, row.number), row.generation)

    async def move_sequence(
        self, connection: AsyncConnection, order: GlobalOrder, generation: str | None
    ) -> None:
        """Store the order of the last message."""
        values = {"epoch": order.epoch, "number": order.number, "generation": generation}
        await connection.execute(update(SEQUENCE).where(SEQUENCE.c.name == NAME).values(values))

    async def store(self, connection: AsyncConnection, decision: GlobalDecision) -> None:
        """Store a decision over the one before."""
        row = _row(decision)
        columns = [name for name in row if name != "key"]
        await connection.execute(upsert(connection.dialect.name, SUBJECT, [row], update=columns))

    async def send(self, connection: AsyncConnection, decision: GlobalDecision, at: datetime) -> None:
        """Put a decision's message into the outbox."""
        headers = {
            "schema": SCHEMA,
            "event_id": decision.event_id,
            "producer": "furlong-backoffice",
            "brand": decision.brand,
        }
        message = Encoded(GLOBAL_TOPIC, decision.key, decision.message(), headers)
        await self.outbox.put_encoded(connection, [message], at)

    async def find(self, connection: AsyncConnection, key: str) -> GlobalDecision | None:
        """Return the last decision about a subject."""
        row = (await connection.execute(select(SUBJECT).where(SUBJECT.c.key == key))).one_or_none()
        return None if row is None else _decision(row)

    async def named(self, connection: AsyncConnection, keys: Collection[str]) -> dict[str, GlobalDecision]:
        """Return the last decision about each of some subjects, by key."""
        found: dict[str, GlobalDecision] = {}
        for portion in in_portions(sorted(keys)):
            rows = await connection.execute(select(SUBJECT).where(SUBJECT.c.key.in_(portion)))
            found.update((row.key, _decision(row)) for row in rows)
        return found

    async def decided_at(
        self, connection: AsyncConnection, kind: str, instants: Collection[datetime]
    ) -> list[GlobalDecision]:
        """Return the last decisions about subjects of a kind that were taken at some instants, by key."""
        c = SUBJECT.c
        query = select(SUBJECT).where(c.kind == kind, c.decided_at.in_(sorted(instants))).order_by(c.key)
        return [_decision(row) for row in await connection.execute(query)]

    async def all(self, connection: AsyncConnection) -> list[GlobalDecision]:
        """Return the last decision about every subject, in their order."""
        rows = await connection.execute(select(SUBJECT).order_by(SUBJECT.c.epoch, SUBJECT.c.number))
        return [_decision(row) for row in rows]

    async def page(
        self,
        connection: AsyncConnection,
        *,
        first: int,
        before: GlobalOrder | None = None,
        brands: Collection[str] | None = None,
        kinds: Collection[str] = (),
    ) -> list[GlobalDecision]:
        """Return decisions, the newest first.

        Args:
            connection: To read with.
            first: How many at most.
            before: Only those before this one.
            brands: Only of these; None for all.
            kinds: Only of these; empty for all.
        """
        c = SUBJECT.c
        query = select(SUBJECT).order_by(c.epoch.desc(), c.number.desc()).limit(first)
        if before is not None:
            earlier = (c.epoch == before.epoch) & (c.number < before.number)
            query = query.where(or_(c.epoch < before.epoch, earlier))
        if brands is not None:
            query = query.where(c.brand_id.in_(sorted(brands)))
        if kinds:
            query = query.where(c.kind.in_(sorted(kinds)))
        return [_decision(row) for row in await connection.execute(query)]


def renumbered(decision: GlobalDecision, order: GlobalOrder) -> GlobalDecision:
    """Return the same decision under another number."""
    return replace(decision, order=order)


def _row(decision: GlobalDecision) -> dict[str, Any]:
    return {
        "key": decision.key,
        "brand_id": decision.brand,
        "kind": decision.kind,
        "subject": decision.subject,
        "epoch": decision.order.epoch,
        "number": decision.order.number,
        "event_id": decision.event_id,
        "state": dict(decision.state),
        "reason": decision.reason,
        "decided_at": decision.decided_at,
        "decided_by": decision.decided_by,
    }


def _decision(row: Row[Any]) -> GlobalDecision:
    return with_fields_of(GlobalDecision, row, brand=row.brand_id, order=GlobalOrder(row.epoch, row.number))
