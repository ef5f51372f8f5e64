"""Gathers what is known of bets besides themselves: of their customers, and of the events they are on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.progress.counting.contribution import Bet
from subgraphs.progress.counting.legs import NO_EVENTS, KnownEvents, untold_markets
from subgraphs.progress.counting.rulebook import KnownCustomers, Rulebook, Territory
from subgraphs.progress.known_events import known_events, note_markets
from subgraphs.progress.ledger.customer_repository import CustomerRepository


@dataclass(frozen=True, slots=True)
class FactReader:
    """Reads facts in the consumer's transactions, which have locked the brands."""

    customers: CustomerRepository

    async def of_bets(
        self, connection: AsyncConnection, bets: Iterable[Sequence[Bet]], rulebook: Rulebook
    ) -> KnownCustomers:
        """Return what is known of bets, each with its revisions."""
        bets = list(bets)
        firsts = [revisions[0] for revisions in bets]
        owners = {(first.brand, first.customer) for first in firsts}
        territories = await self.customers.territories(connection, owners, default_territories(rulebook))
        asking = {name for name, brand in rulebook.brands.items() if brand.ask_for_opt_in}
        needed = [owner for owner in owners if owner[0] in asking] if asking else []
        return KnownCustomers(
            territories,
            await self.customers.first_opt_ins(connection, needed),
            await self._events(connection, bets, rulebook),
        )

    async def _events(
        self, connection: AsyncConnection, bets: Sequence[Sequence[Bet]], rulebook: Rulebook
    ) -> KnownEvents:
        """Return the events of bets for which a scheme may ask.

        On which markets the bets are is noted, so that they are found when something becomes known of these.
        """
        asking = {name for name, brand in rulebook.brands.items() if brand.ask_for_events}
        if not asking:
            return NO_EVENTS
        rows = {
            (market, bet.brand, bet.bet_id, bet.customer)
            for revisions in bets
            if revisions[0].brand in asking
            for bet in revisions
            if bet.legs is not None
            for market in untold_markets(bet.legs)
        }
        await note_markets(connection, rows)
        return await known_events(connection, {row[0] for row in rows})


def default_territories(rulebook: Rulebook) -> Mapping[str, Territory]:
    """Return the territory of each brand's unknown customers."""
    return {name: brand.default_territory for name, brand in rulebook.brands.items()}
