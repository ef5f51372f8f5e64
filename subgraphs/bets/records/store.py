"""Reads and writes bets: whoever learns something of a bet locks it, and goes on with what is written.

What follows of a fact for others goes out by the outbox in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, and_, func, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.database import Database
from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.betting.facts import Fact
from subgraphs.bets.betting.progress_facts import progress_fact
from subgraphs.bets.betting.state_facts import state_fact
from subgraphs.bets.records.reading import bets_of_rows
from subgraphs.bets.records.rows import bet_row, leg_rows, settlement_row
from subgraphs.bets.records.tables import BetTables
from subgraphs.bets.trading.counting import BetCounting
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.schedule import DueItems
from subgraphs.kit.live.watches import owner_of
from subgraphs.kit.records.outbox import Outbox

_SETTLED: Final = ("moved_at", "refusal", "is_free_bet_kept", "owed_minor")
"""What changes of a settlement once it is written."""


class Place(NamedTuple):
    """Where a page of bets ends: when that bet was asked for, and its id."""

    asked_at: datetime
    bet_id: str


class DueBet(NamedTuple):
    """A bet that somebody has to look at.

    Attributes:
        due_at: Since when; None if nothing is due.
        tries: How many looks in a row have changed nothing.
    """

    bet: Bet
    due_at: datetime | None
    tries: int


@dataclass(frozen=True, slots=True)
class BetStore:
    """The bets of a database.

    Attributes:
        counting: Refuses what the house could lose too much by, in the transaction that decides it.
    """

    database: Database
    tables: BetTables
    outbox: Outbox
    counting: BetCounting

    async def add(self, bet: Bet, due_at: datetime | None) -> Bet:
        """Add a bet, unless the customer has asked for one by this key; return what is there.

        Args:
            bet: As it begins.
            due_at: When somebody else goes on with it, if whoever adds it does not.
        """
        try:
            async with self.database.write() as connection:
                row = {**bet_row(bet), "changed_at": bet.asked_at, "due_at": due_at, "tries": 0}
                await connection.execute(self.tables.bet.insert().values(row))
                if legs := leg_rows(bet):
                    await connection.execute(self.tables.leg.insert(), legs)
        except IntegrityError:
            found = await self.by_key(bet.owner, bet.idempotency_key)
            if found is None:
                raise
            return found
        return bet

    async def by_key(self, owner: Owner, key: str) -> Bet | None:
        """Return what a customer has asked for by a key; None if they have not."""
        c = self.tables.bet.c
        async with self.database.read() as connection:
            found = await self._bets(connection, *self._theirs(owner), c.idempotency_key == key)
        return found[0].bet if found else None

    async def load(self, bet_id: str) -> DueBet | None:
        """Return a bet; None if there is none."""
        async with self.database.read() as connection:
            found = await self._bets(connection, self.tables.bet.c.bet_id == bet_id)
        return found[0] if found else None

    async def page(self, owner: Owner, first: int, after: Place | None) -> list[Bet]:
        """Return up to `first` bets of a customer behind a place, the newest first."""
        c = self.tables.bet.c
        behind = [] if after is None else [_behind(c, after)]
        query = select(self.tables.bet).where(*self._theirs(owner), *behind)
        newest = query.order_by(c.asked_at.desc(), c.bet_id.desc()).limit(first)
        async with self.database.read() as connection:
            rows = (await connection.execute(newest)).all()
            return [due.bet for due in await self._with_settlements(connection, rows)]

    async def changed_since(self, owner: Owner, since: datetime, limit: int) -> list[Bet]:
        """Return the bets of a customer that have changed since an instant, the last ones, in that order."""
        c = self.tables.bet.c
        query = select(self.tables.bet).where(*self._theirs(owner), c.changed_at >= since)
        last = query.order_by(c.changed_at.desc(), c.bet_id).limit(limit)
        async with self.database.read() as connection:
            rows = (await connection.execute(last)).all()
            found = await self._with_settlements(connection, rows)
        return [due.bet for due in reversed(found)]

    async def states(self, watched: Sequence[bytes]) -> Sequence[object]:
        """Return when a bet of each watched customer has last changed, to find changes that nobody told."""
        c = self.tables.bet.c
        owners = [owner_of(key) for key in watched]
        asked = sorted({owner for owner in owners if owner is not None})
        last: dict[Owner, datetime] = {}
        query = select(c.brand_id, c.customer_id, func.max(c.changed_at).label("at"))
        async with self.database.read() as connection:
            for portion in in_portions(asked):
                theirs = query.where(tuple_(c.brand_id, c.customer_id).in_(portion))
                for row in await connection.execute(theirs.group_by(c.brand_id, c.customer_id)):
                    last[Owner(row.brand_id, row.customer_id)] = row.at
        return [None if owner is None else last.get(owner) for owner in owners]

    @property
    def due_bets(self) -> DueItems:
        """Return the bets that somebody has to look at."""
        return DueItems(self.database, self.tables.bet.c.bet_id, self.tables.bet.c.due_at)

    async def learn(self, bet_id: str, facts: Sequence[Fact], at: datetime) -> Bet | None:
        """Add what was learnt of a bet to what is written, and tell others what follows of it.

        Args:
            bet_id: The bet.
            facts: In their order; what excludes each other is as `with_fact` says.
            at: Now, by the machine's clock.

        Returns:
            The bet as it is written then; None if there is none.
        """
        async with self.database.write() as connection:
            before = await self._locked(connection, bet_id)
            if before is None:
                return None
            after = await self.counting.with_facts(connection, before, facts)
            if after != before:
                await self._write(connection, before, after, at)
                await self._tell(connection, before, after, at)
        return after

    async def schedule(self, seen: DueBet, due_at: datetime | None, tries: int) -> bool:
        """Note when somebody has to look at a bet again.

        Returns:
            False, and nothing is noted, if something has become due since it was read.
        """
        c = self.tables.bet.c
        same = c.due_at.is_(None) if seen.due_at is None else c.due_at == seen.due_at
        change = update(self.tables.bet).where(c.bet_id == seen.bet.bet_id, same)
        async with self.database.write() as connection:
            noted = await connection.execute(change.values(due_at=due_at, tries=tries))
        return bool(noted.rowcount)

    async def _locked(self, connection: AsyncConnection, bet_id: str) -> Bet | None:
        """Return a bet that nobody else writes until the transaction ends."""
        query = select(self.tables.bet).where(self.tables.bet.c.bet_id == bet_id).with_for_update()
        rows = (await connection.execute(query)).all()
        found = await self._with_settlements(connection, rows)
        return found[0].bet if found else None

    async def _write(self, connection: AsyncConnection, before: Bet, after: Bet, at: datetime) -> None:
        c = self.tables.bet.c
        change = update(self.tables.bet).where(c.bet_id == after.bet_id)
        await connection.execute(change.values(**bet_row(after), changed_at=at))
        known = len(before.settlements)
        for old, new in zip(before.settlements, after.settlements, strict=False):
            if new != old:
                s = self.tables.settlement.c
                row = settlement_row(after, new)
                await connection.execute(
                    update(self.tables.settlement)
                    .where(s.bet_id == after.bet_id, s.number == new.number)
                    .values({name: row[name] for name in _SETTLED})
                )
        if added := [settlement_row(after, new) for new in after.settlements[known:]]:
            await connection.execute(self.tables.settlement.insert(), added)

    async def _tell(self, connection: AsyncConnection, before: Bet, after: Bet, at: datetime) -> None:
        """Tell the club and others that a bet is made, or settled anew."""
        was_made, known = before.taken_at is not None, len(before.settlements)
        if was_made and known == len(after.settlements):
            return
        told = (progress_fact(after), state_fact(after))
        await self.outbox.put_all(connection, [fact for fact in told if fact is not None], at)

    async def _bets(self, connection: AsyncConnection, *conditions: Any) -> list[DueBet]:
        rows = (await connection.execute(select(self.tables.bet).where(*conditions))).all()
        return await self._with_settlements(connection, rows)

    async def _with_settlements(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[DueBet]:
        """Return the bets of rows, in their order."""
        bets = await bets_of_rows(connection, self.tables, rows)
        return [DueBet(bet, row.due_at, row.tries) for bet, row in zip(bets, rows, strict=True)]

    def _theirs(self, owner: Owner) -> tuple[Any, ...]:
        c = self.tables.bet.c
        return c.brand_id == owner.brand, c.customer_id == owner.customer


def _behind(c: Any, place: Place) -> Any:
    same = and_(c.asked_at == place.asked_at, c.bet_id < place.bet_id)
    return or_(c.asked_at < place.asked_at, same)
