"""The use of budgets over all cells, as they have reported it."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.global_events.acknowledgements import NodeRepository
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey, BudgetUse


async def used_by_cells(
    connection: AsyncConnection, brand: str, iso_week: str, budgets: Mapping[BudgetKey, int]
) -> dict[str, BudgetUse]:
    """Return the use of each budget of a week, by reward; changes in doubt count as used.

    Args:
        connection: To read the back office's database with.
        brand: The brand.
        iso_week: The week.
        budgets: Those in force, of the week and of every week.
    """
    used: dict[str, int] = {}
    for report in await NodeRepository().all(connection):
        for one in report.budgets:
            if (one.brand, one.iso_week) == (brand, iso_week):
                used[one.reward_id] = used.get(one.reward_id, 0) + one.used
    found: dict[str, BudgetUse] = {}
    for key, rewards in sorted(budgets.items(), key=lambda each: each[0].iso_week):
        if key.brand == brand and key.iso_week in {EVERY_WEEK, iso_week}:
            found[key.reward_id] = BudgetUse(rewards, used.get(key.reward_id, 0))
    return found
