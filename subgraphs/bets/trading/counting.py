"""What only the transaction that decides a bet can know: results that came, and the house's liability."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.cell import Cell
from subgraphs.bets.accepting.acceptance import Refused, ended
from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.betting.facts import Decided, Fact, RefusedFor, with_fact
from subgraphs.bets.settlement.results import MarketResult
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.bets.trading.exposure import Exposures, exposed_bet
from subgraphs.bets.trading.rules import liability_limits, stake_limits
from subgraphs.bets.trading.shares import parts_of
from subgraphs.kit.domain.selections import market_of

ResultsOf: TypeAlias = Callable[[AsyncConnection, Collection[str]], Awaitable[Mapping[str, MarketResult]]]
"""Reads what is known of markets, by their ids."""


@dataclass(frozen=True, slots=True)
class BetCounting:
    """Counts a bet from when it is decided until it is refused or settled, and while it is open again.

    Attributes:
        results: Reads what is known of markets.
        cell: Whose part of the limits counts; None without cells.
    """

    decisions: TradingDecisions
    exposures: Exposures
    results: ResultsOf
    cell: Cell | None = None

    async def with_facts(self, connection: AsyncConnection, bet: Bet, facts: Sequence[Fact]) -> Bet:
        """Return a bet with what was learnt of it.

        It is refused if its result is known, if the house could lose too much by it, or if its customer's
        open bets on one of its selections cost more than one may.

        Args:
            connection: In the write transaction that locks the bet, and writes what is returned.
            bet: As it is written.
            facts: In their order.
        """
        after = reduce(with_fact, facts, bet)
        if bet.decided_at is None and after.decided_at is not None and not _is_over(after):
            refused = await self._of_results(connection, after) or await self._of_liability(connection, after)
            if refused is not None:
                others = [fact for fact in facts if not isinstance(fact, Decided)]
                return reduce(with_fact, [*others, RefusedFor(refused.code, refused.message)], bet)
        if not _is_over(bet) and _is_over(after):
            await self.exposures.give_back(connection, bet.bet_id)
        elif _is_over(bet) and not _is_over(after):
            await self.exposures.take(
                connection, exposed_bet(after), {}
            )  # it stands, whatever the limits are
        return after

    async def _of_results(self, connection: AsyncConnection, bet: Bet) -> Refused | None:
        """Return why nothing is bet on what is decided, or void, as far as this database knows."""
        known = await self.results(connection, {market_of(leg.selection_id) for leg in bet.legs})
        struck_at = bet.product_time(bet.decided_at or bet.asked_at)
        for leg in bet.legs:
            market = known.get(market_of(leg.selection_id))
            if market is not None and (market.decides or market.is_void_at(struck_at)):
                return ended(leg.pick)
        return None

    async def _of_liability(self, connection: AsyncConnection, bet: Bet) -> Refused | None:
        """Return why the house could lose too much, or the customer stakes too much on a selection.

        Else the bet counts from now on.
        """
        rules, currency = await self.decisions.rules(connection, bet.brand_id), bet.slip.currency
        limits = parts_of(liability_limits(bet.legs, currency, rules), self.cell)
        factor = await self.decisions.factor(connection, bet.owner)
        stakes = stake_limits(bet.legs, currency, rules, factor)
        return await self.exposures.take(connection, exposed_bet(bet), limits, stakes)


def _is_over(bet: Bet) -> bool:
    return bool(bet.refusal) or bet.status not in {BetStatus.PENDING, BetStatus.OPEN}
