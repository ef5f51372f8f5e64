"""Compiles a plan: functions made of its shape for what is usual, and the plain code for all else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.compiled.completeness import Completeness
from gateway.compiled.doubt import DOUBTS
from gateway.compiled.entity_fields import EntityField, EntityFields
from gateway.compiled.fetching import CompiledFetch, CompiledRoot
from gateway.compiled.finding import Finding
from gateway.compiled.functions import Functions
from gateway.compiled.lists import writes_into_lists
from gateway.compiled.projecting import Projecting
from gateway.compiled.stages import Stage, stages
from gateway.compiled.state import State, Step
from gateway.compiled.wholes import wholes
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
        stages: One after the other; None if fetching is left to the plain code.
        answer: Makes the client's answer of the tree of data, and raises where something does not fit.
        source: For whoever wants to read it.
    """

    plan: QueryPlan
    stages: tuple[Stage, ...] | None
    answer: Callable[[dict[str, Any]], dict[str, Any]]
    source: Source

    async def run(self, context: Context) -> FetchedData:
        """Fetch; a subgraph's failure is part of the result, not an exception."""
        if self.stages is None:
            return await run(self.plan, context)
        state = State(context, self.plan.names)
        for stage in self.stages:
            await stage(state)
        if state.plain is None:
            return FetchedData(state.data, ())
        state.plain.losses.settle()
        return FetchedData(state.data, state.plain.losses.failures)

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Make the client's answer."""
        try:
            answer = self.answer(data)
        except DOUBTS:
            return project(self.plan.shape, data, failures)
        return answer, list(failures)


def compile_plan(plan: QueryPlan, calls: Calls) -> CompiledPlan | None:
    """Make the functions of a plan.

    Args:
        plan: To be carried out many times.
        calls: To its subgraphs.

    Returns:
        None for a plan that is too large to be worth it, or nested more deeply than Python's compiler goes.
    """
    written = write_plan(plan, vouched_for=all(calls.vouched_for(each) for each in plan.fetches))
    if written is None:
        return None
    steps = {number: make(calls) for number, make in written.steps.items()}
    # Where an interface's name may stand for a type's, objects change what they are called.
    made = None if plan.stand_ins else stages(plan.fetches, steps)
    return CompiledPlan(plan, made, written.source.names[written.answer], written.source)


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


def write_plan(plan: QueryPlan, *, vouched_for: bool = False) -> Written | None:
    """Write the functions of a plan.

    Args:
        plan: As for `compile_plan`.
        vouched_for: Whether all answers are.

    Returns:
        None if it is too large or too deep.
    """
    try:
        if _size(plan.shape, {}) > MOST_FIELDS:
            return None
        source = Source("plan", {})
        functions = Functions(source)
        whole = wholes(plan) if vouched_for else frozenset()
        answer = Projecting(functions, _may_lack(plan), vouched_for, whole).shape(plan.shape)
        owns = writes_into_lists(plan.fetches)
        writing = _Writing(source, Finding(source), Completeness(functions), owns)
        steps = {} if plan.stand_ins else {each.number: writing.fetch(each) for each in plan.fetches}
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
    finding: Finding
    completeness: Completeness
    owns: bool

    def fetch(self, fetch: Fetch) -> Callable[[Calls], Step]:
        """What makes the function that carries out a fetch."""
        match fetch.brings:
            case RootFields((), supplies) as brings if len(supplies) == 1:
                ((concrete, fields),) = supplies.items()
                check = self.completeness.strict(concrete, fields)
                return lambda calls: (
                    CompiledRoot(
                        fetch=fetch,
                        brings=brings,
                        call=calls.of(fetch),
                        check=None if calls.vouched_for(fetch) else self.source.names[check],
                        owns=self.owns,
                    ).run
                )
            case tuple() as fields if fetch.spread is None:
                made = self._fields(fields)
                return lambda calls: (
                    CompiledFetch(
                        fetch=fetch,
                        fields=made(calls.vouched_for(fetch)),
                        call=calls.of(fetch),
                        owns=self.owns,
                    ).run
                )
        return lambda _calls: lambda state: state.run_plainly(fetch)

    def _fields(self, fields: tuple[Entities, ...]) -> Callable[[bool], EntityField | EntityFields]:
        """What makes the `_entities` fields of a fetch, once it is said whether answers are vouched for."""
        made = [self._field(each) for each in fields]
        if len(made) == 1:
            return made[0]
        return lambda vouched_for: EntityFields(tuple(each(vouched_for) for each in made))

    def _field(self, entities: Entities) -> Callable[[bool], EntityField]:
        names = self.source.names
        find = self.finding.function(entities)
        checks = {each: self.completeness.strict(each, fields) for each, fields in entities.supplies.items()}
        return lambda vouched_for: EntityField(
            entities=entities,
            alias=entities.alias,
            find=names[find],
            checks=None if vouched_for else {concrete: names[check] for concrete, check in checks.items()},
        )


def _may_lack(plan: QueryPlan) -> frozenset[str]:
    """Storage names that entity fetches bring: not every object gets an entity."""
    return frozenset(
        storage
        for fetch in plan.fetches
        if not isinstance(fetch.brings, RootFields)
        for entities in fetch.brings
        for fields in entities.supplies.values()
        for storage in fields
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
