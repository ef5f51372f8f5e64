"""Budgets as values: what a budget is for, how far it is used, and which rewards have spent theirs."""

from typing import Final, NamedTuple

EVERY_WEEK: Final = ""
"""Stands for the week of a budget that holds for every week without one of its own."""

NO_REWARDS: Final[frozenset[str]] = frozenset()


class BudgetKey(NamedTuple):
    """What a budget is for; `iso_week` may be `EVERY_WEEK`."""

    brand: str
    reward_id: str
    iso_week: str


class BudgetUse(NamedTuple):
    """How far the budget of a reward is used in a week.

    Attributes:
        rewards: how many customers may choose the reward.
        taken: how many customers have chosen it.
    """

    rewards: int
    taken: int

    @property
    def spent(self) -> bool:
        """Tell whether no other customer may choose the reward."""
        return self.taken >= self.rewards


class SpentRewards(NamedTuple):
    """The rewards whose budget is spent in one week; about other weeks it says nothing."""

    iso_week: str = ""
    rewards: frozenset[str] = NO_REWARDS

    def within(self, iso_week: str) -> frozenset[str]:
        """Return the rewards of a week."""
        return self.rewards if iso_week == self.iso_week else NO_REWARDS


NONE_SPENT: Final = SpentRewards()
