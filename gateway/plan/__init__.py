"""Query plans: their nodes, the shape of the answer, and how they are printed."""

from gateway.plan.nodes import (
    Below,
    Entities,
    Fetch,
    FromAbove,
    Level,
    Names,
    Node,
    Parallel,
    Path,
    QueryPlan,
    RepresentationField,
    RepresentationGroup,
    RootFields,
    Sequence,
    Step,
    Supplies,
)
from gateway.plan.shape import Shape, ShapeField
from gateway.plan.show import show

__all__ = [
    "Below",
    "Entities",
    "Fetch",
    "FromAbove",
    "Level",
    "Names",
    "Node",
    "Parallel",
    "Path",
    "QueryPlan",
    "RepresentationField",
    "RepresentationGroup",
    "RootFields",
    "Sequence",
    "Shape",
    "ShapeField",
    "Step",
    "Supplies",
    "show",
]
