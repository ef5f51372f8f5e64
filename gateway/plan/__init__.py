"""Query plans: fetches with their dependencies, the shape of the response, and how a plan is printed."""

from gateway.plan.as_json import plan_as_json
from gateway.plan.nodes import (
    Below,
    ContextSource,
    ContextVariable,
    Entities,
    Fetch,
    Names,
    Parallel,
    Path,
    PlanNode,
    ProvidedFields,
    QueryPlan,
    RepresentationField,
    RepresentationGroup,
    RootFields,
    Sequence,
    Step,
)
from gateway.plan.shape import Shape, ShapeField
from gateway.plan.show import show

__all__ = [
    "Below",
    "ContextSource",
    "ContextVariable",
    "Entities",
    "Fetch",
    "Names",
    "Parallel",
    "Path",
    "PlanNode",
    "ProvidedFields",
    "QueryPlan",
    "RepresentationField",
    "RepresentationGroup",
    "RootFields",
    "Sequence",
    "Shape",
    "ShapeField",
    "Step",
    "plan_as_json",
    "show",
]
