"""One schema over all the data of a world, executed plainly: what every answer must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute,
    parse,
)

from federation.objects import Run, Truth, mapped
from federation.sdl import field_set


@dataclass(frozen=True, slots=True)
class Thing:
    """An object on its way from the root.

    Attributes:
        key: Of the object.
        type: Of the object.
        moment: How many mutations had run when it was reached.
        above: The object that it was reached from.
    """

    key: str
    type: str
    moment: int = 0
    above: Thing | None = None


@dataclass(frozen=True, slots=True)
class Monolith:
    """Answers operations over the public schema.

    Attributes:
        schema: The public schema.
        truth: The data.
    """

    schema: GraphQLSchema
    truth: Truth

    def answer(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a valid operation."""
        result = execute(
            self.schema,
            parse(query),
            context_value=(self.truth, Run()),
            variable_values=dict(variables),
            field_resolver=_resolve,
            type_resolver=_type_of,
        )
        if not isinstance(result, ExecutionResult):
            raise TypeError("nothing here is asynchronous")
        return dict(result.formatted)


def _resolve(source: Thing | None, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    truth: Truth
    run: Run
    truth, run = info.context
    thing = source or Thing(info.parent_type.name, info.parent_type.name)
    given = {**arguments, **_from_above(truth, thing, info.field_name)}
    stored = truth.value(thing.key, info.field_name, given)
    if isinstance(stored, dict) and "$moment" in stored:
        return thing.moment
    if thing.type == "Mutation":
        run.mutations += 1
    moment = run.mutations
    return mapped(stored, lambda key: Thing(key, truth.typename(key), moment, thing))


def _from_above(truth: Truth, thing: Thing, name: str) -> dict[str, Any]:
    """The arguments of a field that a context sets, which clients do not see."""
    found: dict[str, Any] = {}
    for definition in truth.definitions(thing.type, name):
        for argument, text in definition.contexts.items():
            context, _, selection = text.strip().removeprefix("$").partition(" ")
            above = thing.above
            while above is not None and context not in truth.contexts(above.type):
                above = above.above
            if above is not None:
                inner = selection[1:-1] if selection.startswith("{") else selection
                found[argument] = _leaf(truth.selected(above.key, field_set(inner)))
    return found


def _leaf(value: Any) -> Any:
    """The one leaf of a selection."""
    match value:
        case dict():
            (inner,) = value.values()
            return _leaf(inner)
        case list():
            return [_leaf(each) for each in value]
        case _:
            return value


def _type_of(value: Thing, _info: GraphQLResolveInfo[Any], _type: object) -> str:
    return value.type
