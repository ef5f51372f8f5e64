"""How much work a plan may take; counted in steps, so that plans do not depend on the machine."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.errors import BudgetExceeded

COMPARISON_SHARE = 8
"""The part of the budget that goes into looking for a better plan than the first."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of planning one operation.

    Attributes:
        steps: Of search and drawing together.
        tries: How many complete plans are drawn for comparison.
    """

    steps: int = 50_000
    tries: int = 64


@dataclass(slots=True)
class Work:
    """Counts the steps of planning one operation.

    Attributes:
        left: Steps that may still be taken.
    """

    left: int
    _given: int = field(init=False)

    def __post_init__(self) -> None:
        self._given = self.left

    def leaves_time_to_compare(self) -> bool:
        """Whether hardly any of the steps are taken: with a plan at hand, the rest is not worth the time."""
        return COMPARISON_SHARE * (self._given - self.left) < self._given

    def step(self) -> None:
        """Take a step.

        Raises:
            BudgetExceeded: There are none left.
        """
        self.left -= 1
        if self.left < 0:
            raise BudgetExceeded("No plan was found within the planner's budget.")
