"""Falsify what a subgraph returns of what the gateway selects for itself, without an error that says so."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    parse,
)

from tests.federation_kit.asked import SubgraphRequest

Kind = Literal["unnamed", "misnamed", "left out", "mistyped"]
"""What is falsified: `unnamed` leaves out the names of all objects whose type the schema says; `misnamed`
leaves out or changes some names, and `left out` some other fields, or makes them null where they must not be.
`mistyped` gives some other fields a value that their type does not allow.
"""

KINDS: Final[tuple[Kind, ...]] = ("unnamed", "misnamed", "left out", "mistyped")

MISTYPED: Final[Mapping[str, list[Any]]] = {
    "ID": [True, 1.5],
    "String": [True, 1],
    "Int": [True, "1", 1.5, 2**31],
    "Float": [True, "1"],
    "Boolean": [0, "true"],
}
"""For each built-in scalar, values of other types."""


@dataclass(slots=True)
class Withheld:
    """Falsifies responses, by a seed.

    Attributes:
        kind: What is falsified.
        seed: Determines what is changed, together with the request.
        schemas: The subgraphs' schemas.
        public: The schema of clients, which says where nothing may be null.
        by: The subgraphs whose responses were changed.
    """

    kind: Kind
    seed: int
    schemas: Mapping[str, GraphQLSchema]
    public: GraphQLSchema
    by: set[str] = field(default_factory=set)

    def spoiled(self, name: str, request: SubgraphRequest, answer: dict[str, Any]) -> dict[str, Any]:
        """Return a subgraph's response with its falsehoods."""
        text = json.dumps([self.seed, name, request.query, request.variables], sort_keys=True)
        chance = random.Random(text)  # noqa: S311 - a choice, no secret
        schema = self.schemas[name]
        (operation,) = parse(request.query, no_location=True).definitions
        assert isinstance(operation, OperationDefinitionNode)
        root = schema.get_root_type(operation.operation)
        assert root is not None
        for each in list(_selected(schema, root, operation.selection_set, answer.get("data"))):
            self._change(name, each, chance, schema)
        return answer

    def _change(self, name: str, place: _Place, chance: random.Random, schema: GraphQLSchema) -> None:
        data, key = place.data, place.key
        if self.kind == "unnamed":
            is_sure = isinstance(place.owner, GraphQLObjectType)
            if place.name == "__typename" and is_sure and place.above is not None:
                _omit(data, key, chance)
        elif self.kind == "misnamed":
            if place.name == "__typename" and place.above is not None and chance.random() < 0.5:
                others = sorted(
                    {"Nobody", *(each for each in schema.type_map if each[0] != "_")} - {data[key]}
                )
                if chance.random() < 0.5:
                    _omit(data, key, chance)
                else:
                    # An implementation of the same interface would be a lie that nobody can see.
                    possible = _possible(schema, place.above)
                    data[key] = chance.choice([each for each in others if each not in possible])
                self.by.add(name)
        elif self.kind == "mistyped":
            self._mistype(name, place, chance)
        elif place.name != "__typename" and place.above is not None and chance.random() < 0.3:
            if _may_not_be_null(self.public, place) and chance.random() < 0.5:
                data[key] = None
            else:
                data.pop(key, None)
            self.by.add(name)

    def _mistype(self, name: str, place: _Place, chance: random.Random) -> None:
        if not place.name.startswith("_") and chance.random() < 0.3:
            assert isinstance(place.owner, GraphQLObjectType | GraphQLInterfaceType)
            if wrong := _mistyped(place.owner.fields[place.name].type, place.data[place.key]):
                place.data[place.key] = chance.choice(wrong)
                self.by.add(name)


def _may_not_be_null(public: GraphQLSchema, place: _Place) -> bool:
    owner = public.type_map.get(place.owner.name)
    fields = owner.fields if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType) else {}
    return place.name in fields and isinstance(fields[place.name].type, GraphQLNonNull)


def _mistyped(output: GraphQLOutputType, value: Any) -> list[Any]:
    """Return values that a type does not allow; none for null, or for a scalar that allows anything."""
    match get_nullable_type(output):
        case GraphQLList() as items:
            within: list[Any] = []
            if isinstance(value, list) and value:
                within = [[*value[:-1], each] for each in _mistyped(items.of_type, value[-1])]
            return [] if value is None else ["no list", {"0": 1}, *within]
        case GraphQLScalarType() as scalar if scalar.name not in MISTYPED:
            return []
        case GraphQLScalarType() | GraphQLEnumType() as leaf:
            wrong = [{}, {"0": 1}, [value], *MISTYPED.get(leaf.name, ["NO_SUCH_VALUE", 1])]
        case _:
            wrong = ["no object", 1, True, [value]]
    return [] if value is None else wrong


def _omit(data: dict[str, Any], key: str, chance: random.Random) -> None:
    if chance.random() < 0.5:
        data[key] = None
    else:
        data.pop(key, None)


def _possible(schema: GraphQLSchema, named: GraphQLNamedType) -> set[str]:
    if is_abstract_type(named):
        return {each.name for each in schema.get_possible_types(named)}
    return {named.name}


@dataclass(frozen=True, slots=True)
class _Place:
    """A selected field in a response.

    Attributes:
        data: The object that has it.
        key: Its response key.
        name: Its name.
        owner: The type on which it is selected.
        above: The type of the field that led to the object; None at the root, and for an entity.
    """

    data: dict[str, Any]
    key: str
    name: str
    owner: GraphQLNamedType
    above: GraphQLNamedType | None


def _selected(
    schema: GraphQLSchema,
    owner: GraphQLNamedType,
    selections: SelectionSetNode,
    value: Any,
    above: GraphQLNamedType | None = None,
) -> Iterator[_Place]:
    """Yield the selected fields that a value has, the lowest first."""
    if isinstance(value, list):
        for each in value:
            yield from _selected(schema, owner, selections, each, above)
        return
    if not isinstance(value, dict):
        return
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            named = owner if node.type_condition is None else schema.type_map[node.type_condition.name.value]
            concrete = value.get("__typename", owner.name if not is_abstract_type(owner) else None)
            if concrete is None or concrete in _possible(schema, named):
                yield from _selected(schema, named, node.selection_set, value, above)
        elif isinstance(node, FieldNode):
            yield from _of_field(schema, owner, node, value, above)


def _of_field(
    schema: GraphQLSchema,
    owner: GraphQLNamedType,
    node: FieldNode,
    value: dict[str, Any],
    above: GraphQLNamedType | None,
) -> Iterator[_Place]:
    name, key = node.name.value, node.alias.value if node.alias else node.name.value
    if key not in value:
        return
    if name == "__typename":
        yield _Place(value, key, name, owner, above)
        return
    assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
    output = owner.fields[name].type
    if node.selection_set is not None:
        below = get_named_type(output)
        led = None if name == "_entities" else below
        yield from _selected(schema, below, node.selection_set, value[key], led)
    yield _Place(value, key, name, owner, above)
