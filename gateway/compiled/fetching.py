"""Carries out a fetch by its compiled functions; whatever is unusual is left to the plain code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.compiled.doubt import DOUBTS, Doubt
from gateway.compiled.finding import Found
from gateway.compiled.state import State
from gateway.errors import SubgraphUnreachable
from gateway.executor.exchange import no_answer, read
from gateway.executor.merge import copied, merge
from gateway.plan import Entities, Fetch, RootFields
from gateway.supergraph.selections import TYPENAME
from gateway.transport import Call

Check = Callable[[dict[str, Any]], object]
"""Raises one of `DOUBTS` if an object lacks something that was asked for."""


@dataclass(frozen=True, slots=True)
class CompiledRoot:
    """A root fetch whose answer belongs at the top."""

    fetch: Fetch
    brings: RootFields
    call: Call
    check: Check

    async def run(self, state: State) -> None:
        """Do it."""
        if not state.is_untroubled:
            await state.run_plainly(self.fetch)
            return
        context, subgraph = state.context, self.fetch.subgraph
        try:
            given = await self.call(_variables(self.fetch, context.variables), context.headers)
        except SubgraphUnreachable as error:
            answer = no_answer(subgraph, error)
        else:
            data = given.get("data")
            if data.__class__ is dict and not given.get("errors") and self._is_complete(data):
                context.observe(subgraph, "ok")
                add(state.data, data)
                return
            answer = read(subgraph, given)
        context.observe(subgraph, answer.outcome())
        state.take_root(self.fetch, answer, self.brings)

    def _is_complete(self, data: dict[str, Any]) -> bool:
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
        find: Gives what is sent, and the objects for which it stands.
        checks: By the objects' concrete type.
    """

    entities: Entities
    find: Callable[[dict[str, Any]], Found]
    checks: Mapping[str, Check]


@dataclass(frozen=True, slots=True)
class CompiledFetch:
    """An entity fetch."""

    fetch: Fetch
    call: Call
    fields: tuple[CompiledEntities, ...]

    async def run(self, state: State) -> None:
        """Do it, for all objects at its paths."""
        found = self._found(state)
        if found is None:
            await state.run_plainly(self.fetch)
            return
        context, subgraph = state.context, self.fetch.subgraph
        variables = _variables(self.fetch, context.variables)
        is_asking = False
        for field, (sent, _) in zip(self.fields, found, strict=True):
            variables[field.entities.variable] = sent
            is_asking = is_asking or bool(sent)
        if not is_asking:
            return
        try:
            given = await self.call(variables, context.headers)
        except SubgraphUnreachable as error:
            answer = no_answer(subgraph, error)
        else:
            data = given.get("data")
            if data.__class__ is dict and not given.get("errors") and self._take(data, found):
                context.observe(subgraph, "ok")
                return
            answer = read(subgraph, given)
        context.observe(subgraph, answer.outcome())
        asked = [
            (field.entities, sent, objects) for field, (sent, objects) in zip(self.fields, found, strict=True)
        ]
        state.take(self.fetch, answer, asked)

    def _found(self, state: State) -> list[Found] | None:
        """What is sent; None if that is for the plain code to find out."""
        if not state.is_untroubled:
            return None
        try:
            return [field.find(state.data) for field in self.fields]
        except DOUBTS:
            return None

    def _take(self, data: dict[str, Any], found: list[Found]) -> bool:
        """Merge an answer that is as it should be; one that is not is left as it is."""
        taken = []
        try:
            for field, (sent, groups) in zip(self.fields, found, strict=True):
                brought = data[field.entities.alias]
                if brought.__class__ is not list or len(brought) != len(sent):
                    return False
                for entity, objects in zip(brought, groups, strict=True):
                    if entity is not None:
                        field.checks.get(objects[0][TYPENAME], is_object)(entity)
                        taken.append((entity, objects))
        except DOUBTS:
            return False
        for entity, objects in taken:
            first, *others = objects
            add(first, entity)
            for other in others:
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


def _variables(fetch: Fetch, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in fetch.variables if name in given}
