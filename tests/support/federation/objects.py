"""The data of a world, and the truth about every field of it.

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

from federation.sdl import FieldSdl, SubgraphSdl, TypeSdl, fields_for, named

Stored = Any
Objects = Mapping[str, Mapping[str, Stored]]


@dataclass(slots=True)
class Run:
    """One operation as it is answered.

    Attributes:
        mutations: How many of its mutations ran.
        answered: The leaves that somebody who may answer them was asked for, by object and field.
        unnamed: Paths to objects that a subgraph may not know, and of which nothing is wanted by its name.
    """

    mutations: int = 0
    answered: set[tuple[str, str]] = field(default_factory=set)
    unnamed: set[tuple[str | int, ...]] = field(default_factory=set)


def influence(required: Mapping[str, Any] | None, arguments: Mapping[str, Any]) -> str:
    """What a resolver was given, as text; empty if it was given nothing."""
    parts = []
    if required is not None:
        parts.append(f"<{json.dumps(required, sort_keys=True)}>")
    if arguments:
        parts.append(f"({json.dumps(arguments, sort_keys=True)})")
    return "".join(parts)


def settled(stored: Stored, given: str) -> Stored:
    """A stored value as it comes out for what the resolver was given."""
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
    """A stored value with its references replaced."""
    match stored:
        case {"$ref": key}:
            return of_object(key)
        case list():
            return [mapped(each, of_object) for each in stored]
        case _:
            return stored


@dataclass(slots=True)
class Truth:
    """What every field of every object is, whoever is asked.

    Attributes:
        objects: All data.
        subgraphs: Who say what needs what.
        abstract: For every object type the interfaces and unions that it is of, anywhere.
    """

    objects: Objects
    subgraphs: Sequence[SubgraphSdl]
    abstract: dict[str, frozenset[str]] = field(init=False)
    _definitions: dict[tuple[str, str], tuple[FieldSdl, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        found: dict[str, set[str]] = {}
        for each in (kind for subgraph in self.subgraphs for kind in subgraph.types.values()):
            if each.is_object:
                found.setdefault(each.name, set()).update(each.implements)
            for member in each.members:
                found.setdefault(member, set()).add(each.name)
        self.abstract = {name: frozenset(names) for name, names in found.items()}

    def typename(self, key: str) -> str:
        """The concrete type of an object."""
        return str(self.objects[key]["__typename"])

    def definitions(self, owner: str, name: str) -> tuple[FieldSdl, ...]:
        """All definitions of a field of a concrete type, those by interface objects included."""
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
        """The contexts that an object type sets in any subgraph, itself or as one of an abstract type."""
        names = (name, *sorted(self.abstract.get(name, ())))
        known = (each.types.get(seen) for each in self.subgraphs for seen in names)
        return frozenset(context for each in known if each is not None for context in each.contexts)

    def known_members(self, owner: str, name: str) -> list[frozenset[str]]:
        """What each subgraph that has a field takes for the object types of its values."""
        found = []
        for subgraph in self.subgraphs:
            for seen in (owner, *sorted(self.abstract.get(owner, ()))):
                there = subgraph.types.get(seen)
                if there is not None and there.is_object and name in there.fields:
                    found.append(frozenset(self._members(subgraph, named(there.fields[name].type))))
        return found

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
        """What a field is computed from."""
        return next((each.requires for each in self.definitions(owner, name) if each.requires), None)

    def value(self, key: str, name: str, arguments: Mapping[str, Any]) -> Stored:
        """The stored value of a field, settled by its arguments and by the true values that it requires."""
        selections = self.requirement(self.typename(key), name)
        required = None if selections is None else self.selected(key, selections)
        return settled(self.objects[key][name], influence(required, arguments))

    def selected(self, key: str, selections: SelectionSetNode) -> dict[str, Any]:
        """The true values of a selection of an object, as JSON."""
        owner = self.typename(key)
        found: dict[str, Any] = {}
        for node in fields_for(selections, owner, self.abstract.get(owner, frozenset())):
            value = self._of_node(key, node)
            below = node.selection_set
            if below is not None:
                value = mapped(value, lambda each, below=below: self.selected(each, below))  # type: ignore[misc]  # a default binds the loop's value
            found[node.name.value] = _joined(found.get(node.name.value), value)
        return found

    def _of_node(self, key: str, node: FieldNode) -> Stored:
        if node.name.value == "__typename":
            return self.typename(key)
        definitions = self.definitions(self.typename(key), node.name.value)
        defaults = definitions[0].defaults if definitions else {}
        written = {each.name.value: value_from_ast_untyped(each.value) for each in node.arguments or ()}
        return self.value(key, node.name.value, {**defaults, **written})

    def of_type(self, name: str) -> Iterator[str]:
        """The objects of a concrete or abstract type."""
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
    """By subgraph, the fields that it still defines and must not be asked for, since they moved."""
    moved: dict[str, set[tuple[str, str]]] = {each.name: set() for each in subgraphs}
    for subgraph in subgraphs:
        for kind in subgraph.types.values():
            for name, each in kind.fields.items():
                if each.override is None or each.override[0] not in moved:
                    continue
                source, label = each.override
                loser = subgraph.name if label == "percent(0)" else source
                moved[loser].add((kind.name, name))
    return {name: frozenset(fields) for name, fields in moved.items()}
