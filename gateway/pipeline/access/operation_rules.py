"""Finds the rules that an operation and its arguments touch, whoever sends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
)
from msgspec import Struct

from gateway.pipeline.access.requirements import NOTHING, Requirement, policies_in
from gateway.pipeline.access.rules import AccessRules
from gateway.pipeline.cache_control import CachePolicy
from gateway.planner import Operation
from gateway.supergraph import Field, Selections, possible_types


class DocumentAccess(Struct, frozen=True):
    """What a client needs in order to see everything that a document may select.

    Attributes:
        rules: All rules.
        policies: The policies that the rules name.
        coordinates: Where each rule comes from, for logs.
    """

    rules: Requirement
    policies: frozenset[str]
    coordinates: Mapping[str, Requirement]

    def caching(self, policy: CachePolicy) -> CachePolicy | None:
        """Return how long a response that depends on its client may be cached; None if it may not.

        Policies may depend on anything.
        """
        return None if self.policies else policy.as_private()


@dataclass(slots=True)
class FieldRules:
    """The requirements of operations' fields, including those of their arguments.

    Attributes:
        rules: The rules of the supergraph.
    """

    rules: AccessRules
    arguments: ArgumentRules = field(init=False)
    _possible: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _guarded: dict[tuple[str, str], Sequence[tuple[str, Requirement]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.arguments = ArgumentRules(self.rules)

    def of(self, owner: str, wanted: Field) -> Requirement:
        """Return the requirements for seeing a field of an operation."""
        if wanted.name.startswith("__"):
            return NOTHING
        required = self.rules.of_field(owner, wanted.name)
        sent = self.arguments.of(owner, wanted.node)
        return required | sent if sent else required

    def of_possible(self, owner: str, name: str) -> Sequence[tuple[str, Requirement]]:
        """Return the guarded object types of an abstract field's values, with their requirements."""
        known = self._guarded.get((owner, name))
        if known is None:
            types = (
                (concrete, self.rules.of_type(concrete)) for concrete in sorted(self.possible(owner, name))
            )
            known = self._guarded[owner, name] = tuple(
                (concrete, rules) for concrete, rules in types if rules
            )
        return known

    def possible(self, owner: str, name: str) -> frozenset[str]:
        """Return the object types that a field's values may have if its type is abstract, else none."""
        known = self._possible.get((owner, name))
        if known is None:
            public = self.rules.supergraph.public
            named = public.get_type(owner)
            known = frozenset()
            if isinstance(named, GraphQLObjectType | GraphQLInterfaceType) and name in named.fields:
                below = get_named_type(named.fields[name].type)
                known = possible_types(public, below) if is_abstract_type(below) else known
            self._possible[owner, name] = known
        return known


def document_access(fields: FieldRules, operation: Operation) -> DocumentAccess | None:
    """Return the rules that an operation touches; None if everybody may see all of it.

    Args:
        fields: The requirements of fields.
        operation: The operation with everything that its conditions may include.
    """
    requirements: dict[str, Requirement] = {}
    for coordinate, rules in _touched(fields, operation.wanted, set()):
        if rules:
            requirements[coordinate] = requirements.get(coordinate, NOTHING) | rules
    if operation.introspection:
        requirements["__schema"] = fields.rules.all
    rules = NOTHING.union(*requirements.values())
    return DocumentAccess(rules, policies_in(rules), requirements) if rules else None


def _touched(
    fields: FieldRules, selections: Selections, seen: set[Selections]
) -> Iterator[tuple[str, Requirement]]:
    """Yield the guarded coordinates with their requirements."""
    if selections in seen:
        return
    seen.add(selections)
    for group in selections.groups:
        for wanted in group.fields:
            for owner in group.types:
                yield f"{owner}.{wanted.name}", fields.of(owner, wanted)
                yield from fields.of_possible(owner, wanted.name)
            if wanted.children is not None:
                yield from _touched(fields, wanted.children, seen)


@dataclass(slots=True)
class ArgumentRules:
    """Determines what clients need in order to send the arguments of a field.

    Attributes:
        rules: The rules of the supergraph.
    """

    rules: AccessRules
    _reachable: dict[str, Requirement] = field(default_factory=dict)

    def of(self, owner: str, node: FieldNode | None) -> Requirement:
        """Return the requirements for sending the arguments of a field of a type.

        For a variable, the type decides: everything that its value might contain counts.
        """
        named = self.rules.supergraph.schema.get_type(owner)
        if (
            node is None
            or not node.arguments
            or not isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
        ):
            return NOTHING
        name = node.name.value
        definitions = named.fields[name].args if name in named.fields else {}
        requirements = [
            self.rules.stated.get(f"{owner}.{name}({argument.name.value}:)", NOTHING)
            | NOTHING.union(*self._value(argument.value, definitions[argument.name.value].type))
            for argument in node.arguments
            if argument.name.value in definitions
        ]
        return NOTHING.union(*requirements)

    def _value(self, value: ValueNode, kind: GraphQLInputType | GraphQLNamedType) -> Iterator[Requirement]:
        named = get_named_type(kind)
        match value:
            case NullValueNode():
                return
            case VariableNode():
                yield self._of_type(named.name)
            case ListValueNode():
                for item in value.values:
                    yield from self._value(item, named)
            case ObjectValueNode() if isinstance(named, GraphQLInputObjectType):
                yield self.rules.of_type(named.name)
                for entry in value.fields:
                    name = entry.name.value
                    yield self.rules.stated.get(f"{named.name}.{name}", NOTHING)
                    if name in named.fields:
                        yield from self._value(entry.value, named.fields[name].type)
            case _:
                yield self.rules.of_type(named.name)

    def _of_type(self, name: str) -> Requirement:
        """Return the requirements of a type's values, with everything that they may contain."""
        known = self._reachable.get(name)
        if known is None:
            seen, pending = {name}, [name]
            rules: Requirement = NOTHING
            while pending:
                current = pending.pop()
                rules |= self.rules.of_type(current)
                named = self.rules.supergraph.schema.get_type(current)
                if isinstance(named, GraphQLInputObjectType):
                    for field_name, definition in named.fields.items():
                        rules |= self.rules.stated.get(f"{current}.{field_name}", NOTHING)
                        below = get_named_type(definition.type).name
                        if below not in seen:
                            seen.add(below)
                            pending.append(below)
            known = self._reachable[name] = rules
        return known
