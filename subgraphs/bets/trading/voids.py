"""Bets that two people have declared void: they are settled as if their markets had been cancelled."""

from collections.abc import Mapping

from msgspec import Struct

from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.settlement.results import MarketResult
from subgraphs.kit.domain.selections import market_of


class Voids(Struct, frozen=True, kw_only=True):
    """What is void.

    Attributes:
        bet: Whether a bet is, as a whole.
        markets: Their own ids, as those of selections: all bets of the brand on them are void, as far as they
            are on them.
    """

    bet: bool = False
    markets: frozenset[str] = frozenset()
    selections: frozenset[str] = frozenset()

    def has(self, selection: str) -> bool:
        """Tell whether what is bet on a selection is void."""
        return self.bet or selection in self.selections or market_of(selection) in self.markets


_CANCELLED = MarketResult(kind="", status="cancelled", runners=())


def with_voids(bet: Bet, markets: Mapping[str, MarketResult], voids: Voids) -> Mapping[str, MarketResult]:
    """Return the markets of a bet by which it is settled: those of what is void are cancelled.

    No two selections of a bet are of one market, so that a market stands for its selection here.

    Args:
        bet: The bet.
        markets: Those of its selections that are known, by their own ids.
        voids: What is void of them.
    """
    void = {market_of(leg.selection_id) for leg in bet.legs if voids.has(leg.selection_id)}
    return {**markets, **dict.fromkeys(void, _CANCELLED)}
