"""The requirements of argument values: the guarded enums, scalars and input fields that a client sends."""

from __future__ import annotations

from collections.abc import Iterator
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
)

from gateway.access.requirements import NOTHING, Requirement
from gateway.access.rules import AccessRules


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
        found = [
            self.rules.stated.get(f"{owner}.{name}({each.name.value}:)", NOTHING)
            | NOTHING.union(*self._value(each.value, definitions[each.name.value].type))
            for each in node.arguments
            if each.name.value in definitions
        ]
        return NOTHING.union(*found)

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
            found: Requirement = NOTHING
            while pending:
                current = pending.pop()
                found |= self.rules.of_type(current)
                named = self.rules.supergraph.schema.get_type(current)
                if isinstance(named, GraphQLInputObjectType):
                    for each, definition in named.fields.items():
                        found |= self.rules.stated.get(f"{current}.{each}", NOTHING)
                        below = get_named_type(definition.type).name
                        if below not in seen:
                            seen.add(below)
                            pending.append(below)
            known = self._reachable[name] = found
        return known
