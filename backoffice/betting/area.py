"""Betting: the services behind its part of the graph."""

from backoffice.base import Base
from backoffice.betting.bets import OpenBets
from backoffice.betting.factors import CustomerFactors
from backoffice.betting.targets import Targets
from backoffice.betting.trading import TradingService
from backoffice.betting.voids import Voids
from backoffice.global_events.models import OUTBOX
from backoffice.graph.area import Area
from foundation.storage.database import Database
from subgraphs.kit.records.outbox import Outbox


class BettingArea(Area):
    """The services of traders over a base, with which voids are registered as a kind of proposals."""

    name = "betting"

    def __init__(self, base: Base) -> None:
        self._bets, self._events = (Database.open(base.settings, name) for name in ("bets", "events"))
        publish = Outbox(OUTBOX).put
        targets = Targets(self._bets, self._events)
        self.trading = TradingService(base.database, self._bets, targets, base.audit, base.clock)
        self.open_bets = OpenBets(base.database, self._bets, base.audit)
        self.factors = CustomerFactors(base.database, self._bets, base.audit, publish, base.clock)
        self.voids = Voids(
            base.database, self._bets, self.trading, self.open_bets, base.approvals, publish, base.clock
        )
        base.approvals.register(self.voids.proposal_kind)

    async def close(self) -> None:
        """Close the databases."""
        await self._bets.close()
        await self._events.close()
