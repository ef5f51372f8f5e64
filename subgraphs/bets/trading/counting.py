"""What changes of the house's liability when something is learnt of a bet, in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.cell import Cell
from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.betting.facts import Decided, Fact, RefusedFor, with_fact
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.bets.trading.exposure import Exposures, exposed_bet
from subgraphs.bets.trading.rules import liability_limits, stake_limits
from subgraphs.bets.trading.shares import parts_of


@dataclass(frozen=True, slots=True)
class BetCounting:
    """Counts a bet from when it is decided until it is refused or settled.

    Attributes:
        cell: Whose part of the limits counts; None without cells.
    """

    decisions: TradingDecisions
    exposures: Exposures
    cell: Cell | None = None

    async def with_facts(self, connection: AsyncConnection, bet: Bet, facts: Sequence[Fact]) -> Bet:
        """Return a bet with what was learnt of it; it is refused if the house could lose too much by it.

        It is so, too, if the customer's open bets on one of its selections cost more than one may.

        Args:
            connection: In the write transaction that locks the bet, and writes what is returned.
            bet: As it is written.
            facts: In their order.
        """
        after = reduce(with_fact, facts, bet)
        if bet.decided_at is None and after.decided_at is not None and not _is_over(after):
            rules, currency = await self.decisions.rules(connection, bet.brand_id), bet.slip.currency
            limits = parts_of(liability_limits(after.legs, currency, rules), self.cell)
            factor = await self.decisions.factor(connection, bet.owner)
            stakes = stake_limits(after.legs, currency, rules, factor)
            refused = await self.exposures.take(connection, exposed_bet(after), limits, stakes)
            if refused is not None:
                others = [fact for fact in facts if not isinstance(fact, Decided)]
                return reduce(with_fact, [*others, RefusedFor(refused.code, refused.message)], bet)
        if not _is_over(bet) and _is_over(after):
            await self.exposures.give_back(connection, bet.bet_id)
        return after


def _is_over(bet: Bet) -> bool:
    return bool(bet.refusal or bet.settlements)
