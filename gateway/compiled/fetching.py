"""Carries out a fetch by its compiled functions; whatever is unusual is left to the plain code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.compiled.doubt import DOUBTS, Doubt
from gateway.compiled.finding import Found
from gateway.compiled.state import State
from gateway.errors import SubgraphUnreachable
from gateway.executor.exchange import no_answer, read
from gateway.executor.merge import copied, merge
from gateway.plan import Entities, Fetch, RootFields
from gateway.supergraph.selections import TYPENAME
from gateway.transport import Call
from jit.lasting import own

Check = Callable[[Any], object]
"""Raises one of `DOUBTS` if an object lacks something that was asked for."""

Taken: TypeAlias = tuple[dict[str, Any] | None, list[dict[str, Any]]]
"""An entity, or null, with the objects that it is for."""


@dataclass(frozen=True, slots=True)
class CompiledRoot:
    """A root fetch whose answer belongs at the top, whatever has failed before.

    Attributes:
        check: For the answer's data.
        owns: Whether something may be written into lists of the answer.
    """

    fetch: Fetch
    brings: RootFields
    call: Call
    check: Check
    owns: bool

    async def run(self, state: State) -> None:
        """Do it."""
        context, subgraph = state.context, self.fetch.subgraph
        try:
            given = await self.call(variables_of(self.fetch, context.variables), context.headers)
        except SubgraphUnreachable as error:
            answer = no_answer(subgraph, error)
        else:
            data: Any = given.get("data")
            if not given.get("errors") and self._is_complete(data):
                context.observe(subgraph, "ok")
                if self.owns:
                    own(data)
                add(state.data, data)
                return
            answer = read(subgraph, given)
        context.observe(subgraph, answer.outcome())
        state.take_root(self.fetch, answer, self.brings)

    def _is_complete(self, data: object) -> bool:
        try:
            self.check(data)
        except DOUBTS:
            return False
        return True


@dataclass(frozen=True, slots=True)
class CompiledEntities:
    """One `_entities` field.

    Attributes:
        entities: Of the plan.
        alias: In the answer.
        variable: Carries the representations.
        find: Gives what is sent, and the objects for which it stands.
        checks: For entities, by the objects' concrete type; None where the answer is vouched for.
    """

    entities: Entities
    alias: str
    variable: str
    find: Callable[[dict[str, Any]], Found]
    checks: Mapping[str, Check] | None

    def taken(self, data: Any, found: Found) -> Iterable[Taken]:
        """The entities of an answer, or null, each with its objects, if all is as it should be.

        Raises:
            Doubt: It is not; or another one of `DOUBTS`.
        """
        brought, groups = data[self.alias], found[1]
        if brought.__class__ is not list or len(brought) != len(groups):
            raise Doubt
        if self.checks is not None:
            for entity, objects in zip(brought, groups):  # noqa: B905 - they are of one length
                if entity is not None:
                    self.checks.get(objects[0][TYPENAME], is_object)(entity)
        return zip(brought, groups)  # noqa: B905 - the same


Asked: TypeAlias = tuple[CompiledEntities, Found]
"""A field with what is sent in it."""


@dataclass(frozen=True, slots=True)
class CompiledFetch:
    """An entity fetch.

    Attributes:
        fields: Its `_entities` fields; mostly one.
        owns: Whether something may be written into lists of the answer.
    """

    fetch: Fetch
    call: Call
    fields: tuple[CompiledEntities, ...]
    owns: bool

    async def run(self, state: State) -> None:
        """Do it, for all objects at its paths."""
        found = self._found(state)
        if found is None:
            await state.run_plainly(self.fetch)
            return
        context = state.context
        variables: dict[str, Any] = {}
        for field, each in found:
            variables[field.variable] = each[0]
        if not any(variables.values()):
            return
        if self.fetch.variables:
            variables = variables_of(self.fetch, context.variables) | variables
        try:
            given = await self.call(variables, context.headers)
        except SubgraphUnreachable as error:
            answer = no_answer(self.fetch.subgraph, error)
        else:
            data = given.get("data")
            if self.owns and data.__class__ is dict:
                own(data)
            if not given.get("errors") and takes(data, found):
                context.observe(self.fetch.subgraph, "ok")
                return
            answer = read(self.fetch.subgraph, given)
        context.observe(self.fetch.subgraph, answer.outcome())
        state.take(self.fetch, answer, [(field.entities, *each) for field, each in found])

    def _found(self, state: State) -> Sequence[Asked] | None:
        """What is sent; None if that is for the plain code to find out: after a failure, and in doubt."""
        if state.plain is not None and not state.plain.losses.is_empty:
            return None
        data = state.data
        try:
            if len(self.fields) == 1:
                field = self.fields[0]
                return ((field, field.find(data)),)
            return [(field, field.find(data)) for field in self.fields]
        except DOUBTS:
            return None


def takes(data: Any, asked: Sequence[Asked]) -> bool:
    """Merge an answer, all of it or nothing."""
    taken: list[Taken] = []
    try:
        for field, found in asked:
            taken += field.taken(data, found)
    except DOUBTS:
        return False
    for entity, objects in taken:
        if entity is None:
            continue
        add(objects[0], entity)
        if len(objects) > 1:
            for other in objects[1:]:
                # Later fetches may write into what one object has, and not mean the others.
                merge(other, copied(entity))
    return True


def is_object(entity: object) -> None:
    """All that is wanted of an entity of a type to which nothing is brought.

    Raises:
        Doubt: It is none.
    """
    if entity.__class__ is not dict:
        raise Doubt


def add(target: dict[str, Any], given: dict[str, Any]) -> None:
    """Merge an object into one; mostly that has none of its fields."""
    if target.keys().isdisjoint(given):
        target.update(given)
    else:
        merge(target, given)


def variables_of(fetch: Fetch, given: Mapping[str, Any]) -> dict[str, Any]:
    """The client's variables that a fetch uses."""
    return {name: given[name] for name in fetch.variables if name in given}
