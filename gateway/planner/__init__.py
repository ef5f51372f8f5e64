"""From an operation to a plan."""

from gateway.planner.account import account
from gateway.planner.budget import Budget
from gateway.planner.normalize import Operation, condition_variables, normalize
from gateway.planner.planner import explained, plan

__all__ = ["Budget", "Operation", "account", "condition_variables", "explained", "normalize", "plan"]
