"""All SQL over fulfilments: the graph's reads, and the reads and writes of whoever moves them on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from subgraphs.fulfilment.models import ATTEMPT, FULFILMENT
from subgraphs.fulfilment.state.reward import REWARD_COLUMNS, Credit, Reward, fulfilment_key
from subgraphs.fulfilment.state.state_machine import UNSENT, FulfilmentState
from subgraphs.kit.domain.keys import ClubKey, Owner


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The reward of a confirmed week, and where it stands.

    Attributes:
        revision: one more with every change.
        provider: who pays it; None until the worker has found out.
        reward: None until the provider is found; from then on it never changes.
        attempts: how often it was sent, or nearly.
        sent_at: when it was first written down as sent.
        ended_at: when it was used, or expired.
        reason: why it waits, is in review, or was stopped.
        flag: what happened after the credit that a person should know.
        next_at: when the worker looks at it again; None: not by itself.
        lease: the number of the newest lease.
    """

    club: ClubKey
    key: str
    state: FulfilmentState
    revision: int
    provider: str | None
    reward: Reward | None
    attempts: int
    sent_at: datetime | None
    credited_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    reference: str | None
    reason: str | None
    flag: str | None
    flagged_at: datetime | None
    next_at: datetime | None
    leased_until: datetime | None
    lease: int
    created_at: datetime
    changed_at: datetime

    @property
    def credit(self) -> Credit:
        """What the provider is asked for.

        Raises:
            LookupError: the reward is not known yet.
        """
        if self.reward is None:
            raise LookupError(f"no reward yet for {self.club.iso_week}")
        return Credit(self.key, self.club, self.reward)


_PLAIN = tuple(
    column.name for column in fields(Fulfilment) if column.name not in {"club", "state", "reward", "key"}
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was asked of a provider, or decided by a person, and what came of it."""

    key: str
    at: datetime
    step: str
    outcome: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class FulfilmentRepository:
    """Reads and writes of fulfilments."""

    table: Table = FULFILMENT
    attempt: Table = ATTEMPT

    async def of_clubs(
        self, connection: AsyncConnection, clubs: Collection[ClubKey], *, held: bool = False
    ) -> dict[ClubKey, Fulfilment]:
        """The fulfilments of clubs; where the week is not confirmed the key is absent. One SELECT.

        Args:
            connection: for `held`, in a write transaction.
            clubs: whose.
            held: keeps others from changing them until the transaction ends.
        """
        query = select(self.table).where(_among(self.table, clubs))
        rows = await connection.execute(query.with_for_update() if held else query)
        return {found.club: found for found in map(_fulfilment, rows)}

    async def of_owners(
        self, connection: AsyncConnection, owners: Collection[Owner], states: Collection[FulfilmentState]
    ) -> list[Fulfilment]:
        """The fulfilments of customers that are in one of the states, held."""
        c = self.table.c
        rows = await connection.execute(
            select(self.table)
            .where(
                tuple_(c.brand_id, c.customer_id).in_(sorted(owners)),
                c.state.in_(sorted(state.value for state in states)),
            )
            .order_by(c.brand_id, c.customer_id, c.iso_week)
            .with_for_update()
        )
        return [_fulfilment(row) for row in rows]

    async def by_key(self, connection: AsyncConnection, key: str) -> Fulfilment | None:
        """The fulfilment of an idempotency key, held."""
        rows = await connection.execute(select(self.table).where(self.table.c.key == key).with_for_update())
        row = rows.first()
        return _fulfilment(row) if row else None

    async def add(self, connection: AsyncConnection, new: Sequence[Fulfilment]) -> None:
        """Stores fulfilments that were not there.

        Raises:
            sqlalchemy.exc.IntegrityError: one of them is there by now.
        """
        if new:
            ordered = sorted(new, key=lambda one: _in_index_order(one.club))
            await connection.execute(insert(self.table), [_row(one) for one in ordered])

    async def store(self, connection: AsyncConnection, changed: Fulfilment) -> None:
        """Replaces a fulfilment that is held in this transaction."""
        row = _row(changed)
        await connection.execute(update(self.table).where(_is(self.table, changed.club)).values(row))

    async def lease(
        self,
        connection: AsyncConnection,
        provider: str | None,
        limit: int,
        *,
        due: datetime,
        now: datetime,
        until: datetime,
    ) -> list[Fulfilment]:
        """Takes fulfilments of a provider (None: that have none yet) whose time has come, longest due first.

        Args:
            connection: in a write transaction.
            provider: whose.
            limit: at most so many.
            due: what is due by then, in product time.
            now: the present, in machine time: leases that ended before it are over.
            until: for so long nobody else gets them, in machine time.
        """
        c = self.table.c
        query = (
            select(self.table)
            .where(
                c.provider == provider if provider is not None else c.provider.is_(None),
                c.next_at <= due,
                or_(c.leased_until.is_(None), c.leased_until <= now),
            )
            .order_by(c.next_at)
            .limit(limit)
        )
        clubs = [_club(row) for row in await connection.execute(query.with_for_update(skip_locked=True))]
        if not clubs:
            return []
        await connection.execute(
            update(self.table).where(_among(self.table, clubs)).values(lease=c.lease + 1, leased_until=until)
        )
        found = await self.of_clubs(connection, clubs)
        return [found[club] for club in clubs]

    async def note(self, connection: AsyncConnection, attempt: Attempt) -> None:
        """Adds to the record of what was asked and what came of it."""
        await connection.execute(
            insert(self.attempt).values(
                key=attempt.key,
                at=attempt.at,
                step=attempt.step,
                outcome=attempt.outcome,
                detail=attempt.detail and attempt.detail[:500],
            )
        )

    async def attempts(self, connection: AsyncConnection, key: str) -> list[Attempt]:
        """All that was asked under a key, oldest first."""
        table = self.attempt
        rows = await connection.execute(select(table).where(table.c.key == key).order_by(table.c.id))
        return [Attempt(row.key, row.at, row.step, row.outcome, row.detail) for row in rows]

    async def in_states(
        self, connection: AsyncConnection, states: Collection[FulfilmentState], limit: int
    ) -> list[Fulfilment]:
        """Fulfilments in one of the states, those unchanged for longest first."""
        c = self.table.c
        rows = await connection.execute(
            select(self.table)
            .where(c.state.in_(sorted(state.value for state in states)))
            .order_by(c.changed_at, c.key)
            .limit(limit)
        )
        return [_fulfilment(row) for row in rows]

    async def in_review_for(self, connection: AsyncConnection, reason: str, limit: int) -> list[Fulfilment]:
        """Fulfilments in review for a reason, of which it is known what to send, oldest first."""
        c = self.table.c
        rows = await connection.execute(
            select(self.table)
            .where(c.state == FulfilmentState.REVIEW.value, c.reason == reason, c.reward_id.is_not(None))
            .order_by(c.changed_at, c.key)
            .limit(limit)
        )
        return [_fulfilment(row) for row in rows]

    async def unsent(
        self, connection: AsyncConnection, brand: str, reward_id: str, version: int, limit: int
    ) -> list[Fulfilment]:
        """Fulfilments of a version of a reward of which nothing was sent yet, held."""
        c = self.table.c
        rows = await connection.execute(
            select(self.table)
            .where(
                c.state.in_(sorted(state.value for state in UNSENT)),
                c.brand_id == brand,
                c.reward_id == reward_id,
                c.config_version == version,
            )
            .order_by(c.brand_id, c.customer_id, c.iso_week)
            .limit(limit)
            .with_for_update()
        )
        return [_fulfilment(row) for row in rows]

    async def flagged(self, connection: AsyncConnection, limit: int) -> list[Fulfilment]:
        """Fulfilments with a flag, newest first."""
        c = self.table.c
        rows = await connection.execute(
            select(self.table).where(c.flag.is_not(None)).order_by(c.flagged_at.desc(), c.key).limit(limit)
        )
        return [_fulfilment(row) for row in rows]

    async def backlog(self, connection: AsyncConnection) -> dict[tuple[str | None, str], int]:
        """How many fulfilments there are by provider and state, of those that still have something to do."""
        c = self.table.c
        rows = await connection.execute(
            select(c.provider, c.state, func.count().label("number"))
            .where(c.next_at.is_not(None))
            .group_by(c.provider, c.state)
        )
        return {(row.provider, row.state): row.number for row in rows}

    async def credited_between(
        self, connection: AsyncConnection, provider: str, start: datetime, end: datetime
    ) -> list[Fulfilment]:
        """What a provider credited in `[start, end)`, as far as we know."""
        c = self.table.c
        rows = await connection.execute(
            select(self.table).where(c.provider == provider, c.credited_at >= start, c.credited_at < end)
        )
        return [_fulfilment(row) for row in rows]

    async def of_keys(self, connection: AsyncConnection, keys: Collection[str]) -> dict[str, Fulfilment]:
        """Fulfilments by idempotency key."""
        rows = await connection.execute(select(self.table).where(self.table.c.key.in_(sorted(keys))))
        return {found.key: found for found in map(_fulfilment, rows)}


def opened(club: ClubKey, now: datetime, next_at: datetime) -> Fulfilment:
    """A fulfilment at its beginning, to be looked at from `next_at` on."""
    return Fulfilment(
        club=club,
        key=fulfilment_key(club),
        state=FulfilmentState.CONFIRMED,
        revision=1,
        provider=None,
        reward=None,
        attempts=0,
        sent_at=None,
        credited_at=None,
        expires_at=None,
        ended_at=None,
        reference=None,
        reason=None,
        flag=None,
        flagged_at=None,
        next_at=next_at,
        leased_until=None,
        lease=0,
        created_at=now,
        changed_at=now,
    )


def _fulfilment(row: Row[Any]) -> Fulfilment:
    columns = dict(row._mapping)  # noqa: SLF001 - its public name for rows
    return Fulfilment(
        club=_club(row),
        key=row.key,
        state=FulfilmentState(row.state),
        reward=Reward.of_row(columns),
        **{name: columns[name] for name in _PLAIN},
    )


def _row(one: Fulfilment) -> Mapping[str, Any]:
    reward = {name: getattr(one.reward, name) if one.reward else None for name in REWARD_COLUMNS}
    return {
        "brand_id": one.club.brand,
        "customer_id": one.club.customer,
        "iso_week": one.club.iso_week,
        "key": one.key,
        "state": one.state.value,
        **reward,
        **{name: getattr(one, name) for name in _PLAIN},
    }


def _club(row: Any) -> ClubKey:
    return ClubKey(row.brand_id, row.iso_week, row.customer_id)


def _in_index_order(club: ClubKey) -> tuple[str, str, str]:
    return (club.brand, club.customer, club.iso_week)


def _is(table: Table, club: ClubKey) -> ColumnElement[bool]:
    return (
        (table.c.brand_id == club.brand)
        & (table.c.customer_id == club.customer)
        & (table.c.iso_week == club.iso_week)
    )


def _among(table: Table, clubs: Collection[ClubKey]) -> ColumnElement[bool]:
    key = tuple_(table.c.brand_id, table.c.customer_id, table.c.iso_week)
    return key.in_(sorted(map(_in_index_order, clubs)))
