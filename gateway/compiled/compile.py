"""Compiles a plan: functions made of its shape for what is usual, and the plain code for all else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from gateway.compiled.completeness import Completeness
from gateway.compiled.doubt import DOUBTS
from gateway.compiled.fetching import CompiledEntities, CompiledFetch, CompiledRoot
from gateway.compiled.finding import Finding
from gateway.compiled.functions import Functions
from gateway.compiled.projecting import Projecting
from gateway.compiled.stages import Stage, stages
from gateway.compiled.state import State, Step
from gateway.executor import Calls, Context, Failure, Fetched, run
from gateway.plan import Entities, Fetch, QueryPlan, RootFields, Shape
from gateway.projection import project
from jit.source import Source

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

    async def run(self, context: Context) -> Fetched:
        """Fetch; a subgraph's failure is part of the result, not an exception."""
        if self.stages is None:
            return await run(self.plan, context)
        state = State(context, self.plan.names)
        for stage in self.stages:
            await stage(state)
        if state.plain is None:
            return Fetched(state.data, ())
        state.plain.losses.settle()
        return Fetched(state.data, state.plain.losses.failures)

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
    try:
        return _compiled(plan, calls) if _size(plan.shape, {}) <= MOST_FIELDS else None
    except (RecursionError, SyntaxError):
        return None


def _compiled(plan: QueryPlan, calls: Calls) -> CompiledPlan:
    source = Source("plan", {})
    functions = Functions(source)
    answer = Projecting(functions, _may_lack(plan)).shape(plan.shape)
    # Where an interface's name may stand for a type's, objects change what they are called.
    fetches = () if plan.stand_ins else plan.fetches
    writing = _Writing(source, calls, Finding(source), Completeness(functions))
    written = {fetch.number: writing.fetch(fetch) for fetch in fetches}
    source.load()
    steps = {number: make() for number, make in written.items()}
    made = None if plan.stand_ins else stages(fetches, steps)
    return CompiledPlan(plan, made, source.names[answer], source)


@dataclass(frozen=True, slots=True)
class _Writing:
    """Writes the functions of fetches; what it gives makes the steps once the source is loaded."""

    source: Source
    calls: Calls
    finding: Finding
    completeness: Completeness

    def fetch(self, fetch: Fetch) -> Callable[[], Step]:
        """What makes the function that carries out a fetch."""
        match fetch.brings:
            case RootFields((), supplies) as brings if len(supplies) == 1:
                ((concrete, fields),) = supplies.items()
                check = self.completeness.strict(concrete, fields)
                return lambda: CompiledRoot(fetch, brings, self.calls.of(fetch), self.source.names[check]).run
            case tuple() as fields if fetch.spread is None:
                made = [self._entities(each) for each in fields]
                return lambda: CompiledFetch(fetch, self.calls.of(fetch), tuple(each() for each in made)).run
        return lambda: lambda state: state.run_plainly(fetch)

    def _entities(self, entities: Entities) -> Callable[[], CompiledEntities]:
        names = self.source.names
        find = self.finding.function(entities)
        checks = {each: self.completeness.strict(each, fields) for each, fields in entities.supplies.items()}
        return lambda: CompiledEntities(
            entities=entities,
            alias=entities.alias,
            variable=entities.variable,
            find=names[find],
            checks={concrete: names[check] for concrete, check in checks.items()},
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
