"""The data of a world, and the true value of every field.

An object is JSON: its `__typename`, and a stored value for each field. A reference to another object is
`{"$ref": KEY}`; `{"$choose": [A, B]}` is a value that depends on arguments and required fields;
`{"$moment": true}` is the number of mutations that ran before and with this one. Strings of fields
that have arguments or required fields carry these in the answer. An answer shows what a resolver was given.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, SelectionSetNode, value_from_ast_untyped

from tests.federation_kit.sdl import FieldSdl, SubgraphSdl, TypeSdl, fields_for, named

Stored = Any
Objects = Mapping[str, Mapping[str, Stored]]


@dataclass(slots=True)
class Run:
    """The state of an operation while it is answered.

    Attributes:
        mutations: How many of its mutations ran.
        answered: The leaves that were requested from a subgraph that may resolve them, by object and field.
        places: For the leaves that the monolith resolved, their paths in the response.
        unnamed: Paths to objects that a subgraph may not know, and whose type the client does not name.
    """

    mutations: int = 0
    answered: set[tuple[str, str]] = field(default_factory=set)
    places: dict[tuple[str, str], set[tuple[str | int, ...]]] = field(default_factory=dict)
    unnamed: set[tuple[str | int, ...]] = field(default_factory=set)


def influence(required: Mapping[str, Any] | None, arguments: Mapping[str, Any]) -> str:
    """Return the inputs of a resolver as text; empty if there are none."""
    parts = []
    if required is not None:
        parts.append(f"<{json.dumps(required, sort_keys=True)}>")
    if arguments:
        parts.append(f"({json.dumps(arguments, sort_keys=True)})")
    return "".join(parts)


def settled(stored: Stored, given: str) -> Stored:
    """Return the value that results from a stored value and the resolver's inputs."""
    match stored:
        case {"$choose": options}:
            return options[zlib.crc32(given.encode()) % len(options)]
        case str():
            return stored + given
        case list():
            return [settled(each, given) for each in stored]
        case _:
            return stored


def mapped(stored: Stored, of_object: Callable[[str], Any]) -> Any:
    """Return a stored value with its references replaced."""
    match stored:
        case {"$ref": key}:
            return of_object(key)
        case list():
            return [mapped(each, of_object) for each in stored]
        case _:
            return stored


@dataclass(slots=True)
class Truth:
    """The true value of every field of every object.

    Attributes:
        objects: All data.
        subgraphs: The subgraphs' SDL, which states what each field requires.
        abstract: For every object type, its interfaces and unions in any subgraph.
    """

    objects: Objects
    subgraphs: Sequence[SubgraphSdl]
    abstract: dict[str, frozenset[str]] = field(init=False)
    _definitions: dict[tuple[str, str], tuple[FieldSdl, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        found: dict[str, set[str]] = {}
        for kind in (kind for subgraph in self.subgraphs for kind in subgraph.types.values()):
            if kind.is_object:
                found.setdefault(kind.name, set()).update(kind.implements)
            for member in kind.members:
                found.setdefault(member, set()).add(kind.name)
        self.abstract = {name: frozenset(names) for name, names in found.items()}

    def typename(self, key: str) -> str:
        """Return the concrete type of an object."""
        return str(self.objects[key]["__typename"])

    def definitions(self, owner: str, name: str) -> tuple[FieldSdl, ...]:
        """Return all definitions of a concrete type's field, including those by interface objects."""
        known = self._definitions.get((owner, name))
        if known is None:
            known = tuple(self._defined(owner, name))
            self._definitions[owner, name] = known
        return known

    def _defined(self, owner: str, name: str) -> Iterator[FieldSdl]:
        for subgraph in self.subgraphs:
            for kind in (owner, *sorted(self.abstract.get(owner, ()))):
                there = subgraph.types.get(kind)
                if there is not None and there.is_object and name in there.fields:
                    yield there.fields[name]

    def contexts(self, name: str) -> frozenset[str]:
        """Return the contexts that an object type sets in any subgraph, itself or by an abstract type."""
        names = (name, *sorted(self.abstract.get(name, ())))
        known = (subgraph.types.get(seen) for subgraph in self.subgraphs for seen in names)
        return frozenset(context for each in known if each is not None for context in each.contexts)

    def known_members(self, owner: str, name: str) -> list[frozenset[str]]:
        """Return, by subgraph that has a field, the object types that it knows for the field's values."""
        return [members for _, members in self._known_members(owner, name)]

    def _known_members(self, owner: str, name: str) -> Iterator[tuple[FieldSdl, frozenset[str]]]:
        for subgraph in self.subgraphs:
            for seen in (owner, *sorted(self.abstract.get(owner, ()))):
                there = subgraph.types.get(seen)
                if there is not None and there.is_object and name in there.fields:
                    field = there.fields[name]
                    yield field, frozenset(self._members(subgraph, named(field.type)))

    def _returned(self, owner: str, name: str, value: Stored) -> Stored:
        """Return a value without the objects whose type is known to no subgraph that resolves the field."""
        resolving = [members for field, members in self._known_members(owner, name) if not field.external]
        if not resolving:
            return value
        known = frozenset[str]().union(*resolving)
        return mapped(value, lambda each: {"$ref": each} if self.typename(each) in known else None)

    def _members(self, subgraph: SubgraphSdl, name: str) -> Iterator[str]:
        for concrete, names in self.abstract.items():
            for seen in (concrete, *names):
                there = subgraph.types.get(seen)
                is_it = there is not None and (there.interface_object or seen == concrete)
                if there is not None and is_it and self._is_of(subgraph, there, name):
                    yield concrete

    @staticmethod
    def _is_of(subgraph: SubgraphSdl, kind: TypeSdl, name: str) -> bool:
        abstract = subgraph.types.get(name)
        members = frozenset[str]() if abstract is None else abstract.members
        return kind.name == name or name in kind.implements or kind.name in members

    def requirement(self, owner: str, name: str) -> SelectionSetNode | None:
        """Return the selection that a field requires."""
        return next(
            (definition.requires for definition in self.definitions(owner, name) if definition.requires), None
        )

    def value(self, key: str, name: str, arguments: Mapping[str, Any]) -> Stored:
        """Return a field's value for its arguments and for the true values that it requires."""
        selections = self.requirement(self.typename(key), name)
        required = None if selections is None else self.selected(key, selections)
        return settled(self.objects[key][name], influence(required, arguments))

    def selected(self, key: str, selections: SelectionSetNode) -> dict[str, Any]:
        """Return the true values of a selection of an object, as JSON."""
        owner = self.typename(key)
        found: dict[str, Any] = {}
        for node in fields_for(selections, owner, self.abstract.get(owner, frozenset())):
            value = self._of_node(key, node)
            below = node.selection_set
            if below is not None:
                value = self._returned(owner, node.name.value, value)
                value = mapped(value, lambda each, below=below: self.selected(each, below))  # type: ignore[misc]  # a default binds the loop's value
            found[node.name.value] = _joined(found.get(node.name.value), value)
        return found

    def _of_node(self, key: str, node: FieldNode) -> Stored:
        if node.name.value == "__typename":
            return self.typename(key)
        definitions = self.definitions(self.typename(key), node.name.value)
        defaults = definitions[0].defaults if definitions else {}
        written = {
            argument.name.value: value_from_ast_untyped(argument.value) for argument in node.arguments or ()
        }
        return self.value(key, node.name.value, {**defaults, **written})

    def of_type(self, name: str) -> Iterator[str]:
        """Yield the objects of a concrete or abstract type."""
        for key, each in self.objects.items():
            concrete = each["__typename"]
            if concrete == name or name in self.abstract.get(concrete, frozenset()):
                yield key


def _joined(one: Any, other: Any) -> Any:
    """Two selections of the same field, merged."""
    match one, other:
        case dict(), dict():
            return {**one, **{name: _joined(one.get(name), each) for name, each in other.items()}}
        case list(), list():
            return [_joined(left, right) for left, right in zip(one, other, strict=True)]
        case _:
            return other


def overridden(subgraphs: Sequence[SubgraphSdl]) -> dict[str, frozenset[tuple[str, str]]]:
    """Return, by subgraph, the fields that it still defines but that were moved to another subgraph."""
    moved: dict[str, set[tuple[str, str]]] = {subgraph.name: set() for subgraph in subgraphs}
    for subgraph in subgraphs:
        for kind in subgraph.types.values():
            for name, each in kind.fields.items():
                if each.override is None or each.override[0] not in moved:
                    continue
                source, label = each.override
                loser = subgraph.name if label == "percent(0)" else source
                moved[loser].add((kind.name, name))
    return {name: frozenset(fields) for name, fields in moved.items()}
