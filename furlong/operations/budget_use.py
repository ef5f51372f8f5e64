"""The use of budgets: how many customers chose a reward, and for how many it is due or paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from subgraphs.fulfilment.accounting.liability import RewardCounts
from subgraphs.fulfilment.accounting.repository import liability, reward_counts
from subgraphs.rewards.budgets.budgets import BudgetUse
from subgraphs.rewards.budgets.repository import BudgetRepository


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """The budget of one reward and week.

    Attributes:
        use: how many customers may choose the reward, and how many have chosen it.
        standing: for how many it is expected, owed and credited, defaults included.
    """

    brand: str
    iso_week: str
    reward_id: str
    use: BudgetUse
    standing: RewardCounts

    @property
    def left(self) -> int:
        """How many more customers may choose it; negative if more get it than planned."""
        due = self.standing.expected + self.standing.owed + self.standing.credited
        return self.use.rewards - max(self.use.taken, due)


async def budget_lines(
    rewards: Database,
    fulfilment: Database,
    now: datetime,
    brand: str | None = None,
    iso_week: str | None = None,
) -> Sequence[BudgetLine]:
    """Return the budgets of weeks in which anything was chosen or earned, by brand, week and reward."""
    async with fulfilment.home.read() as connection:
        found = await reward_counts(connection, now, brand, iso_week)
        earned = {(one.brand, one.iso_week) for one in await liability(connection, now, brand, iso_week)}
    standings = {(one.brand, one.iso_week, one.reward_id): one for one in found}
    budgets, lines = BudgetRepository(), []
    async with rewards.home.read() as connection:
        for name in [brand] if brand else await budgets.brands(connection):
            weeks = await budgets.weeks(connection, name)
            weeks |= {week for of_brand, week in earned if of_brand == name}
            for week in sorted(weeks & {iso_week} if iso_week else weeks):
                for reward_id, use in sorted((await budgets.use(connection, name, week)).items()):
                    nothing = RewardCounts(name, week, reward_id, 0, 0, 0)
                    standing = standings.get((name, week, reward_id), nothing)
                    lines.append(BudgetLine(name, week, reward_id, use, standing))
    return lines
