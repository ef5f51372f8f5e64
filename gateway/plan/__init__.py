"""Query plans: fetches with their dependencies, the shape of the response, and how a plan is printed."""

from gateway.plan.as_json import plan_as_json
from gateway.plan.nodes import (
    Below,
    ContextSource,
    ContextVariable,
    Entities,
    Fetch,
    Names,
    OperationKind,
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
from gateway.plan.shape import DeferredFields, Shape, ShapeField, StreamedList
from gateway.plan.show import show

__all__ = [
    "Below",
    "ContextSource",
    "ContextVariable",
    "DeferredFields",
    "Entities",
    "Fetch",
    "Names",
    "OperationKind",
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
    "StreamedList",
    "plan_as_json",
    "show",
]
