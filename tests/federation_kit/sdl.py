"""A subgraph's SDL, parsed: types, fields, keys, and their directives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DocumentNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    FieldNode,
    InlineFragmentNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)

Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode


@dataclass(frozen=True, slots=True)
class FieldSdl:
    """A field as a subgraph defines it.

    Attributes:
        name: Of the field.
        type: As written, with its wrappers.
        defaults: Of its arguments that have one.
        contexts: By argument, the selection that `@fromContext` reads.
        external: Whether it is marked so.
        requires: The required selection.
        provides: The provided selection.
        override: From which subgraph the field was taken, and the label.
    """

    name: str
    type: str
    defaults: Mapping[str, Any]
    contexts: Mapping[str, str]
    external: bool
    requires: SelectionSetNode | None
    provides: SelectionSetNode | None
    override: tuple[str, str | None] | None


@dataclass(frozen=True, slots=True)
class TypeSdl:
    """A composite type as a subgraph defines it.

    Attributes:
        name: Of the type.
        fields: By name; a union has none.
        keys: With whether each is resolvable.
        implements: The interfaces.
        members: Of a union.
        is_object: Whether it is an object type here, interface objects included.
        interface_object: Whether it stands for an interface.
        contexts: The names that `@context` gives it.
        extension: Whether it is written as `extend type`, whose external keys are its own as in Federation 1.
    """

    name: str
    fields: Mapping[str, FieldSdl]
    keys: tuple[tuple[SelectionSetNode, bool], ...] = ()
    implements: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    is_object: bool = False
    interface_object: bool = False
    contexts: frozenset[str] = frozenset()
    extension: bool = False


@dataclass(frozen=True, slots=True)
class SubgraphSdl:
    """A subgraph's parsed SDL.

    Attributes:
        name: Of the subgraph.
        text: As written.
        document: Parsed, type extensions turned into definitions, the schema extension left out.
        types: Its composite types.
    """

    name: str
    text: str
    document: DocumentNode
    types: Mapping[str, TypeSdl] = field(default_factory=dict)


def read_subgraph(name: str, text: str) -> SubgraphSdl:
    """Read a subgraph's SDL."""
    written = [definition for definition in parse(text).definitions if definition.kind != "schema_extension"]
    extended = {
        definition.name.value for definition in written if isinstance(definition, ObjectTypeExtensionNode)
    }
    definitions = tuple(map(defining, written))
    types = {
        each.name: replace(each, extension=each.name in extended)
        for each in map(_type, definitions)
        if each is not None
    }
    return SubgraphSdl(name, text, DocumentNode(definitions=definitions), types)


def field_set(text: str) -> SelectionSetNode:
    """Parse a field set."""
    definition = parse("{" + text + "}").definitions[0]
    if not isinstance(definition, OperationDefinitionNode):
        raise TypeError("a field set in braces is an operation")
    return definition.selection_set


def named(kind: str) -> str:
    """Return a type as written, without its wrappers."""
    return kind.translate({ord(each): None for each in "[]!"})


def fields_for(selections: SelectionSetNode, concrete: str, abstract: frozenset[str]) -> Iterator[FieldNode]:
    """Yield the fields that a selection set selects for a concrete type with some abstract types."""
    for node in selections.selections:
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode(type_condition=condition):
                if condition is None or condition.name.value in {concrete, *abstract}:
                    yield from fields_for(node.selection_set, concrete, abstract)


def defining(node: DefinitionNode) -> DefinitionNode:
    """Return a type extension as a definition of its own; anything else as it is."""
    match node:
        case ObjectTypeExtensionNode():
            return ObjectTypeDefinitionNode(
                name=node.name, interfaces=node.interfaces, directives=node.directives, fields=node.fields
            )
        case InterfaceTypeExtensionNode() | EnumTypeExtensionNode():
            raise TypeError("only object types are extended in the reference")
        case _:
            return node


def _type(node: DefinitionNode) -> TypeSdl | None:
    match node:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            return _composite(node)
        case UnionTypeDefinitionNode():
            members = frozenset(each.name.value for each in node.types or ())
            return TypeSdl(node.name.value, {}, members=members, contexts=_contexts(node))
        case _:
            return None


def _composite(node: Composite) -> TypeSdl:
    keys = [_arguments(each) for each in _applied(node, "key")]
    return TypeSdl(
        name=node.name.value,
        fields={each.name.value: _field(each) for each in node.fields or ()},
        keys=tuple((field_set(key["fields"]), key.get("resolvable", True)) for key in keys),
        implements=frozenset(interface.name.value for interface in node.interfaces or ()),
        is_object=isinstance(node, ObjectTypeDefinitionNode),
        interface_object=any(True for _ in _applied(node, "interfaceObject")),
        contexts=_contexts(node),
    )


def _contexts(node: Composite | UnionTypeDefinitionNode) -> frozenset[str]:
    return frozenset(_arguments(each)["name"] for each in _applied(node, "context"))


def _field(node: FieldDefinitionNode) -> FieldSdl:
    override = next((_arguments(each) for each in _applied(node, "override")), None)
    return FieldSdl(
        name=node.name.value,
        type=print_ast(node.type),
        defaults={
            argument.name.value: value_from_ast_untyped(argument.default_value)
            for argument in node.arguments or ()
            if argument.default_value is not None
        },
        contexts={
            argument.name.value: _arguments(directive)["field"]
            for argument in node.arguments or ()
            for directive in argument.directives or ()
            if directive.name.value == "fromContext"
        },
        external=any(True for _ in _applied(node, "external")),
        requires=_selection(node, "requires"),
        provides=_selection(node, "provides"),
        override=None if override is None else (override["from"], override.get("label")),
    )


def _selection(node: FieldDefinitionNode, directive: str) -> SelectionSetNode | None:
    return next((field_set(_arguments(each)["fields"]) for each in _applied(node, directive)), None)


def _applied(
    node: Composite | UnionTypeDefinitionNode | FieldDefinitionNode, name: str
) -> Iterator[ConstDirectiveNode]:
    return (directive for directive in node.directives or () if directive.name.value == name)


def _arguments(directive: ConstDirectiveNode) -> dict[str, Any]:
    return {
        argument.name.value: value_from_ast_untyped(argument.value) for argument in directive.arguments or ()
    }
