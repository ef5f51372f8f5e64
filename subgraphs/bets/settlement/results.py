"""What became of a selection, from its market as the provider has it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from msgspec import Struct

from subgraphs.bets.settlement.outcomes import MILLI, LegResult, Outcome, total_deduction

_RACE_WIN: Final = "WIN"
_WINNERS: Final = frozenset({"winner", "placed"})
_WITHDRAWN: Final = frozenset({"removed", "removed_vacant"})


class VoidPeriod(Struct, frozen=True):
    """A time whose bets are void: from the first instant to before the second, each None if it is open."""

    starts_at: datetime | None
    ends_at: datetime | None

    def has(self, at: datetime) -> bool:
        """Tell whether a bet of an instant is void."""
        has_begun = self.starts_at is None or self.starts_at <= at
        return has_begun and (self.ends_at is None or at < self.ends_at)


class Runner(Struct, frozen=True, kw_only=True):
    """A selection of a market, as far as it decides what is paid.

    Attributes:
        status: As its provider says it.
        dead_heat_milli: The part of the stake that has won, in thousandths; None without a dead heat.
        deduction_milli: What is taken off others' winnings because it was withdrawn; None if nothing is.
        void_milli: The part of the stake that is given back beside the result; None if none is.
    """

    selection_id: str
    status: str
    dead_heat_milli: int | None = None
    deduction_milli: int | None = None
    void_milli: int | None = None


class MarketResult(Struct, frozen=True, kw_only=True):
    """A market, as far as it decides what is paid.

    Attributes:
        kind: The platform's name, such as `WIN` or `PLACE`.
        status: As its provider says it: it has results when it is settled, or is closed with a winner.
        runners: All of its selections.
        void_periods: When bets were made that are void, while others stand.
        known_at: Since when it has had results, by its provider's clock; None if it has none, or nobody has
            noted it.
    """

    kind: str
    status: str
    runners: tuple[Runner, ...]
    void_periods: tuple[VoidPeriod, ...] = ()
    known_at: datetime | None = None

    @property
    def has_results(self) -> bool:
        """Tell whether it is known who has won."""
        if self.status == "closed":
            return any(runner.status in _WINNERS for runner in self.runners)
        return self.status == "settled"

    @property
    def decides(self) -> bool:
        """Tell whether it decides bets: no more are made on it."""
        return self.status == "cancelled" or self.has_results

    def is_void_at(self, at: datetime) -> bool:
        """Tell whether a bet of an instant is void: also one that was struck once the result was known."""
        known = () if self.known_at is None else (VoidPeriod(self.known_at, None),)
        return self.status == "cancelled" or any(one.has(at) for one in (*self.void_periods, *known))


def outcome_of(
    market: MarketResult, selection_id: str, accepted_at: datetime, withdrawn: Collection[str] = ()
) -> Outcome | None:
    """Return what became of a leg; None while that is not known.

    Args:
        market: The selection's.
        selection_id: What was bet on.
        accepted_at: When the bet was accepted.
        withdrawn: Selections that had been withdrawn by then: the odds that were taken knew of them.
    """
    if market.is_void_at(accepted_at):
        return Outcome.void()
    runner = next((runner for runner in market.runners if runner.selection_id == selection_id), None)
    if runner is None or not market.has_results:
        return None
    if runner.status in _WITHDRAWN or runner.status == "void":
        return Outcome.void()
    result = _result(market.kind, runner)
    if result is None:
        return None
    since = [
        other.deduction_milli or 0
        for other in market.runners
        if other.status in _WITHDRAWN and other.selection_id not in withdrawn
    ]
    return Outcome(
        result=result,
        shared_milli=runner.dead_heat_milli or MILLI,
        void_milli=runner.void_milli or 0,
        deduction_milli=total_deduction(since),
    )


def _result(kind: str, runner: Runner) -> LegResult | None:
    """Return a result in one word; None if the status is none. Outside races to win, a place wins."""
    if runner.status == "loser":
        return LegResult.LOST
    if runner.status == "placed" and kind == _RACE_WIN:
        return LegResult.PLACED
    if runner.status in _WINNERS:
        return LegResult.WON if runner.dead_heat_milli is None else LegResult.DEAD_HEAT
    return None
