"""Query plans: fetches with their dependencies, the shape of the response, and how a plan is printed."""

from gateway.plan.as_json import plan_as_json
from gateway.plan.nodes import (
    Below,
    ContextSource,
    ContextVariable,
    Entities,
    Fetch,
    Names,
    ObjectTypes,
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
    only_type,
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
    "ObjectTypes",
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
    "only_type",
    "plan_as_json",
    "show",
]
