"""Goodwill credits: rewards that two people of the back office gave a customer, and their SQL."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.models import GOODWILL_CREDIT
from subgraphs.fulfilment.repository import FulfilmentRepository
from subgraphs.fulfilment.state.fulfilment import Fulfilment, new_fulfilment
from subgraphs.fulfilment.state.reward import Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import Owner

GOODWILL_SCHEMA: Final = "club.goodwill/1"


@dataclass(frozen=True, slots=True)
class GoodwillCredit:
    """A decided credit.

    Attributes:
        club: The customer, and the week whose budget pays for it.
        credit_id: Identifies it wherever it is: the same one is paid once.
        cause: Why it was given: a cause from the back office's list.
        explanation: Why, in the words of the person who proposed it.
    """

    club: ClubKey
    credit_id: str
    reward: Reward
    cause: str
    explanation: str
    proposed_by: str
    approved_by: str
    decided_at: datetime

    @property
    def key(self) -> str:
        """Return the idempotency key."""
        return goodwill_key(self.club.brand, self.credit_id)

    def due(self, now: datetime) -> Fulfilment:
        """Return the fulfilment that pays this credit, due since the decision and not yet leased."""
        opened = new_fulfilment(self.club, self.decided_at, now)
        return replace(opened, key=self.key, reward=self.reward, changed_at=now)

    def decision(self) -> Mapping[str, Any]:
        """Return the columns of the decision."""
        names = ("credit_id", "cause", "explanation", "proposed_by", "approved_by")
        return {name: getattr(self, name) for name in names}


def goodwill_key(brand: str, credit_id: str) -> str:
    """Return the idempotency key of a credit, derived from brand and id alone; no week has the same key."""
    return hashlib.sha256(json.dumps(["goodwill", brand, credit_id]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class GoodwillCost:
    """The goodwill credits of a brand's week in one stage, currency and kind.

    Attributes:
        stage: Owed, outstanding (credited, not used yet; cash never is), used, expired or stopped.
        value_minor: Their value in minor units of the currency.
    """

    brand: str
    iso_week: str
    currency: str
    stage: str
    kind: str
    credits: int
    value_minor: int


class GoodwillPosition(NamedTuple):
    """Where a page of credits ends."""

    iso_week: str
    customer_id: str
    key: str


@dataclass(frozen=True, slots=True)
class GoodwillWanted:
    """Which credits of a brand are wanted; None for all."""

    brand: str
    iso_week: str | None = None
    currency: str | None = None
    stage: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class GoodwillGiven:
    """A credit: what, to whom, why, and who decided it. Attributes are columns of the table.

    Attributes:
        changed_at: When its state last changed.
    """

    iso_week: str
    customer_id: str
    key: str
    credit_id: str
    stage: str
    reward_id: str
    config_version: int
    kind: str
    currency: str
    value_minor: int
    cause: str
    proposed_by: str
    approved_by: str
    changed_at: datetime

    @property
    def position(self) -> GoodwillPosition:
        """Return its position in the order."""
        return GoodwillPosition(self.iso_week, self.customer_id, self.key)


@dataclass(frozen=True, slots=True)
class GoodwillRepository:
    """Stores goodwill credits, and reads their states and costs."""

    table: Table = GOODWILL_CREDIT

    async def add(
        self, connection: AsyncConnection, credits_: Sequence[GoodwillCredit], now: datetime
    ) -> int:
        """Store new credits, and return how many were added; of equal ids the first stays.

        Raises:
            sqlalchemy.exc.IntegrityError: Another writer stored one of them meanwhile.
        """
        new: dict[str, GoodwillCredit] = {}
        for credit in credits_:
            new.setdefault(credit.key, credit)
        stored = await FulfilmentRepository(self.table).by_keys(connection, new) if new else {}
        rows = [
            {**credit.due(now).row(), **credit.decision()} for key, credit in new.items() if key not in stored
        ]
        if rows:
            names = [column.name for column in self.table.primary_key]
            await connection.execute(
                insert(self.table), sorted(rows, key=lambda row: [row[name] for name in names])
            )
        return len(rows)

    async def stop_for_erasure(self, connection: AsyncConnection, owner: Owner) -> None:
        """Stop the credits of a customer who is being erased, and forget what was written about them."""
        await FulfilmentRepository(self.table).stop_for_erasure(connection, owner)
        c = self.table.c
        theirs = (c.brand_id == owner.brand, c.customer_id == owner.customer)
        await connection.execute(update(self.table).where(*theirs).values(explanation=""))

    async def states(self, connection: AsyncConnection, keys: Collection[str]) -> dict[str, FulfilmentState]:
        """Return the states of credits by their keys; those that have not arrived yet are absent."""
        c, by_key = self.table.c, dict[str, FulfilmentState]()
        for some in in_portions(sorted(keys)):
            rows = await connection.execute(select(c.key, c.state).where(c.key.in_(some)))
            by_key |= {row.key: FulfilmentState(row.state) for row in rows}
        return by_key

    async def costs(
        self, connection: AsyncConnection, brand: str | None = None, iso_week: str | None = None
    ) -> list[GoodwillCost]:
        """Return what credits cost, by brand, week, currency, stage and kind."""
        c = self.table.c
        groups = [c.brand_id, c.iso_week, c.currency, c.stage, c.kind]
        query = select(*groups, func.count(), func.coalesce(func.sum(c.value_minor), 0))
        for column, value in ((c.brand_id, brand), (c.iso_week, iso_week)):
            if value is not None:
                query = query.where(column == value)
        rows = await connection.execute(query.group_by(*groups).order_by(*groups))
        return [GoodwillCost(*row[:5], int(row[5]), int(row[6])) for row in rows]

    async def given(
        self, connection: AsyncConnection, wanted: GoodwillWanted, after: GoodwillPosition | None, limit: int
    ) -> list[GoodwillGiven]:
        """Return credits after a position, the newest week first, then by customer and key, both backwards.

        All columns have one direction, so that a page is read from the index of weeks and nothing is sorted.
        """
        c = self.table.c
        query = select(self.table).where(c.brand_id == wanted.brand)
        for column in (c.iso_week, c.currency, c.stage, c.kind):
            if (value := getattr(wanted, column.name)) is not None:
                query = query.where(column == value)
        if after is not None:
            same_week, same_customer = c.iso_week == after.iso_week, c.customer_id == after.customer_id
            query = query.where(
                or_(
                    c.iso_week < after.iso_week,
                    and_(same_week, c.customer_id < after.customer_id),
                    and_(same_week, same_customer, c.key < after.key),
                )
            )
        order = (c.iso_week.desc(), c.customer_id.desc(), c.key.desc())
        rows = await connection.execute(query.order_by(*order).limit(limit))
        names = [field.name for field in fields(GoodwillGiven)]
        return [GoodwillGiven(*(row[name] for name in names)) for row in rows.mappings()]
