"""SQL over fulfilments, their attempts, and stopped providers.

Rewards of weeks and goodwill credits have a table each, with one repository over either.
`read_model_repository.py` has the SQL over facts from Kafka, `accounting/repository.py` the SQL over figures
and reports.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Select, Table, and_, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from foundation.storage.columns import upsert
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.tables import among_clubs
from subgraphs.fulfilment.models import ATTEMPT, FULFILMENT, PROVIDER
from subgraphs.fulfilment.state.fulfilment import Attempt, Fulfilment
from subgraphs.fulfilment.state.reasons import ERASED
from subgraphs.fulfilment.state.state_machine import HELD_BACK, POSSIBLY_SENT, UNSENT, FulfilmentState
from subgraphs.kit.domain.keys import Owner

log = structlog.get_logger(__name__)
DETAIL_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class FulfilmentRepository:
    """Reads and writes fulfilments and their attempts.

    Attributes:
        table: Of rewards of weeks; or of goodwill credits, of which a club can have several.
    """

    table: Table = FULFILMENT
    attempt: Table = ATTEMPT

    async def of_clubs(
        self, connection: AsyncConnection, clubs: Collection[ClubKey], *, for_update: bool = False
    ) -> dict[ClubKey, Fulfilment]:
        """Return the rewards of weeks, in one SELECT; clubs whose week is not confirmed are absent.

        Args:
            connection: A connection, in a write transaction if `for_update` is set.
            clubs: The clubs.
            for_update: Locks the rows until the transaction ends.
        """
        query = select(self.table).where(among_clubs(self.table, clubs))
        fulfilments = await _fulfilments(connection, query.with_for_update() if for_update else query)
        return {fulfilment.club: fulfilment for fulfilment in fulfilments}

    async def lock(
        self, connection: AsyncConnection, fulfilments: Collection[Fulfilment]
    ) -> dict[str, Fulfilment]:
        """Lock fulfilments until the transaction ends, and return them as stored now, by idempotency key."""
        rows = [fulfilment.row() for fulfilment in fulfilments]
        query = select(self.table).where(self._among(rows)).with_for_update()
        return {fulfilment.key: fulfilment for fulfilment in await _fulfilments(connection, query)}

    async def of_owners(
        self, connection: AsyncConnection, owners: Collection[Owner], states: Collection[FulfilmentState]
    ) -> list[Fulfilment]:
        """Return customers' fulfilments in one of the states, and lock their rows."""
        c = self.table.c
        query = (
            select(self.table)
            .where(tuple_(c.brand_id, c.customer_id).in_(sorted(owners)), _in_state(c.state, states))
            .order_by(*self.table.primary_key)
            .with_for_update()
        )
        return await _fulfilments(connection, query)

    async def by_key(self, connection: AsyncConnection, key: str) -> Fulfilment | None:
        """Return the fulfilment of an idempotency key, or None, and lock its row."""
        query = select(self.table).where(self.table.c.key == key).with_for_update()
        return next(iter(await _fulfilments(connection, query)), None)

    async def by_keys(self, connection: AsyncConnection, keys: Collection[str]) -> dict[str, Fulfilment]:
        """Return fulfilments by idempotency key."""
        query = select(self.table).where(self.table.c.key.in_(sorted(keys)))
        return {fulfilment.key: fulfilment for fulfilment in await _fulfilments(connection, query)}

    async def add(self, connection: AsyncConnection, new: Sequence[Fulfilment]) -> None:
        """Store new fulfilments.

        Raises:
            sqlalchemy.exc.IntegrityError: One of them exists already.
        """
        if new:
            ordered = sorted(new, key=lambda fulfilment: _in_index_order(fulfilment.club))
            await connection.execute(insert(self.table), [fulfilment.row() for fulfilment in ordered])

    async def store(self, connection: AsyncConnection, changed: Fulfilment) -> None:
        """Replace a fulfilment that this transaction has locked."""
        row = changed.row()
        await connection.execute(update(self.table).where(self._among([row])).values(row))

    async def lease(
        self,
        connection: AsyncConnection,
        provider: str | None,
        limit: int,
        *,
        due: datetime,
        now: datetime,
        until: datetime,
    ) -> tuple[list[Fulfilment], Mapping[str, Exception]]:
        """Lease due fulfilments of a provider, those due for longest first; and say which cannot be read.

        Args:
            connection: A connection in a write transaction.
            provider: The provider; None for fulfilments that have none yet.
            limit: The largest number of fulfilments to lease.
            due: Fulfilments whose `next_at` is not after this are due, in product time.
            now: The current machine time; leases that end before it have expired.
            until: When the new leases end, in machine time.
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
            .with_for_update(skip_locked=True)
        )
        due_rows = (await connection.execute(query)).mappings().all()
        if not due_rows:
            return [], {}
        these = self._among(due_rows)
        await connection.execute(
            update(self.table).where(these).values(lease=c.lease + 1, leased_until=until)
        )
        leased = (await connection.execute(select(self.table).where(these))).mappings()
        fulfilments, unreadable = dict[str, Fulfilment](), dict[str, Exception]()
        for row in leased:
            try:
                fulfilments[row["key"]] = Fulfilment.of_row(row)
            except (ValueError, LookupError, TypeError) as error:
                unreadable[row["key"]] = error
        return [fulfilments[row["key"]] for row in due_rows if row["key"] in fulfilments], unreadable

    async def put_off(self, connection: AsyncConnection, key: str, until: datetime) -> None:
        """Leave a fulfilment alone until an instant, in machine time."""
        await connection.execute(update(self.table).where(self.table.c.key == key).values(leased_until=until))

    async def record_attempt(self, connection: AsyncConnection, attempt: Attempt) -> None:
        """Add to the record of requests to providers and of decisions."""
        await connection.execute(
            insert(self.attempt).values(
                key=attempt.key,
                at=attempt.at,
                step=attempt.step,
                outcome=attempt.outcome,
                detail=attempt.detail and attempt.detail[:DETAIL_CHARACTERS],
            )
        )

    async def attempts(self, connection: AsyncConnection, key: str) -> list[Attempt]:
        """Return the attempts under a key, oldest first."""
        table = self.attempt
        rows = await connection.execute(select(table).where(table.c.key == key).order_by(table.c.id))
        return [Attempt(row.key, row.at, row.step, row.outcome, row.detail) for row in rows]

    async def in_states(
        self, connection: AsyncConnection, states: Collection[FulfilmentState], limit: int
    ) -> list[Fulfilment]:
        """Return fulfilments in one of the states, those unchanged for longest first."""
        c = self.table.c
        query = select(self.table).where(_in_state(c.state, states)).order_by(c.changed_at, c.key)
        return await _fulfilments(connection, query.limit(limit))

    async def held(
        self, connection: AsyncConnection, brand: str, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Fulfilment]:
        """Return a brand's fulfilments that are held back, those unchanged for longest first."""
        c = self.table.c
        query = select(self.table).where(_in_state(c.state, HELD_BACK), c.brand_id == brand)
        if after is not None:
            at, key = after
            query = query.where(or_(c.changed_at > at, and_(c.changed_at == at, c.key > key)))
        return await _fulfilments(connection, query.order_by(c.changed_at, c.key).limit(limit))

    async def count_held(self, connection: AsyncConnection, brand: str) -> int:
        """Return how many fulfilments of a brand are that are held back."""
        c = self.table.c
        query = select(func.count()).where(_in_state(c.state, HELD_BACK), c.brand_id == brand)
        return int(await connection.scalar(query) or 0)

    async def in_review_for(self, connection: AsyncConnection, reason: str, limit: int) -> list[Fulfilment]:
        """Return fulfilments in review for a reason whose reward is known, oldest first."""
        c = self.table.c
        query = (
            select(self.table)
            .where(c.state == FulfilmentState.REVIEW.value, c.reason == reason, c.reward_id.is_not(None))
            .order_by(c.changed_at, c.key)
            .limit(limit)
        )
        return await _fulfilments(connection, query)

    async def unsent_of_version(
        self, connection: AsyncConnection, brand: str, reward_id: str, version: int, limit: int
    ) -> list[Fulfilment]:
        """Return unsent fulfilments of one version of a reward, and lock their rows."""
        c = self.table.c
        query = (
            select(self.table)
            .where(
                _in_state(c.state, UNSENT),
                c.brand_id == brand,
                c.reward_id == reward_id,
                c.config_version == version,
            )
            .order_by(*self.table.primary_key)
            .limit(limit)
            .with_for_update()
        )
        return await _fulfilments(connection, query)

    async def flagged(self, connection: AsyncConnection, limit: int) -> list[Fulfilment]:
        """Return fulfilments with a flag, newest first."""
        c = self.table.c
        query = select(self.table).where(c.flag.is_not(None)).order_by(c.flagged_at.desc(), c.key)
        return await _fulfilments(connection, query.limit(limit))

    async def backlog(self, connection: AsyncConnection) -> dict[tuple[str | None, str], int]:
        """Return how many fulfilments the worker still has to process, by provider and state.

        Each provider has a query of its own, which reads the entries of its index that are due: finished
        rewards are kept for ever, and not read.
        """
        c, counts = self.table.c, dict[tuple[str | None, str], int]()
        for provider in (await connection.scalars(select(c.provider).distinct())).all():
            of_provider = c.provider.is_(None) if provider is None else c.provider == provider
            due = select(c.state, func.count()).where(of_provider, c.next_at.is_not(None))
            for state, number in await connection.execute(due.group_by(c.state)):
                counts[provider, state] = number
        return counts

    async def credited_between(
        self, connection: AsyncConnection, provider: str, start: datetime, end: datetime
    ) -> list[Fulfilment]:
        """Return what a provider credited in `[start, end)`, according to this database."""
        c = self.table.c
        query = select(self.table).where(c.provider == provider, c.credited_at >= start, c.credited_at < end)
        return await _fulfilments(connection, query)

    async def stop_for_erasure(self, connection: AsyncConnection, owner: Owner) -> None:
        """Stop the rewards of a customer who is being erased.

        No worker looks at them again, and a worker that holds a lease loses it. Unsent rewards are never
        sent. Those that may have been sent go to review. The attempts lose their details.
        """
        c = self.table.c
        theirs = (c.brand_id == owner.brand, c.customer_id == owner.customer)
        unleased = {"next_at": None, "leased_until": None, "lease": c.lease + 1}
        await connection.execute(update(self.table).where(*theirs).values(unleased))
        for states, state in ((UNSENT, FulfilmentState.INELIGIBLE), (POSSIBLY_SENT, FulfilmentState.REVIEW)):
            changes = {"state": state.value, "reason": ERASED, "revision": c.revision + 1}
            stopped = update(self.table).where(*theirs, _in_state(c.state, states))
            await connection.execute(stopped.values(changes))
        keys = select(c.key).where(*theirs)
        attempts = update(self.attempt).where(self.attempt.c.key.in_(keys))
        await connection.execute(attempts.values(detail=None))

    def _among(self, rows: Iterable[Mapping[Any, Any]]) -> ColumnElement[bool]:
        """Match rows by the primary key, in its order, so that transactions lock in one order."""
        columns = list(self.table.primary_key)
        keys = sorted(tuple(row[column.name] for column in columns) for row in rows)
        return tuple_(*columns).in_(keys)


@dataclass(frozen=True, slots=True)
class ProviderRepository:
    """Reads and writes which providers are stopped."""

    dialect: str
    table: Table = PROVIDER

    async def stopped(self, connection: AsyncConnection) -> Mapping[str, tuple[str | None, datetime]]:
        """Return the stopped providers, each with the reason and the time."""
        rows = await connection.execute(select(self.table).where(self.table.c.stopped))
        return {row.name: (row.reason, row.changed_at) for row in rows}

    async def store(
        self, connection: AsyncConnection, name: str, reason: str | None, now: datetime, *, stopped: bool
    ) -> None:
        """Store whether a provider is stopped."""
        row = {"name": name, "stopped": stopped, "reason": reason, "changed_at": now}
        update_columns = ("stopped", "reason", "changed_at")
        await connection.execute(upsert(self.dialect, self.table, [row], update=update_columns))


async def _fulfilments(connection: AsyncConnection, query: Select[Any]) -> list[Fulfilment]:
    return [Fulfilment.of_row(row) for row in (await connection.execute(query)).mappings()]


def _in_state(column: ColumnElement[str], states: Collection[FulfilmentState]) -> ColumnElement[bool]:
    return column.in_(sorted(state.value for state in states))


def _in_index_order(club: ClubKey) -> tuple[str, str, str]:
    return (club.brand, club.customer, club.iso_week)
