"""Bets over their database: what their subgraph, their worker and their consumer share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.bets.betting.performing import Performer
from subgraphs.bets.models import BETS, GLOBAL_STATE, OUTBOX, TRADING
from subgraphs.bets.placing.acceptor import Acceptor
from subgraphs.bets.placing.placing import Placing
from subgraphs.bets.placing.work import BetWork
from subgraphs.bets.records.results import ResultStore
from subgraphs.bets.records.store import BetStore
from subgraphs.bets.settings import BetsSettings
from subgraphs.bets.trading.counting import BetCounting
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.bets.trading.exposure import Exposures
from subgraphs.kit.funds import Funds
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.offers import Offers
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.rounds import WorkerParts


@dataclass(frozen=True, slots=True)
class OpenedBets:
    """The parts of bets over a database.

    Attributes:
        closing: Closes what was opened beside the database.
    """

    work: BetWork
    placing: Placing
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()

    @classmethod
    def of(  # noqa: PLR0917 - what bets stand on, each of another kind
        cls,
        database: Database,
        clock: Clock,
        settings: BetsSettings,
        funds: Funds,
        offers: Offers,
        changed: CustomersChanged | None,
    ) -> "OpenedBets":
        """Put the parts together; nothing connects yet.

        Args:
            database: That of bets.
            clock: Product time.
            settings: The rules where traders have decided nothing else.
            funds: Where customers' money is.
            offers: What brands offer.
            changed: Called with the keys of customers whose data a commit has changed.
        """
        decisions = TradingDecisions(TRADING, GLOBAL_STATE)
        acceptor = Acceptor(offers, settings, database, decisions, clock)
        results = ResultStore(BETS)
        counting = BetCounting(decisions, Exposures(TRADING), results.of_markets, database.fence.cell)
        work = BetWork(
            BetStore(database, BETS, Outbox(OUTBOX), counting),
            results,
            Performer(funds, acceptor.look),
            clock.machine,
            changed,
        )
        return cls(work, Placing(work, acceptor, clock, settings))

    async def close(self) -> None:
        """Leave what waits to the worker, and close all connections but the database's."""
        await self.placing.close()
        for close in self.closing:
            await close()


def opened_bets(
    database: Database, parts: SubgraphParts | WorkerParts, changed: CustomersChanged | None
) -> OpenedBets:
    """Return bets over their database, with the money and the offers that their neighbours have."""
    where, clock, given = parts.database, parts.clock, parts.given
    funds = parts.neighbours.funds(where, clock, given, changed)
    offers = parts.neighbours.offers(where, clock)
    bets = OpenedBets.of(database, clock, given.of(BetsSettings), funds, offers, changed)
    return replace(bets, closing=(funds.close, offers.close))
