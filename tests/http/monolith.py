"""One schema over a world of JSON data: what the subgraphs behind a gateway together should answer.

The world is the one that tests/node serves; its expressions are explained in tests/node/expressions.mjs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLResolveInfo, GraphQLSchema, graphql_sync


@dataclass(frozen=True, slots=True)
class Entity:
    """An object with the name of its type."""

    type: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: in a field of an object, with the field's arguments."""

    world: Mapping[str, Any]
    data: Mapping[str, Any]
    arguments: Mapping[str, Any]

    def value(self, given: Any) -> Any:
        """The value of an expression, or of what has expressions in its lists."""
        if isinstance(given, list):
            return [self.value(item) for item in given]
        if isinstance(given, dict) and len(given) == 1:
            [(name, operand)] = given.items()
            if name.startswith("$"):
                return self._evaluated(name, operand)
        return given

    def _evaluated(self, name: str, operand: Any) -> Any:
        match name:
            case "$ref":
                return self._entity(*operand)
            case "$argument":
                return follow(self.arguments, operand)
            case "$field":
                field, *path = operand
                beside = Scope(self.world, self.data, {})
                return follow(beside.value(self.data.get(field)), path)
            case "$when":
                condition, yes, no = operand
                return self.value(yes if self.value(condition) is True else no)
            case "$set":
                return self._changed(*operand)
            case "$fail":
                raise GraphQLError(operand)
            case _:
                return calculated(name, self.value(operand))

    def _entity(self, owner: str, key: Any) -> Entity | None:
        data = self.world["entities"][owner].get(self.value(key))
        return None if data is None else Entity(owner, data)

    def _changed(self, ref: Sequence[Any], field: str, value: Any) -> Entity | None:
        entity = self._entity(*ref)
        if entity is not None:
            entity.data[field] = self.value(value)
        return entity


def calculated(name: str, parts: list[Any]) -> Any:
    """The value of an expression whose parts are all known."""
    match name, parts:
        case "$take", [items, count]:
            return items if count is None else items[:count]
        case "$reverse", [items, turned]:
            return items[::-1] if turned is True else items
        case "$plus", _:
            return None if None in parts else sum(parts)
        case "$times", _:
            return None if None in parts else reduce(lambda one, other: one * other, parts)
        case "$above", [one, other]:
            return (one or 0) > (other or 0)
        case "$text", _:
            return "".join("none" if part is None else str(part) for part in flat(parts))
        case _:
            raise AssertionError(f"the world has an unknown expression {name}")


def follow(value: Any, path: Sequence[str]) -> Any:
    """What lies at a path; lists are entered item by item."""
    if not path or value is None:
        return value
    if isinstance(value, list):
        return [follow(item, path) for item in value]
    data = value.data if isinstance(value, Entity) else value
    return follow(data.get(path[0]), path[1:])


def flat(items: list[Any]) -> list[Any]:
    """All items of lists in lists."""
    return [below for item in items for below in (flat(item) if isinstance(item, list) else [item])]


def answer(
    schema: GraphQLSchema, world: dict[str, Any], query: str, variables: Mapping[str, Any]
) -> ExecutionResult:
    """Execute an operation; a mutation changes the world."""

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        data = world["roots"] if source is None else source.data if isinstance(source, Entity) else source
        return Scope(world, data, arguments).value(data.get(info.field_name))

    def type_of(value: Any, _info: GraphQLResolveInfo[Any], _type: Any) -> str:
        return str(value.type if isinstance(value, Entity) else value["__typename"])

    return graphql_sync(
        schema, query, variable_values=dict(variables), field_resolver=resolve, type_resolver=type_of
    )
