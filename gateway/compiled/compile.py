"""Compiles a plan: functions made of its shape for what is usual, and the interpreter for all else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.compiled.compiled_fetch import CompiledFetch, CompiledRoot
from gateway.compiled.completeness import Completeness
from gateway.compiled.deopt import DEOPT_ERRORS, OnDeopt, ignore_deopt
from gateway.compiled.entity_fields import EntityField, EntityFields
from gateway.compiled.functions import Functions
from gateway.compiled.list_ownership import writes_into_lists
from gateway.compiled.passthrough import passthrough_shapes
from gateway.compiled.projection_codegen import ProjectionCodegen
from gateway.compiled.representation_codegen import RepresentationCodegen
from gateway.compiled.stages import Stage, stages
from gateway.compiled.state import State, Step
from gateway.executor import Calls, Context, Failure, FetchedData, run
from gateway.plan import Entities, Fetch, QueryPlan, RootFields, Shape
from gateway.projection import project
from jit.codegen import Source

MOST_FIELDS: Final = 2_000
"""An answer of more fields is not compiled: it would take long, and nobody asks for it often."""


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """A plan that is carried out by functions made for it.

    Attributes:
        plan: Which one.
        stages: One after the other; None if fetching is left to the interpreter.
        answer: Makes the client's answer of the tree of data, and raises where something does not fit.
        source: The generated code.
        on_deopt: Called when compiled code gives up.
    """

    plan: QueryPlan
    stages: tuple[Stage, ...] | None
    answer: Callable[[dict[str, Any]], dict[str, Any]]
    source: Source
    on_deopt: OnDeopt = ignore_deopt

    async def run(self, context: Context) -> FetchedData:
        """Fetch; a subgraph's failure is part of the result, not an exception."""
        if self.stages is None:
            return await run(self.plan, context)
        state = State(context, self.plan.names, self.on_deopt)
        for stage in self.stages:
            await stage(state)
        if state.interpreted is None:
            return FetchedData(state.data, ())
        state.interpreted.missing_fields.settle()
        return FetchedData(state.data, state.interpreted.missing_fields.failures)

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Make the client's answer."""
        try:
            answer = self.answer(data)
        except DEOPT_ERRORS as error:
            self.on_deopt("project", type(error).__name__)
            return project(self.plan.shape, data, failures)
        return answer, list(failures)


def compile_plan(plan: QueryPlan, calls: Calls, on_deopt: OnDeopt = ignore_deopt) -> CompiledPlan | None:
    """Make the functions of a plan.

    Args:
        plan: To be carried out many times.
        calls: To its subgraphs.
        on_deopt: Called when compiled code gives up.

    Returns:
        None for a plan that is too large to be worth it, or nested more deeply than Python's compiler goes.
    """
    written = write_plan(plan, trusted=all(calls.is_trusted(each) for each in plan.fetches))
    if written is None:
        return None
    steps = {number: make(calls) for number, make in written.steps.items()}
    # Where an interface's name may stand for a type's, objects change what they are called.
    made = None if plan.interface_objects else stages(plan.fetches, steps)
    return CompiledPlan(plan, made, written.source.names[written.answer], written.source, on_deopt)


@dataclass(frozen=True, slots=True)
class Written:
    """The functions of a plan, which know no subgraph yet.

    Attributes:
        source: Loaded.
        answer: The name of the function that makes the client's answer.
        steps: By the number of the fetch, what makes the step that carries it out.
    """

    source: Source
    answer: str
    steps: Mapping[int, Callable[[Calls], Step]]


def write_plan(plan: QueryPlan, *, trusted: bool = False) -> Written | None:
    """Write the functions of a plan.

    Args:
        plan: As for `compile_plan`.
        trusted: Whether all answers are.

    Returns:
        None if it is too large or too deep.
    """
    try:
        if _size(plan.shape, {}) > MOST_FIELDS:
            return None
        source = Source("plan", {})
        functions = Functions(source)
        passthrough = passthrough_shapes(plan) if trusted else frozenset()
        answer = ProjectionCodegen(functions, _may_lack(plan), trusted, passthrough).shape(plan.shape)
        owns = writes_into_lists(plan.fetches)
        writing = _Writing(source, RepresentationCodegen(source), Completeness(functions), owns)
        steps = {} if plan.interface_objects else {each.number: writing.fetch(each) for each in plan.fetches}
        source.load()
    except (RecursionError, SyntaxError):
        return None
    return Written(source, answer, steps)


@dataclass(frozen=True, slots=True)
class _Writing:
    """Writes the functions of fetches; what it gives makes the steps once the source is loaded.

    Attributes:
        owns: Whether something may be written into lists that they bring.
    """

    source: Source
    representations: RepresentationCodegen
    completeness: Completeness
    owns: bool

    def fetch(self, fetch: Fetch) -> Callable[[Calls], Step]:
        """What makes the function that carries out a fetch."""
        match fetch.returns:
            case RootFields((), provided_fields) as returns if len(provided_fields) == 1:
                ((concrete, fields),) = provided_fields.items()
                check = self.completeness.strict(concrete, fields)
                return lambda calls: (
                    CompiledRoot(
                        fetch=fetch,
                        returns=returns,
                        call=calls.of(fetch),
                        check=None if calls.is_trusted(fetch) else self.source.names[check],
                        owns=self.owns,
                    ).run
                )
            case tuple() as fields if fetch.context_batch is None:
                made = self._fields(fields)
                return lambda calls: (
                    CompiledFetch(
                        fetch=fetch,
                        fields=made(calls.is_trusted(fetch)),
                        call=calls.of(fetch),
                        owns=self.owns,
                    ).run
                )
        return lambda _calls: lambda state: state.run_interpreted(fetch)

    def _fields(self, fields: tuple[Entities, ...]) -> Callable[[bool], EntityField | EntityFields]:
        """What makes the `_entities` fields of a fetch, once it is said whether answers are vouched for."""
        made = [self._field(each) for each in fields]
        if len(made) == 1:
            return made[0]
        return lambda trusted: EntityFields(tuple(each(trusted) for each in made))

    def _field(self, entities: Entities) -> Callable[[bool], EntityField]:
        names = self.source.names
        find = self.representations.function(entities)
        checks = {
            each: self.completeness.strict(each, fields) for each, fields in entities.provided_fields.items()
        }
        return lambda trusted: EntityField(
            entities=entities,
            alias=entities.alias,
            find=names[find],
            checks=None if trusted else {concrete: names[check] for concrete, check in checks.items()},
        )


def _may_lack(plan: QueryPlan) -> frozenset[str]:
    """Response keys that entity fetches bring: not every object gets an entity."""
    return frozenset(
        response_key
        for fetch in plan.fetches
        if not isinstance(fetch.returns, RootFields)
        for entities in fetch.returns
        for fields in entities.provided_fields.values()
        for response_key in fields
    )


def _size(shape: Shape, known: dict[int, int]) -> int:
    """How many fields there are, in all types."""
    if id(shape) not in known:
        known[id(shape)] = 0
        known[id(shape)] = sum(
            1 + (0 if each.below is None else _size(each.below, known))
            for fields in shape.fields.values()
            for each in fields
        )
    return known[id(shape)]
