"""What the resolvers of risk and money work with."""

from dataclasses import dataclass

from backoffice.access.actor import Actor
from backoffice.risk.budgets.setting import BudgetService
from backoffice.risk.service import RiskService


@dataclass(frozen=True, slots=True)
class RiskContext:
    """The context of a request."""

    actor: Actor
    risk: RiskService
    budgets: BudgetService
