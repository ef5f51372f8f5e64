"""The query planner: turns an operation into a query plan, by `planner.plan`."""

from gateway.planner.directives import (
    INCREMENTALLY,
    DeferringDirectives,
    condition_variables,
    deferring_directives,
)
from gateway.planner.normalize import Operation, normalize

__all__ = [
    "INCREMENTALLY",
    "DeferringDirectives",
    "Operation",
    "condition_variables",
    "deferring_directives",
    "normalize",
]
