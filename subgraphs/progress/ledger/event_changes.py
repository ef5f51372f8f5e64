"""Stores what becomes known of sports events, and judges the bets again that are on them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.progress.counting.rulebook import Rulebook
from subgraphs.progress.known_events import (
    NO_BET,
    Told,
    bets_on_markets,
    markets_of_offers,
    store_known,
)
from subgraphs.progress.ledger.ledger import BETS_PER_BATCH, Ledger
from subgraphs.progress.models import KNOWN_MARKET, KNOWN_OFFER, REFERENCE


@dataclass(frozen=True, slots=True)
class EventChanges:
    """Applies what the block of events tells, inside the caller's write transactions.

    While no scheme asks for events, they are only stored, beside bets that are applied. Otherwise all brands
    are locked, so that no bet is judged by what is just changing.
    """

    ledger: Ledger

    async def offers(self, connection: AsyncConnection, told: Told) -> int:
        """Store what the events of offers are called; return how many have changed."""
        return await self._apply(connection, KNOWN_OFFER, told)

    async def markets(self, connection: AsyncConnection, told: Told) -> int:
        """Store of which offers markets are; return how many have changed."""
        return await self._apply(connection, KNOWN_MARKET, told)

    async def _apply(self, connection: AsyncConnection, table: Table, told: Told) -> int:
        is_asked = await self._lock(connection)
        changed = await store_known(connection, table, told)
        if is_asked and changed:
            markets = changed if table is KNOWN_MARKET else await markets_of_offers(connection, changed)
            await self._reassess(connection, markets)
        return len(changed)

    async def _lock(self, connection: AsyncConnection) -> bool:
        """Lock all brands; return whether a scheme asks for events."""
        brands = await ReferenceRepository(REFERENCE).brand_ids(connection)
        expected = _asks(await self.ledger.rulebooks.read(connection, brands))
        is_asked = _asks(await self.ledger.lock_rulebook(connection, brands, exclusive=expected))
        if is_asked and not expected:  # the first such scheme came meanwhile
            await self.ledger.lock_rulebook(connection, brands, exclusive=True)
        return is_asked

    async def _reassess(self, connection: AsyncConnection, markets: Sequence[str]) -> None:
        for portion in in_portions(markets):
            after = NO_BET
            while page := await bets_on_markets(connection, portion, after, BETS_PER_BATCH):
                after = page[-1]
                by_brand: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
                for bet in page:
                    by_brand[bet.brand_id].add((bet.brand_id, bet.bet_id))
                for brand in sorted(by_brand):
                    await self.ledger.reassess_bets(connection, by_brand[brand])


def _asks(rulebook: Rulebook) -> bool:
    return any(brand.ask_for_events for brand in rulebook.brands.values())
