"""Access in the monolith: the rules of a generated world, applied by its resolvers one value at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, product
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLResolveInfo,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    execute,
    get_named_type,
    is_abstract_type,
    parse,
)

from gateway.supergraph import Access
from tests.federation_kit.monolith import Monolith, Thing, resolve
from tests.federation_kit.objects import Run, Truth
from tests.federation_kit.sdl import field_set, fields_for, named

SCOPES = ("a", "b")
POLICIES = ("p",)


@dataclass(frozen=True, slots=True)
class Caller:
    """A client with what it has."""

    authenticated: bool = False
    scopes: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()

    def may(self, access: Access | None) -> bool:
        """Whether the caller has what the directives at one coordinate demand."""
        if access is None:
            return True
        return (
            (self.authenticated or not access.authenticated)
            and (not access.scopes or any(set(scope) <= self.scopes for scope in access.scopes))
            and (not access.policies or any(set(policy) <= self.policies for policy in access.policies))
        )


def subsets(names: Sequence[str]) -> list[frozenset[str]]:
    """All subsets."""
    sizes = range(len(names) + 1)
    return [frozenset(each) for each in chain(*(combinations(names, size) for size in sizes))]


EVERYBODY = [
    Caller(authenticated, scopes, policies)
    for authenticated, scopes, policies in product((False, True), subsets(SCOPES), subsets(POLICIES))
]


@dataclass(slots=True)
class Guards:
    """Decides what a caller may see of a world.

    Attributes:
        truth: The world.
        stated: By coordinate, what the directives there demand.
        caller: Who asks.
        concrete: The types that objects have.
        above: The interfaces and unions of each of these, inherited ones included.
    """

    truth: Truth
    stated: Mapping[str, Access]
    caller: Caller
    concrete: frozenset[str] = field(init=False)
    above: dict[str, frozenset[str]] = field(init=False)
    _open: dict[tuple[str, str], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = [(name, kind) for subgraph in self.truth.subgraphs for name, kind in subgraph.types.items()]
        objects = {name for name, kind in kinds if kind.is_object}
        interfaces = {name for name, kind in kinds if kind.interface_object}
        implemented = {above for name in objects - interfaces for above in self.truth.abstract[name]}
        # An interface that nobody implements has objects of its own.
        self.concrete = frozenset(objects - (interfaces & implemented))
        parents: dict[str, set[str]] = {}
        for name, kind in kinds:
            parents.setdefault(name, set()).update(kind.implements)
        self.above = {each: self._inherited(each, parents) for each in self.concrete}

    def _inherited(self, name: str, parents: Mapping[str, set[str]]) -> frozenset[str]:
        found = set(self.truth.abstract[name])
        pending = list(found)
        while pending:
            more = parents.get(pending.pop(), set()) - found
            found |= more
            pending += more
        return frozenset(found)

    def sees_type(self, name: str) -> bool:
        """Whether the caller may see objects of a type, or values of a leaf type."""
        above = self.above.get(name, frozenset())
        if name in self.concrete and not self.caller.may(self.stated.get(name)):
            return False
        if name not in self.concrete and self.own(name, ""):
            return False
        return not any(self.own(each, "") for each in above)

    def own(self, interface: str, name: str) -> bool:
        """Whether an interface's directives forbid something of themselves.

        Those that hold for whoever may see all implementations only repeat what these demand.
        """
        suffix = f".{name}" if name else ""
        stated = self.stated.get(f"{interface}{suffix}")
        if stated is None or self.caller.may(stated):
            return False
        if name and any(
            subgraph.types[interface].interface_object and name in subgraph.types[interface].fields
            for subgraph in self.truth.subgraphs
            if interface in subgraph.types
        ):
            return True
        below = [each for each in self.concrete if interface in self.above[each]]
        for part in _parts(stated):
            follows = all(
                each.may(part)
                for each in EVERYBODY
                if all(each.may(self.stated.get(f"{member}{suffix}")) for member in below)
            )
            if not follows and not self.caller.may(part):
                return True
        return False

    def sees(self, owner: str, name: str) -> bool:
        """Whether the caller may see a field of a type, and all that is read for it."""
        seen, pending = {(owner, name)}, [(owner, name)]
        while pending:
            at = pending.pop()
            if at not in self._open:
                self._open[at] = self._sees_alone(*at)
            if not self._open[at]:
                return False
            found = [each for each in self._read(*at) if each not in seen]
            seen.update(found)
            pending += found
        return True

    def _sees_alone(self, owner: str, name: str) -> bool:
        if not self.sees_type(owner) or not self.caller.may(self.stated.get(f"{owner}.{name}")):
            return False
        if any(self.own(each, name) for each in self.above.get(owner, ())):
            return False
        return all(
            self.sees_type(named(definition.type)) for definition in self.truth.definitions(owner, name)[:1]
        )

    def _read(self, owner: str, name: str) -> Iterator[tuple[str, str]]:
        for definition in self.truth.definitions(owner, name):
            if definition.requires is not None:
                yield from self._selected(owner, definition.requires)
            for text in definition.contexts.values():
                context, _, selection = text.strip().removeprefix("$").partition(" ")
                inner = selection[1:-1] if selection.startswith("{") else selection
                for above in self.concrete:
                    if context in self.truth.contexts(above):
                        yield from self._selected(above, field_set(inner))

    def _selected(self, owner: str, selections: SelectionSetNode) -> Iterator[tuple[str, str]]:
        for node in fields_for(selections, owner, self.truth.abstract.get(owner, frozenset())):
            name = node.name.value
            if name == "__typename":
                continue
            yield owner, name
            definitions = self.truth.definitions(owner, name)
            if node.selection_set is None or not definitions:
                continue
            below = named(definitions[0].type)
            for concrete in self.concrete:
                if concrete == below or below in self.above[concrete]:
                    yield from self._selected(concrete, node.selection_set)


def _parts(access: Access) -> Iterator[Access]:
    if access.authenticated:
        yield Access(authenticated=True)
    if access.scopes:
        yield Access(scopes=access.scopes)
    if access.policies:
        yield Access(policies=access.policies)


@dataclass(slots=True)
class GuardedMonolith:
    """Answers operations over the public schema for one caller: what it may not see raises.

    Attributes:
        monolith: The monolith without rules.
        guards: The rules.
    """

    monolith: Monolith
    guards: Guards

    def answer(self, query: str, variables: Mapping[str, Any], run: Run) -> dict[str, Any]:
        """Answer a valid operation."""
        result = execute(
            self.monolith.schema,
            parse(query),
            context_value=(self.monolith.truth, run),
            variable_values=dict(variables),
            field_resolver=self._resolve,
            type_resolver=self._type_of,
        )
        assert isinstance(result, ExecutionResult)
        return dict(result.formatted)

    def _resolve(self, source: Thing | None, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        owner, kind = info.parent_type.name, get_named_type(info.return_type)
        if not self.guards.sees(owner, info.field_name) or not self._may_send(info):
            raise GraphQLError("hidden")
        if is_abstract_type(kind):
            members = [possible_type.name for possible_type in info.schema.get_possible_types(kind)]
            if members and not any(map(self.guards.sees_type, members)):
                raise GraphQLError("hidden")
        return resolve(source, info, **arguments)

    def _type_of(self, value: Thing, _info: GraphQLResolveInfo[Any], _type: object) -> str:
        if not self.guards.sees_type(value.type):
            raise GraphQLError("hidden")
        return value.type

    def _may_send(self, info: GraphQLResolveInfo[Any]) -> bool:
        definitions = info.parent_type.fields[info.field_name].args
        return all(
            self._may_send_value(argument.value, get_named_type(definitions[argument.name.value].type))
            for argument in info.field_nodes[0].arguments or ()
        )

    def _may_send_value(self, value: ValueNode, kind: GraphQLNamedType) -> bool:
        match value:
            case NullValueNode():
                return True
            case VariableNode():
                return all(map(self.guards.sees_type, _reachable(kind, set())))
            case ListValueNode():
                return all(self._may_send_value(each, kind) for each in value.values)
            case ObjectValueNode() if isinstance(kind, GraphQLInputObjectType):
                return self.guards.sees_type(kind.name) and all(
                    self._may_send_value(each.value, get_named_type(kind.fields[each.name.value].type))
                    for each in value.fields
                )
            case _:
                return self.guards.sees_type(kind.name)


def _reachable(kind: GraphQLNamedType, seen: set[str]) -> set[str]:
    if kind.name not in seen:
        seen.add(kind.name)
        for each in kind.fields.values() if isinstance(kind, GraphQLInputObjectType) else ():
            _reachable(get_named_type(each.type), seen)
    return seen


__all__ = ["EVERYBODY", "POLICIES", "SCOPES", "Caller", "GuardedMonolith", "Guards", "subsets"]
