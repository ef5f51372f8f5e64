"""The use of budgets, also over all cells: who chose a reward, and to whom it is due or was paid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.global_events.acknowledgements import NodeRepository
from backoffice.global_events.repository import GlobalDecision
from foundation.storage.database import Database
from subgraphs.fulfilment.accounting.repository import liability, reward_counts
from subgraphs.fulfilment.accounting.stage_sql import RewardCounts
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey, BudgetRepository, BudgetUse


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """The budget of one reward and week.

    Attributes:
        use: How many customers may choose the reward, and how many have chosen it.
        standing: How many customers expect it, are owed it and were credited with it, defaults included.
        reserved: How many changes to it wait for an answer: each keeps its place.
        own: Whether the week has a budget of its own; otherwise the one of every week applies.
    """

    brand: str
    iso_week: str
    reward_id: str
    use: BudgetUse
    standing: RewardCounts
    reserved: int = 0
    own: bool = False

    @property
    def left(self) -> int:
        """How many more customers may choose it; negative if more get it than planned."""
        due = self.standing.expected + self.standing.owed + self.standing.credited
        return self.use.rewards - max(self.use.taken + self.reserved, due)

    @property
    def stopped(self) -> bool:
        """Return whether nobody else can choose it: all places are taken or reserved."""
        return self.use.taken + self.reserved >= self.use.rewards


def week_lines(
    brand: str,
    iso_week: str,
    *,
    uses: Mapping[str, BudgetUse],
    standings: Mapping[str, RewardCounts],
    reserved: Mapping[str, int],
    own: frozenset[str] = frozenset(),
) -> list[BudgetLine]:
    """Return the budgets of a week, by reward."""
    return [
        BudgetLine(
            brand,
            iso_week,
            reward_id,
            use,
            standings.get(reward_id, RewardCounts(brand, iso_week, reward_id, 0, 0, 0)),
            reserved.get(reward_id, 0),
            reward_id in own,
        )
        for reward_id, use in sorted(uses.items())
    ]


async def budget_lines(
    rewards: Database,
    fulfilment: Database,
    now: datetime,
    brand: str | None = None,
    iso_week: str | None = None,
) -> Sequence[BudgetLine]:
    """Return the budgets of weeks in which anything was chosen or earned, by brand, week and reward."""
    async with fulfilment.read() as connection:
        counts = await reward_counts(connection, now, brand, iso_week)
        earned = {(line.brand, line.iso_week) for line in await liability(connection, now, brand, iso_week)}
    budgets, lines = BudgetRepository(), list[BudgetLine]()
    async with rewards.read() as connection:
        for name in [brand] if brand else await budgets.brands(connection):
            weeks = await budgets.weeks(connection, name)
            weeks |= {week for of_brand, week in earned if of_brand == name}
            for week in sorted(weeks & {iso_week} if iso_week else weeks):
                uses = await budgets.use(connection, name, week)
                mine = {
                    count.reward_id: count
                    for count in counts
                    if (count.brand, count.iso_week) == (name, week)
                }
                lines += week_lines(name, week, uses=uses, standings=mine, reserved={})
    return lines


async def used_by_cells(connection: AsyncConnection, brand: str, iso_week: str) -> dict[str, int]:
    """Return how many customers have chosen each reward in a week; changes in doubt count as used.

    Args:
        connection: To read the back office's database with.
        brand: The brand.
        iso_week: The week.
    """
    used: dict[str, int] = {}
    for report in await NodeRepository().all(connection):
        for budget in report.budgets:
            if (budget.brand, budget.iso_week) == (brand, iso_week):
                used[budget.reward_id] = used.get(budget.reward_id, 0) + budget.used
    return used


def with_decisions(
    stored: Mapping[BudgetKey, int], decisions: Iterable[GlobalDecision]
) -> dict[BudgetKey, int]:
    """Return budgets as they were decided, also where a node's table has not been told yet.

    Args:
        stored: Those in the table.
        decisions: The last about each of some budgets.
    """
    budgets = dict(stored)
    for decision in decisions:
        state = decision.state
        key = BudgetKey(decision.brand, state["reward_id"], state.get("iso_week") or EVERY_WEEK)
        if state["rewards"] is None:
            budgets.pop(key, None)
        else:
            budgets[key] = state["rewards"]
    return budgets


def week_uses(
    brand: str, iso_week: str, budgets: Mapping[BudgetKey, int], taken: Mapping[str, int]
) -> dict[str, BudgetUse]:
    """Return the use of each budget of a week, by reward; a week's own precedes that of every week."""
    uses: dict[str, BudgetUse] = {}
    for key, rewards in sorted(budgets.items(), key=lambda item: item[0].iso_week):
        if key.brand == brand and key.iso_week in {EVERY_WEEK, iso_week}:
            uses[key.reward_id] = BudgetUse(rewards, taken.get(key.reward_id, 0))
    return uses
