"""The planner's budget, in counted steps rather than time, so that plans do not depend on the machine."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.errors import BudgetExceeded

COMPARISON_SHARE = 8
"""A better plan than the first is looked for until one n-th of the budget is spent."""


VISITS = 8
"""How many visits of a field, each for one type, take as long as a step."""
SELECTION = 10
"""How many visits of a field take as long as visiting the selections below one."""


@dataclass(slots=True)
class Work:
    """Counts the steps of planning one operation.

    Attributes:
        left: How many steps may still be taken.
    """

    left: int
    _given: int = field(init=False)
    _visits: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._given = self.left

    def leaves_time_to_compare(self) -> bool:
        """Return whether the budget still allows looking for a better plan than the first."""
        return COMPARISON_SHARE * (self._given - self.left) < self._given

    def step(self) -> None:
        """Take a step.

        Raises:
            BudgetExceeded: No step is left.
        """
        self.left -= 1
        if self.left < 0:
            raise BudgetExceeded("No plan was found within the planner's budget.")

    def visit(self, fields: int) -> None:
        """Count visits of fields, each for one type; many of them make a step.

        Raises:
            BudgetExceeded: No step is left.
        """
        self._visits += fields
        if self._visits >= VISITS:
            steps, self._visits = divmod(self._visits, VISITS)
            self.left -= steps - 1
            self.step()
