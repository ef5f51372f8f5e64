"""Takes slips: one bet for a key, whatever is killed in between."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import structlog

from foundation.storage.clock import Clock
from foundation.storage.errors import is_unavailable
from subgraphs.bets.betting.bet import Asked, Bet, BetStatus, asked_bet
from subgraphs.bets.placing.acceptor import Acceptor
from subgraphs.bets.placing.work import BetWork
from subgraphs.bets.settings import BetsSettings
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.refusals import Refusal

log = structlog.get_logger(__name__)
_C: Final = PlatformErrorCode
INTERRUPTED: Final = Refusal(_C.SUSPENDED, "Betting is interrupted right now. Try again in a moment.")
REUSED: Final = Refusal(_C.IDEMPOTENCY_REUSED, "This key was used for another bet. Send a new one.")
NOT_HERE: Final = Refusal(_C.NOT_ALLOWED_HERE, "You can't bet where you are.")
ELSEWHERE: Final = Refusal(_C.NOT_ALLOWED_HERE, "This brand takes its bets somewhere else.")
Placed: TypeAlias = Bet | Refusal
"""A bet, which may be refused; or why nothing was noted, so that the same may be asked again."""


@dataclass(slots=True)
class Placing:
    """Takes slips, and brings each bet as far as it goes at once.

    Attributes:
        clock: Product time, by which bets count for the club.
    """

    work: BetWork
    acceptor: Acceptor
    clock: Clock
    settings: BetsSettings
    _waiting: set[asyncio.Task[None]] = field(default_factory=set)

    async def place(self, asked: Asked) -> Placed:
        """Return the bet of a customer's key, which is made now if there was none.

        Raises:
            OSError: The database is unavailable: the same may be asked again.
            SQLAlchemyError: The same.
        """
        bet = await self.work.store.by_key(asked.owner, asked.key)
        if bet is None:
            if asked.owner.brand in self.settings.elsewhere:
                return ELSEWHERE
            if not self._is_allowed(asked):
                return NOT_HERE
            bet = await self._new(asked)
            if bet is None:
                return INTERRUPTED
        if bet.slip != asked.slip:
            return REUSED
        return await self._brought_on(bet)

    async def _new(self, asked: Asked) -> Bet | None:
        """Note a new bet; return None, and note nothing, if what is offered cannot be known."""
        decision = await self.acceptor.decide(asked.owner, asked.slip, asked.territory, asked.language)
        if decision is None:
            return None
        async with self.work.store.database.read() as connection:
            at = await self.work.clock.at(connection)
            placed_at = await self.clock.at(connection)
        bet = asked_bet(asked, decision, at, placed_at)
        is_over = bet.released_at is not None
        return await self.work.store.add(bet, None if is_over else at + self.settings.patience)

    async def _brought_on(self, bet: Bet) -> Bet:
        """Return a bet as far as it goes at once; what waits for the bet delay goes on by itself."""
        if bet.status is not BetStatus.PENDING:
            return bet
        advanced = await self.work.advance(bet.bet_id) or bet
        if advanced.status is not BetStatus.PENDING:
            return advanced
        wait = (advanced.look_at - await self.work.now()).total_seconds()
        if wait > 0:
            task = asyncio.create_task(self._go_on(bet.bet_id, wait))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)
        return advanced

    async def _go_on(self, bet_id: str, seconds: float) -> None:
        """Go on with a bet after the bet delay; the worker does if this process ends before."""
        await asyncio.sleep(seconds)
        try:
            await self.work.advance(bet_id)
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("bet_left_to_worker", bet=bet_id, error=type(error).__name__)

    def _is_allowed(self, asked: Asked) -> bool:
        """Tell whether a brand takes bets where an account is, and where the customer is now."""
        allowed = self.settings.jurisdictions.get(asked.owner.brand)
        if allowed is None:
            return True
        places = [place for place in (asked.jurisdiction, asked.territory) if place is not None]
        return all(place.partition("-")[0] in allowed or place in allowed for place in places)

    async def close(self) -> None:
        """Leave the bets that wait to the worker."""
        for task in self._waiting:
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)
