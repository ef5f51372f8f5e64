"""Budgets as values: their keys, their use, and the rewards whose budget is spent."""

from typing import Final, NamedTuple

EVERY_WEEK: Final = ""
"""The week of a budget that applies to every week without a budget of its own."""

NO_REWARDS: Final[frozenset[str]] = frozenset()


class BudgetKey(NamedTuple):
    """The key of a budget; `iso_week` may be `EVERY_WEEK`."""

    brand: str
    reward_id: str
    iso_week: str


class BudgetUse(NamedTuple):
    """The use of a reward's budget in a week.

    Attributes:
        rewards: how many customers may choose the reward.
        taken: how many customers have chosen it.
    """

    rewards: int
    taken: int

    @property
    def spent(self) -> bool:
        """Return whether no other customer may choose the reward."""
        return self.taken >= self.rewards


class SpentRewards(NamedTuple):
    """The rewards whose budget is spent in one week; about other weeks it says nothing."""

    iso_week: str = ""
    rewards: frozenset[str] = NO_REWARDS

    def within(self, iso_week: str) -> frozenset[str]:
        """Return the rewards of a week."""
        return self.rewards if iso_week == self.iso_week else NO_REWARDS


NONE_SPENT: Final = SpentRewards()
