"""A single schema over all data of a world, executed by graphql-core: the expected responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    execute,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    parse,
    print_ast,
)

from tests.federation_kit.objects import Run, Stored, Truth, mapped
from tests.federation_kit.sdl import field_set


@dataclass(frozen=True, slots=True)
class Thing:
    """An object, and how it was reached from the root.

    Attributes:
        key: Its key.
        type: Its type.
        moment: How many mutations had run when it was reached.
        above: The object from which it was reached.
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

    def answer(self, query: str, variables: Mapping[str, Any], run: Run | None = None) -> dict[str, Any]:
        """Answer a valid operation, and record it in the run."""
        result = execute(
            self.schema,
            parse(query),
            context_value=(self.truth, run or Run()),
            variable_values=dict(variables),
            field_resolver=resolve,
            type_resolver=_type_of,
        )
        if not isinstance(result, ExecutionResult):
            raise TypeError("nothing here is asynchronous")
        return dict(result.formatted)


def resolve(source: Thing | None, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """Return the true value of a field."""
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
    if stored is not None and is_leaf_type(get_named_type(info.return_type)):
        leaf = (thing.key, info.field_name)
        run.answered.add(leaf)
        run.places.setdefault(leaf, set()).add(tuple(info.path.as_list()))
    run.unnamed |= set(_unnamed(truth, thing, info, stored))
    return mapped(stored, lambda key: Thing(key, truth.typename(key), moment, thing))


def _from_above(truth: Truth, thing: Thing, name: str) -> dict[str, Any]:
    """Return the arguments of a field that a context sets, which clients do not see."""
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


def _unnamed(
    truth: Truth, thing: Thing, info: GraphQLResolveInfo[Any], stored: Stored
) -> Iterator[tuple[str | int, ...]]:
    """Paths to objects that some subgraph may not know, and that the client does not tell apart."""
    kind = get_named_type(info.return_type)
    if not is_abstract_type(kind):
        return
    members = truth.known_members(thing.type, info.field_name)
    wanted = {
        possible_type.name: _wanted(info, possible_type)
        for possible_type in info.schema.get_possible_types(kind)
    }
    for key, below in _references(stored, ()):
        concrete = truth.typename(key)
        others = [each for name, each in wanted.items() if name != concrete]
        if any(concrete not in names for names in members) and all(
            wanted[concrete] <= each for each in others
        ):
            yield (*info.path.as_list(), *below)


def _wanted(info: GraphQLResolveInfo[Any], concrete: GraphQLObjectType) -> set[tuple[str, str]]:
    """Return what a client wants of an object of a type, below the field that is resolved."""
    found: set[tuple[str, str]] = set()
    pending: list[SelectionSetNode] = [node.selection_set for node in info.field_nodes if node.selection_set]
    while pending:
        for node in pending.pop().selections:
            match node:
                case FieldNode():
                    found.add((node.alias.value if node.alias else node.name.value, print_ast(node)))
                case InlineFragmentNode(type_condition=condition):
                    if condition is None or _applies(info.schema, concrete, condition.name.value):
                        pending.append(node.selection_set)
                case FragmentSpreadNode():
                    fragment = info.fragments[node.name.value]
                    if _applies(info.schema, concrete, fragment.type_condition.name.value):
                        pending.append(fragment.selection_set)
    return found


def _applies(schema: GraphQLSchema, concrete: GraphQLObjectType, condition: str) -> bool:
    named = schema.type_map[condition]
    return named is concrete or (is_abstract_type(named) and schema.is_sub_type(named, concrete))


def _references(stored: Stored, path: tuple[str | int, ...]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    match stored:
        case {"$ref": key}:
            yield key, path
        case list():
            for index, each in enumerate(stored):
                yield from _references(each, (*path, index))


def _leaf(value: Any) -> Any:
    """Return the one leaf of a selection."""
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
