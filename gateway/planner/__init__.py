"""The query planner: turns an operation into a query plan."""

from gateway.planner.budget import Budget
from gateway.planner.directives import (
    INCREMENTALLY,
    DeferringDirectives,
    condition_variables,
    deferring_directives,
)
from gateway.planner.explain import explain_plan
from gateway.planner.normalize import Operation, normalize
from gateway.planner.planner import plan, plan_with_reasons

__all__ = [
    "INCREMENTALLY",
    "Budget",
    "DeferringDirectives",
    "Operation",
    "condition_variables",
    "deferring_directives",
    "explain_plan",
    "normalize",
    "plan",
    "plan_with_reasons",
]
