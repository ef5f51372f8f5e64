"""Does what is due for bets, step by step; several processes may do so at once, and be killed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

import structlog

from foundation.storage.clock import Clock
from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.betting.facts import Fact, Moved, Settled, with_fact
from subgraphs.bets.betting.performing import Performer
from subgraphs.bets.betting.settling import settlement_of
from subgraphs.bets.betting.steps import Look, due_at, next_step
from subgraphs.bets.records.results import ResultStore
from subgraphs.bets.records.store import BetStore, DueBet
from subgraphs.bets.trading.voids import with_voids
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.durable_steps.engine import advance
from subgraphs.kit.durable_steps.schedule import Pauses, Schedule
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import customer_key

log = structlog.get_logger(__name__)
PAUSES: Final = Pauses(timedelta(seconds=1), timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class BetWork:
    """Brings bets forward.

    Attributes:
        clock: The machine's.
        changed: Called with the keys of customers whose data a commit has changed; None if nobody follows.
    """

    store: BetStore
    results: ResultStore
    performer: Performer
    clock: Clock
    changed: CustomersChanged | None

    async def now(self) -> datetime:
        """Return the machine's time by the database's clock."""
        async with self.store.database.read() as connection:
            return await self.clock.at(connection)

    async def advance(self, bet_id: str) -> Bet | None:
        """Do what can be done for a bet now; return it, or None if there is none.

        Raises:
            OSError: The database is unavailable; what is due is done later.
            SQLAlchemyError: The same.
        """
        seen = await advance(self, bet_id)
        return None if seen is None else seen.bet

    async def load(self, item: str) -> DueBet | None:
        """Return a bet as it is written; None if there is none."""
        return await self.store.load(item)

    async def perform(self, seen: DueBet, at: datetime) -> DueBet | None:
        """Learn what the next steps tell; None if that is nothing."""
        facts = await self._learnt(seen.bet, at)
        after = await self.store.learn(seen.bet.bet_id, facts, at) if facts else None
        if after is None:
            return None
        if after != seen.bet:
            self._announce(after)
            _tell_people(after, facts)
        return seen._replace(bet=after)

    def plan(self, seen: DueBet, at: datetime) -> Schedule:
        """Return when a bet is looked at again."""
        wanted = due_at(seen.bet)
        return PAUSES.again(seen.tries, at) if wanted is not None and wanted <= at else Schedule(wanted)

    async def schedule(self, seen: DueBet, planned: Schedule) -> bool:
        """Note when a bet is looked at again; return False if something has become due meanwhile."""
        if planned == (seen.due_at, seen.tries):
            return True
        return await self.store.schedule(seen, *planned)

    async def _learnt(self, bet: Bet, at: datetime) -> list[Fact]:
        """Return what is learnt by the next steps, up to one that only what is written may do.

        The stake is reserved, and the offers are looked at, before either is written; it is taken only once
        that is: of several processes, one has decided.
        """
        if (settled := await self._settled(bet, at)) is not None:
            return [settled]
        facts: list[Fact] = []
        began = monotonic()
        while (step := next_step(bet, at)) is not None and (not facts or isinstance(step, Look)):
            fact = await self.performer.perform(bet, step, at)
            if fact is None:
                break
            facts.append(fact)
            bet, at = with_fact(bet, fact), at + timedelta(seconds=monotonic() - began)
            began = monotonic()
        return facts

    async def _settled(self, bet: Bet, at: datetime) -> Settled | None:
        """Return what results say of a bet that is made; None if that is not new."""
        if bet.taken_at is None or bet.refusal:
            return None
        markets = {market_of(leg.selection_id) for leg in bet.legs}
        async with self.store.database.read() as connection:
            known = await self.results.of_markets(connection, markets)
            voids = await self.store.counting.decisions.voids(connection, bet)
        settlement = settlement_of(bet, with_voids(bet, known, voids), at)
        return None if settlement is None else Settled(settlement)

    def _announce(self, bet: Bet) -> None:
        if self.changed is not None:
            self.changed([customer_key(bet.owner)])


def _tell_people(bet: Bet, facts: Sequence[Fact]) -> None:
    """Tell a log of what a person has to look at: money that could not be moved as a result says."""
    for fact in facts:
        match fact:
            case Moved(number, _, refusal) if refusal:
                log.warning("settlement_refused", bet=bet.bet_id, settlement=number, why=refusal)
            case Moved(number, owed_minor=owed) if owed:
                log.warning("settlement_owed", bet=bet.bet_id, settlement=number, minor=owed)
            case Moved(number, is_free_bet_kept=True):
                log.warning("free_bet_kept", bet=bet.bet_id, settlement=number)
