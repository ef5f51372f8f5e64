"""Compiles a plan: generates its functions, and binds them to its subgraphs' operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from sys import maxsize
from typing import Final

from msgspec import Struct

from gateway.compiled.analysis import (
    is_event_the_response,
    lists_by_shape,
    passthrough_shapes,
    writes_into_lists,
)
from gateway.compiled.codegen.completeness import CompletenessCodegen
from gateway.compiled.codegen.functions import FunctionCache
from gateway.compiled.codegen.leaf_tests import LeafTests
from gateway.compiled.codegen.projection import ProjectionCodegen
from gateway.compiled.codegen.representations import RepresentationCodegen
from gateway.compiled.compiled_plan import CompiledPlan, RestrictedPlan, stages
from gateway.compiled.deopt import OnDeopt, ignore_deopt
from gateway.compiled.runtime.entity_fields import EntityField, EntityFields
from gateway.compiled.runtime.fetch import CompiledEvent, CompiledFetch, CompiledRoot
from gateway.compiled.runtime.state import Step
from gateway.executor import Calls
from gateway.plan import Entities, Fetch, OperationKind, QueryPlan, RootFields, Shape
from jit.codegen import Source

MAX_FIELDS: Final = 2_000
"""A plan with more response fields is not compiled: it would take long, and such operations are rare."""


def compile_plan(
    plan: QueryPlan, calls: Calls, on_deopt: OnDeopt = ignore_deopt, most_items: int = maxsize
) -> CompiledPlan | None:
    """Compile a plan.

    Args:
        plan: A plan that will be executed many times.
        calls: The prepared operations of its fetches.
        on_deopt: Called when compiled code gives up.
        most_items: The most items of a list in the response.

    Returns:
        The compiled plan; None if the plan is too large, or nested more deeply than Python's compiler allows.
    """
    trusted = all(calls.is_trusted(fetch) for fetch in plan.fetches)
    written = write_plan(plan, trusted=trusted, most_items=most_items)
    if written is None:
        return None
    steps = {number: make(calls) for number, make in written.steps.items()}
    # If an interface's name may stand for a type's, later fetches change the type of an object.
    made = None if plan.interface_objects else stages(plan.fetches, steps)
    project_data = written.source.names[written.projection]
    kind = RestrictedPlan if plan.restricted else CompiledPlan
    passes_events = plan.kind == "subscription" and trusted and is_event_the_response(plan)
    return kind(plan, made, project_data, written.source, on_deopt, most_items, passes_events)


class PlanFunctions(Struct, frozen=True):
    """The generated functions of a plan, not yet bound to subgraphs.

    Attributes:
        source: The generated code, loaded.
        projection: The name of the function that projects the data to the client's response.
        steps: The functions that bind a fetch's step to the prepared operations, by the fetch's number.
    """

    source: Source
    projection: str
    steps: Mapping[int, Callable[[Calls], Step]]


def write_plan(plan: QueryPlan, *, trusted: bool = False, most_items: int = maxsize) -> PlanFunctions | None:
    """Generate the functions of a plan.

    Args:
        plan: The plan.
        trusted: Whether the transports of all its fetches are trusted.
        most_items: The most items of a list in the response.

    Returns:
        The functions; None if the plan is too large or too deep.
    """
    try:
        if _size(plan.shape, {}) > MAX_FIELDS:
            return None
        source = Source("plan", {})
        functions = FunctionCache(source)
        leaves = LeafTests(functions)
        owns = writes_into_lists(plan.fetches)
        passthrough = passthrough_shapes(plan) if trusted or not owns else frozenset()
        codegen = ProjectionCodegen(functions, leaves, _may_lack(plan), trusted, passthrough, most_items)
        projection = codegen.shape(plan.shape)
        lists = lists_by_shape(plan) if codegen.unchanged else {}
        unchanged = {
            brought: codegen.unchanged[shape]
            for brought, shape in lists.items()
            if shape in codegen.unchanged
        }
        completeness = CompletenessCodegen(functions, unchanged)
        writer = _PlanWriter(
            plan.kind, source, RepresentationCodegen(leaves, plan.names, trusted), completeness, owns
        )
        steps = (
            {} if plan.interface_objects else {fetch.number: writer.fetch(fetch) for fetch in plan.fetches}
        )
        source.load()
    except (RecursionError, SyntaxError):
        return None
    return PlanFunctions(source, projection, steps)


class _PlanWriter(Struct, frozen=True):
    """Writes the functions of fetches; returns functions that create the steps from the loaded source.

    Attributes:
        kind: The kind of the operation.
        owns: Whether later fetches may write into fetched lists.
    """

    kind: OperationKind
    source: Source
    representations: RepresentationCodegen
    completeness: CompletenessCodegen
    owns: bool

    def fetch(self, fetch: Fetch) -> Callable[[Calls], Step]:
        """Write the functions of a fetch, and return a function that creates its step."""
        match fetch.returns:
            case RootFields((), provided_fields, decided=None) as returns if len(provided_fields) == 1:
                ((concrete, fields),) = provided_fields.items()
                check = self.completeness.strict(concrete, fields)
                if self.kind == "subscription":
                    return lambda calls: (
                        CompiledEvent(
                            fetch=fetch,
                            returns=returns,
                            check=None if calls.is_trusted(fetch) else self.source.names[check],
                            owns=self.owns,
                        ).execute
                    )
                return lambda calls: (
                    CompiledRoot(
                        fetch=fetch,
                        returns=returns,
                        call=calls.of(fetch),
                        check=None if calls.is_trusted(fetch) else self.source.names[check],
                        owns=self.owns,
                    ).execute
                )
            case tuple() as fields if fetch.context_batch is None:
                made = self._fields(fields)
                return lambda calls: (
                    CompiledFetch(
                        fetch=fetch,
                        fields=made(calls.is_trusted(fetch)),
                        call=calls.of(fetch),
                        owns=self.owns,
                    ).execute
                )
        return lambda _calls: lambda state: state.run_interpreted(fetch)

    def _fields(self, fields: tuple[Entities, ...]) -> Callable[[bool], EntityField | EntityFields]:
        """Return a function from whether the transport is trusted to the `_entities` fields of a fetch."""
        made = [self._field(field) for field in fields]
        if len(made) == 1:
            return made[0]
        return lambda trusted: EntityFields(tuple(make(trusted) for make in made))

    def _field(self, entities: Entities) -> Callable[[bool], EntityField]:
        names = self.source.names
        find = self.representations.function(entities)
        checks = {
            concrete: self.completeness.strict(concrete, fields)
            for concrete, fields in entities.provided_fields.items()
        }
        return lambda trusted: EntityField(
            entities=entities,
            alias=entities.alias,
            represent=names[find],
            checks=None if trusted else {concrete: names[check] for concrete, check in checks.items()},
        )


def _may_lack(plan: QueryPlan) -> frozenset[str]:
    """Return the response keys that entity fetches return: an object may have no entity."""
    return frozenset(
        response_key
        for fetch in plan.fetches
        if not isinstance(fetch.returns, RootFields)
        for entities in fetch.returns
        for fields in entities.provided_fields.values()
        for response_key in fields
    )


def _size(shape: Shape, known: dict[int, int]) -> int:
    """Count the fields of a shape in all its types."""
    if id(shape) not in known:
        known[id(shape)] = 0
        known[id(shape)] = sum(
            1 + (0 if field.below is None else _size(field.below, known))
            for fields in shape.fields.values()
            for field in fields
        )
    return known[id(shape)]
