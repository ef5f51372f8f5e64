"""The scheme's profit and loss: turnover of counted bets against the cost of rewards, by currency.

Messages of bets do not say what was won, so the margin is unknown, and is not estimated here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from backoffice.figures.week_figures import COST, MoneyFigure, RewardFigure
from subgraphs.fulfilment.accounting.stage_sql import EXPECTED, EXPIRED, OUTSTANDING, OWED, USED


@dataclass(frozen=True, slots=True)
class ProfitLine:
    """One week's money in one currency, in its minor units.

    Attributes:
        customers: How many have a bet that counts.
        turnover_minor: The counting stakes of all counted bets, `member_turnover_minor`: those of members.
        expected_minor, owed_minor, outstanding_minor, used_minor, expired_minor: Values of rewards by stage.
        unvalued: How many rewards due have no value in money: spins, and boosts.
        spins: How many free spins are due.
    """

    currency: str
    customers: int = 0
    counted_bets: int = 0
    turnover_minor: int = 0
    member_turnover_minor: int = 0
    expected_minor: int = 0
    owed_minor: int = 0
    outstanding_minor: int = 0
    used_minor: int = 0
    expired_minor: int = 0
    unvalued: int = 0
    spins: int = 0

    @property
    def cost_minor(self) -> int:
        """Return what is used, outstanding or owed: the cost if everything that can be used is used."""
        return self.used_minor + self.outstanding_minor + self.owed_minor

    @property
    def cost_share(self) -> float | None:
        """Return the cost as a share of members' turnover; None without turnover."""
        return self.cost_minor / self.member_turnover_minor if self.member_turnover_minor else None


def profit_lines(money: Iterable[MoneyFigure], rewards: Iterable[RewardFigure]) -> list[ProfitLine]:
    """Return the lines of a week, by currency; currencies are never added up."""
    lines = {
        line.currency: ProfitLine(
            line.currency, line.customers, line.counted_bets, line.turnover_minor, line.member_turnover_minor
        )
        for line in money
    }
    for reward in rewards:
        line = lines.get(reward.currency, ProfitLine(reward.currency))
        lines[reward.currency] = _with(line, reward)
    return [lines[currency] for currency in sorted(lines)]


def _with(line: ProfitLine, figure: RewardFigure) -> ProfitLine:
    value, due = figure.value_minor, figure.stage in {*COST, EXPECTED}
    return replace(
        line,
        expected_minor=line.expected_minor + (value if figure.stage == EXPECTED else 0),
        owed_minor=line.owed_minor + (value if figure.stage == OWED else 0),
        outstanding_minor=line.outstanding_minor + (value if figure.stage == OUTSTANDING else 0),
        used_minor=line.used_minor + (value if figure.stage == USED else 0),
        expired_minor=line.expired_minor + (value if figure.stage == EXPIRED else 0),
        unvalued=line.unvalued + (figure.unvalued if due else 0),
        spins=line.spins + (figure.spins if due else 0),
    )
