"""Determines the schema coordinates that an operation uses, and its text without customers' data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, Final

from graphql import (
    ArgumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    TypeNode,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    separate_operations,
    strip_ignored_characters,
    visit,
)
from msgspec import Struct

MAX_COORDINATES: Final = 5_000
"""The most coordinates of one operation; the type of a variable could otherwise add far more."""


class EmptyScalars(Visitor):
    """Replaces strings and numbers by empty ones; keeps the names of enum values and variables."""

    def enter_string_value(self, _node: StringValueNode, *_: Any) -> StringValueNode:
        """Empty a string."""
        return StringValueNode(value="", block=False)

    def enter_int_value(self, _node: IntValueNode, *_: Any) -> IntValueNode:
        """Empty an integer."""
        return IntValueNode(value="0")

    def enter_float_value(self, _node: FloatValueNode, *_: Any) -> FloatValueNode:
        """Empty a floating-point number."""
        return FloatValueNode(value="0")


class UsedOperation(Struct, frozen=True):
    """An operation, with the coordinates that it uses.

    Attributes:
        digest: The SHA-256 digest of its text, in hexadecimal.
        name: The operation's name; empty if it has none.
        text: The operation with its fragments; literal values are replaced by empty ones.
        coordinates: The coordinates that it uses: `Type.field`, `Type.field.argument`, `Input.field` and
            `Enum.VALUE`.
    """

    digest: str
    name: str
    text: str
    coordinates: tuple[str, ...]


def used_operation(schema: GraphQLSchema, text: str, name: str | None) -> UsedOperation:
    """Return an operation of a valid document, with the coordinates that it uses.

    A field of an interface counts for the interface and all its implementations, because removing it from one
    of them would change responses. A variable counts for all fields of its input type.
    """
    whole = parse(text, no_location=True)
    document = separate_operations(whole).get(name or "", whole)
    coordinates: dict[str, None] = {}
    types = TypeInfo(schema)
    visit(document, TypeInfoVisitor(types, _Coordinates(schema, types, coordinates)))
    plain = strip_ignored_characters(print_ast(visit(document, _WithoutLiterals())))
    return UsedOperation(
        sha256(plain.encode("utf-8", "surrogatepass")).hexdigest(),
        name or "",
        plain,
        tuple(sorted(coordinates)),
    )


class _Coordinates(Visitor):
    """Collects coordinates."""

    def __init__(self, schema: GraphQLSchema, types: TypeInfo, coordinates: dict[str, None]) -> None:
        super().__init__()
        self._schema = schema
        self._types = types
        self._found = coordinates
        self._fields: list[str] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self._fields.append(node.name.value)
        for owner in self._owners(node.name.value):
            self._add(f"{owner}.{node.name.value}")

    def leave_field(self, *_: Any) -> None:
        self._fields.pop()

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        if self._types.get_directive() is None and self._fields:
            name = self._fields[-1]
            for owner in self._owners(name):
                self._add(f"{owner}.{name}.{node.name.value}")

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        owner = get_named_type(self._types.get_parent_input_type())
        if isinstance(owner, GraphQLInputObjectType):
            self._add(f"{owner.name}.{node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        owner = get_named_type(self._types.get_input_type())
        if isinstance(owner, GraphQLEnumType):
            self._add(f"{owner.name}.{node.value}")

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        for variable in node.variable_definitions or ():
            for coordinate in _of_input(self._schema, _named(variable.type)):
                self._add(coordinate)

    def _add(self, coordinate: str) -> None:
        if len(self._found) < MAX_COORDINATES:
            self._found[coordinate] = None

    def _owners(self, field: str) -> Iterable[str]:
        """Return the types that a field counts for: the one in the document, and its implementations."""
        parent = self._types.get_parent_type()
        if parent is None or parent.name.startswith("__") or field.startswith("__"):
            return ()
        if not isinstance(parent, GraphQLInterfaceType):
            return (parent.name,)
        implementations = self._schema.get_implementations(parent)
        return (
            parent.name,
            *(named.name for named in (*implementations.interfaces, *implementations.objects)),
        )


class _WithoutLiterals(EmptyScalars):
    """Shortens lists as well; names of input fields stay."""

    def leave_list_value(self, node: ListValueNode, *_: Any) -> ListValueNode:
        return ListValueNode(values=node.values[:1])


def _named(node: TypeNode) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]  # lists and non-null types have one
    return node.name.value


def _of_input(schema: GraphQLSchema, name: str) -> Iterator[str]:
    """Yield the coordinates of an input type and of all input types below it."""
    waiting, seen = [name], set[str]()
    while waiting:
        current = waiting.pop()
        kind: GraphQLNamedType | None = schema.get_type(current)
        if current in seen:
            continue
        seen.add(current)
        if isinstance(kind, GraphQLInputObjectType):
            for field, definition in kind.fields.items():
                yield f"{current}.{field}"
                waiting.append(get_named_type(definition.type).name)
        elif isinstance(kind, GraphQLEnumType):
            yield from (f"{current}.{value}" for value in kind.values)
