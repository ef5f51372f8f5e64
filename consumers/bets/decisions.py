"""What bets apply of traders' decisions: rules of brands and voids, customers' factors, and single bets.

A void changes what bets return: those that it may concern are due, and settled again by the worker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.bets.trading_messages import BetVoided, FactorDecided
from consumers.messages.accounts import without_erased
from consumers.messages.global_events.reducer import Decision, GlobalReducer
from consumers.messages.global_events.trading_states import VoidState
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import Clock
from subgraphs.bets.records.results import ResultStore
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.global_state import GlobalKind, GlobalStateRepository

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TradingReducer:
    """Applies decisions of traders.

    Attributes:
        results: Makes bets due that are settled anew.
        clock: The machine's.
    """

    decisions: TradingDecisions
    results: ResultStore
    erasure: Erasure
    clock: Clock

    @property
    def reducer(self) -> GlobalReducer:
        """Return the reducer of the global topic: rules are read from where it keeps them."""
        repository = GlobalStateRepository(self.decisions.global_state)
        return GlobalReducer(repository, {GlobalKind.TRADING: None, GlobalKind.VOID: self.void})

    async def void(self, connection: AsyncConnection, decision: Decision[VoidState]) -> None:
        """Have all bets on something settled again, which is void, or no longer is."""
        state = decision.state
        log.info("void_decided", brand=decision.brand, scope=state.scope, id=state.id, is_void=state.is_void)
        await self.results.make_due(connection, [market_of(state.id)], await self.clock.at(connection))

    async def factors(
        self, connection: AsyncConnection, messages: Sequence[Message[FactorDecided]]
    ) -> Outcome:
        """Store a batch of customers' factors; the last decision about a customer stands."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("decided_at"))
        stored = 0
        for message in kept:
            stored += await self.decisions.store_factor(connection, message.event.factor())
        return Outcome(stale=len(messages) - stored)

    async def bets(self, connection: AsyncConnection, messages: Sequence[Message[BetVoided]]) -> Outcome:
        """Store a batch of bets that are void, each once, and have them settled again."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("decided_at"))
        stored = 0
        for message in kept:
            if await self.decisions.store_void(connection, message.event.void()):
                at = await self.clock.at(connection)
                await self.results.make_bet_due(connection, message.event.bet_id, at)
                stored += 1
        return Outcome(stale=len(messages) - stored)
