"""Reads what bets know of the money that was moved for them, to be compared with where it is kept."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, or_, select

from foundation.storage.database import Database
from subgraphs.bets.betting.known_money import known_money
from subgraphs.bets.records.reading import bets_by_id, bets_of_rows
from subgraphs.bets.records.tables import BetTables
from subgraphs.kit.known_reservations import Known

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class KnownMoney:
    """What the bets of a database know of money."""

    database: Database
    tables: BetTables

    async def of(self, bet_ids: Collection[str]) -> Mapping[str, Sequence[Known]]:
        """Return what is known of some bets' money; those that are not there are left out."""
        async with self.database.read() as connection:
            bets = await bets_by_id(connection, self.tables, bet_ids)
        return {bet.bet_id: known_money(bet) for bet in bets}

    async def since(self, at: datetime) -> AsyncIterator[Sequence[Known]]:
        """Yield by pages what is known of the bets that have changed since an instant, the oldest first."""
        c = self.tables.bet.c
        of_page = select(self.tables.bet).where(c.changed_at >= at).order_by(c.asked_at, c.bet_id).limit(PAGE)
        query = of_page
        while True:
            async with self.database.read() as connection:
                rows = (await connection.execute(query)).all()
                bets = await bets_of_rows(connection, self.tables, rows)
            if not bets:
                return
            yield [known for bet in bets for known in known_money(bet)]
            last = bets[-1]
            same = and_(c.asked_at == last.asked_at, c.bet_id > last.bet_id)
            query = of_page.where(or_(c.asked_at > last.asked_at, same))
