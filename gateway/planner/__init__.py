"""From an operation to a plan."""

from gateway.planner.budget import Budget
from gateway.planner.explain import explain_plan
from gateway.planner.normalize import Operation, condition_variables, normalize
from gateway.planner.planner import plan, plan_with_reasons

__all__ = [
    "Budget",
    "Operation",
    "condition_variables",
    "explain_plan",
    "normalize",
    "plan",
    "plan_with_reasons",
]
