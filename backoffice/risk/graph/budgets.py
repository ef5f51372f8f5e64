"""Budgets in risk's part of the graph, in numbers of rewards."""

import strawberry
from strawberry import ID

from backoffice.risk.budgets.use import BudgetLine
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described


@described
@strawberry.type
class RiskBudget:
    """The budget of a reward in a week, in numbers of rewards.

    Attributes:
        own: Whether the week has one of its own.
        reserved: Changes that wait for an answer keep their place.
        left: Negative if more customers get it than planned.
        stopped: Whether nobody else can choose it.
    """

    id: ID
    brand: str
    iso_week: str
    reward: str
    own: bool
    budget: int
    chosen: int
    reserved: int
    expected: int
    owed: int
    credited: int
    left: int
    stopped: bool


@described
@strawberry.type
class RiskBudgetResult:
    """The outcome of setting a budget.

    Attributes:
        number: Of the decision for all nodes; null if proposed.
        proposal: The proposal that another person has to approve.
    """

    number: float | None
    proposal: ID | None


def budget_to_graphql(line: BudgetLine) -> RiskBudget:
    """Return a budget."""
    return with_fields_of(
        RiskBudget,
        line,
        id=ID(f"{line.brand}:{line.iso_week}:{line.reward_id}"),
        reward=line.reward_id,
        budget=line.use.rewards,
        chosen=line.use.taken,
        expected=line.standing.expected,
        owed=line.standing.owed,
        credited=line.standing.credited,
    )
