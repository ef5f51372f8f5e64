"""When the database of events knew that markets were suspended, and bets that were made nevertheless."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.errors import DatabaseAway
from subgraphs.bets.betting.bet import Bet
from subgraphs.events.models import MARKET
from subgraphs.kit.domain.selections import market_of
from tests.torture.told_races import Told

PAUSE_SECONDS: Final = 0.2


@dataclass
class KnownSuspensions:
    """What was seen in the database of events.

    Attributes:
        known: When it was known that a market was not open, by its id and revision.
    """

    database: Database
    known: dict[tuple[str, int], datetime] = field(default_factory=dict)

    async def watch(self, stopping: asyncio.Event) -> None:
        """Note markets that are not open, until told to stop."""
        while not stopping.is_set():
            with suppress(DatabaseAway, SQLAlchemyError, OSError):
                await self._look()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _look(self) -> None:
        c = MARKET.c
        async with self.database.read() as connection:
            rows = (await connection.execute(select(c.own_id, c.revision).where(c.status != "open"))).all()
            at = await SystemClock().at(connection)
        for row in rows:
            self.known.setdefault((row.own_id, int(row.revision)), at)

    def made_nevertheless(self, bets: Iterable[Bet], told: Mapping[str, Told]) -> list[str]:
        """Return bets that were decided while it was known that one of their markets was not open.

        Of a bet, the offers are looked at after `decided_at` and before `taken_at`.
        """
        found = []
        for bet in bets:
            if bet.decided_at is None or bet.taken_at is None:
                continue
            on = {market_of(leg.selection_id) for leg in bet.slip.legs}
            for (market, revision), known_at in self.known.items():
                if market not in on or known_at >= bet.decided_at:
                    continue
                reopened_at = told[market].reopened_after(revision)
                if reopened_at is None or bet.taken_at < reopened_at:
                    found.append(f"{bet.bet_id}: {market} at {revision}, known {known_at}, {bet.decided_at}")
        return found
