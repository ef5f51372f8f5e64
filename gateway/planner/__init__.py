"""From an operation to a plan."""

from gateway.planner.budget import Budget
from gateway.planner.normalize import Operation, condition_variables, normalize
from gateway.planner.planner import plan

__all__ = ["Budget", "Operation", "condition_variables", "normalize", "plan"]
