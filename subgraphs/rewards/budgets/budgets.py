"""Budgets as values: their keys, their use, and the rewards whose budget is spent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from foundation.storage.cells.cell import Cell

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
        rewards: How many customers may choose the reward; in a cell, the cell's share.
        taken: How many customers have chosen it.
        more_elsewhere: Whether other cells may have a part of the budget left, of which this one can be given
            some.
    """

    rewards: int
    taken: int
    more_elsewhere: bool = False

    @property
    def spent(self) -> bool:
        """Return whether no other customer may choose the reward."""
        return self.taken >= self.rewards and not self.more_elsewhere


@dataclass(frozen=True, slots=True)
class Allotment:
    """How a budget's week is divided among cells.

    Attributes:
        shares: The cells' shares by name, first and last partition.
        spent: Whether nothing is left in any cell.
    """

    shares: Mapping[tuple[str, int, int], int]
    spent: bool

    def use(self, cell: Cell, budget: int, taken: int) -> BudgetUse:
        """Return a cell's use of a budget; a cell that has other partitions now has no share."""
        share = min(self.shares.get((cell.name, cell.first, cell.last), 0), budget)
        return BudgetUse(share, taken, not self.spent and taken < budget)


NOTHING_ALLOTTED: Final = Allotment({}, spent=False)


class SpentRewards(NamedTuple):
    """The rewards whose budget is spent in one week; about other weeks it says nothing."""

    iso_week: str = ""
    rewards: frozenset[str] = NO_REWARDS

    def within(self, iso_week: str) -> frozenset[str]:
        """Return the rewards of a week."""
        return self.rewards if iso_week == self.iso_week else NO_REWARDS


NONE_SPENT: Final = SpentRewards()
