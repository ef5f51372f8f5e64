"""How much work planning may take, in counted steps, so that plans do not depend on the machine."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.errors import BudgetExceeded

COMPARISON_SHARE = 8
"""One part in so many of the budget goes into looking for a better plan than the first."""


VISITS = 8
"""Looking at so many fields, each of one type, takes as long as a step."""
SELECTION = 10
"""Looking at what is selected below a field takes as long as looking at so many fields."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of planning one operation.

    Attributes:
        steps: Steps of the search and of resolving together.
        tries: How many candidate plans are compared.
    """

    steps: int = 50_000
    tries: int = 64


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
        """Return whether few enough steps are taken to look for a better plan than the first."""
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
        """Look at so many fields of single types, which takes steps if they are many.

        Raises:
            BudgetExceeded: No step is left.
        """
        self._visits += fields
        if self._visits >= VISITS:
            steps, self._visits = divmod(self._visits, VISITS)
            self.left -= steps - 1
            self.step()
