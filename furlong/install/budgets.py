"""Budgets of a world: compares them with the stored ones, and makes decisions of what differs."""

from collections.abc import Iterator
from dataclasses import dataclass

from consumers.messages.global_events.states import BudgetState
from foundation.storage.database import Database
from furlong.install.content import CATALOGUE, FAR_FUTURE
from furlong.install.world import Brand, World, WorldError
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey, BudgetRepository

BUDGETS = BudgetRepository()


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """What loading does to one budget.

    Attributes:
        before: The number of rewards before; None if there was no budget.
        after: The number of rewards afterwards; None if the budget is removed.
    """

    key: BudgetKey
    before: int | None
    after: int | None

    @property
    def mark(self) -> str:
        """The mark: `+` new, `~` changed, `-` removed, `=` unchanged."""
        match (self.before, self.after):
            case (None, _):
                return "+"
            case (_, None):
                return "-"
            case _:
                return "=" if self.before == self.after else "~"

    def __str__(self) -> str:
        week = "every week" if self.key.iso_week == EVERY_WEEK else self.key.iso_week
        was = f" (was {self.before})" if self.mark == "~" else ""
        number = self.before if self.after is None else self.after
        return f"{self.mark} budget {self.key.brand}:{self.key.reward_id} {week}: {number}{was}"


async def plan_budgets(world: World, rewards: Database) -> tuple[BudgetChange, ...]:
    """Compare a world's budgets with the stored ones; brands without a list of budgets keep theirs.

    Raises:
        WorldError: A budget is for a reward without content. A misspelt name would limit nothing.
    """
    brands = [brand for brand in world.brands if brand.budgets is not None]
    async with rewards.read() as connection:
        stored = await BUDGETS.budgets(connection, [brand.id for brand in brands])
        contents = await CATALOGUE.published(connection, [brand.id for brand in brands], FAR_FUTURE)
    wanted = {key: number for brand in brands for key, number in _budgets(brand)}
    shown = {(brand.id, content.reward_id) for brand in brands for content in brand.content}
    shown |= {(brand, content.reward_id) for brand, found in contents.items() for content in found}
    unknown = sorted({f"{key.brand}:{key.reward_id}" for key in wanted if key[:2] not in shown})
    if unknown:
        raise WorldError(f"there are budgets for rewards without content: {', '.join(unknown)}")
    keys = sorted(stored.keys() | wanted.keys())
    return tuple(BudgetChange(key, stored.get(key), wanted.get(key)) for key in keys)


def budget_state(change: BudgetChange) -> BudgetState:
    """Return the state that sets a budget, or removes one that is no longer listed."""
    return BudgetState(
        reward_id=change.key.reward_id, iso_week=change.key.iso_week or None, rewards=change.after
    )


def _budgets(brand: Brand) -> Iterator[tuple[BudgetKey, int]]:
    for budget in brand.budgets or ():
        yield BudgetKey(brand.id, budget.reward_id, budget.week or EVERY_WEEK), budget.rewards
