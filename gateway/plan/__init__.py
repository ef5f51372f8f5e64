"""Query plans: their nodes, the shape of the answer, and how they are printed."""

from gateway.plan.nodes import (
    Fetch,
    Flatten,
    Names,
    Node,
    Parallel,
    QueryPlan,
    RepresentationField,
    RepresentationGroup,
    Sequence,
    Step,
)
from gateway.plan.shape import Shape, ShapeField
from gateway.plan.show import show

__all__ = [
    "Fetch",
    "Flatten",
    "Names",
    "Node",
    "Parallel",
    "QueryPlan",
    "RepresentationField",
    "RepresentationGroup",
    "Sequence",
    "Shape",
    "ShapeField",
    "Step",
    "show",
]
