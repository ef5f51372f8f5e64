"""The schema that a client sees by introspection: the public schema without what the client may not see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    GraphQLArgument,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    OperationType,
    OperationTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    get_named_type,
    is_introspection_type,
    is_required_argument,
    is_specified_directive,
)
from graphql.language import Node

from gateway.caching.lru_cache import LruCache
from gateway.pipeline.access.requirements import NOTHING, Requirement
from gateway.pipeline.access.rules import AccessRules

MAX_SCHEMAS: Final = 16
"""The most schemas that are cached; building one takes about as long as introspecting it."""

N = TypeVar("N", bound=Node)


@dataclass(slots=True)
class VisibleSchemas:
    """A thread-safe cache of the schemas that clients see, by the rules that do not hold for them.

    Attributes:
        rules: The rules of the supergraph.
    """

    rules: AccessRules
    _known: LruCache[Requirement, GraphQLSchema] = field(default_factory=lambda: LruCache(MAX_SCHEMAS))

    def without(self, unmet: Requirement) -> GraphQLSchema:
        """Return the schema for clients for whom some rules do not hold."""
        known = self._known.get(unmet)
        if known is None:
            known = visible_schema(self.rules, unmet)
            self._known.put(unmet, known)
        return known


def visible_schema(rules: AccessRules, unmet: Requirement) -> GraphQLSchema:
    """Return the public schema without what clients may not see, and without what is then unreachable."""
    visible, public = VisibleTypes(rules, unmet), rules.supergraph.public
    definitions = {definition.name.value: definition for definition in _definitions(visible)}
    roots = {
        kind: root.name
        for kind in OperationType
        for root in (public.get_root_type(kind),)
        if root is not None and root.name in definitions
    }
    reached = _reached(definitions, list(roots.values()))
    directives = (
        directive.ast_node for directive in public.directives if not is_specified_directive(directive)
    )
    document = DocumentNode(
        definitions=(
            _schema(roots),
            *(directive for directive in directives if directive is not None),
            *(definition for name, definition in definitions.items() if name in reached),
        )
    )
    return build_ast_schema(document, assume_valid_sdl=True)


def _schema(roots: Mapping[OperationType, str]) -> SchemaDefinitionNode:
    types = (
        OperationTypeDefinitionNode(operation=kind, type=NamedTypeNode(name=NameNode(value=name)))
        for kind, name in roots.items()
    )
    return SchemaDefinitionNode(directives=(), operation_types=tuple(types))


def _definitions(visible: VisibleTypes) -> Iterator[TypeDefinitionNode]:
    """Yield the definitions of visible types, reduced to their visible parts."""
    for name, named in visible.public.type_map.items():
        node = named.ast_node
        if node is None or name in visible.hidden:
            continue
        match node:
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
                assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)  # noqa: S101 - of this node
                shown, above = visible.fields[name], visible.interfaces[name]
                yield _replaced(
                    node,
                    interfaces=tuple(
                        interface for interface in node.interfaces or () if interface.name.value in above
                    ),
                    fields=tuple(
                        _field(visible, named, definition)
                        for definition in node.fields or ()
                        if definition.name.value in shown
                    ),
                )
            case InputObjectTypeDefinitionNode():
                assert isinstance(named, GraphQLInputObjectType)  # noqa: S101 - of this node
                fields = (
                    definition
                    for definition in node.fields or ()
                    if visible.shows_input_field(named, definition.name.value)
                )
                yield _replaced(node, fields=tuple(fields))
            case UnionTypeDefinitionNode():
                types = (member for member in node.types or () if member.name.value not in visible.hidden)
                yield _replaced(node, types=tuple(types))
            case _:
                yield node


def _field(
    visible: VisibleTypes, owner: GraphQLObjectType | GraphQLInterfaceType, node: FieldDefinitionNode
) -> FieldDefinitionNode:
    """Return a field's definition with its visible arguments."""
    arguments, at = owner.fields[node.name.value].args, f"{owner.name}.{node.name.value}"
    kept = (
        argument
        for argument in node.arguments or ()
        if visible.shows_argument(at, argument.name.value, arguments[argument.name.value])
    )
    return _replaced(node, arguments=tuple(kept)) if node.arguments else node


def _reached(definitions: Mapping[str, TypeDefinitionNode], roots: list[str]) -> set[str]:
    """Return the types reachable from the roots; an interface also reaches its implementations."""
    below: dict[str, set[str]] = {name: set(_named(definition)) for name, definition in definitions.items()}
    for name, definition in definitions.items():
        for interface in getattr(definition, "interfaces", None) or ():
            below[interface.name.value].add(name)
    reached, pending = set(roots), list(roots)
    while pending:
        new = below.get(pending.pop(), set()) - reached
        reached |= new
        pending += new
    return reached


def _named(node: Node) -> Iterator[str]:
    """Yield the names of all types that a definition mentions."""
    if isinstance(node, NamedTypeNode):
        yield node.name.value
        return
    for key in node.keys:
        value = getattr(node, key, None)
        for child in value if isinstance(value, tuple | list) else (value,):
            if isinstance(child, Node) and key not in ("directives", "loc"):
                yield from _named(child)


def _replaced(node: N, **changes: Any) -> N:
    """Return a copy of a node with some of its parts replaced."""
    parts = {key: getattr(node, key, None) for key in node.keys}
    return type(node)(**{**parts, "loc": node.loc, **changes})


Composite = GraphQLObjectType | GraphQLInterfaceType


@dataclass(slots=True)
class VisibleTypes:
    """The part of the public schema that a client may see, chosen such that it is a valid schema.

    Attributes:
        rules: The rules of the supergraph.
        unmet: The rules that do not hold for the client.
        hidden: The types that the client does not see.
        fields: The visible fields of each visible object and interface type.
        interfaces: The interfaces of each of these types. An interface is left out if the type does not show
            all of its visible fields: no valid schema could say that it implements it.
    """

    rules: AccessRules
    unmet: Requirement
    hidden: set[str] = field(init=False)
    fields: dict[str, frozenset[str]] = field(default_factory=dict)
    interfaces: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        types = {
            name: named for name, named in self.public.type_map.items() if not is_introspection_type(named)
        }
        roots = self.rules.supergraph.roots
        self.hidden = {name for name in types if name not in roots and self.forbids(self.rules.of_type(name))}
        while lost := {
            name
            for name, named in types.items()
            if name not in self.hidden and name != self.rules.supergraph.query and self._is_empty(named)
        }:
            self.hidden |= lost
        composite = {
            name: named
            for name, named in types.items()
            if isinstance(named, Composite) and name not in self.hidden
        }
        self.fields = {name: self._visible_fields(named) for name, named in composite.items()}
        self._choose_interfaces(composite)

    @property
    def public(self) -> GraphQLSchema:
        """The public schema."""
        return self.rules.supergraph.public

    def forbids(self, requirement: Requirement) -> bool:
        """Return whether a requirement does not hold for the client."""
        return not self.unmet.isdisjoint(requirement)

    def shows_argument(self, owner: str, name: str, argument: GraphQLArgument) -> bool:
        """Return whether an argument of a visible field is visible; `owner` is the field's coordinate."""
        if self.forbids(self.rules.stated.get(f"{owner}({name}:)", NOTHING)):
            return False
        return get_named_type(argument.type).name not in self.hidden

    def shows_input_field(self, owner: GraphQLInputObjectType, name: str) -> bool:
        """Return whether a field of an input object type is visible."""
        if self.forbids(self.rules.stated.get(f"{owner.name}.{name}", NOTHING)):
            return False
        return get_named_type(owner.fields[name].type).name not in self.hidden

    def _is_empty(self, named: GraphQLNamedType) -> bool:
        """Return whether no part of a type is visible."""
        match named:
            case GraphQLObjectType():
                return not self._visible_fields(named)
            case GraphQLInterfaceType():
                return not self._visible_fields(named) or not self._has_visible_members(named)
            case GraphQLUnionType():
                return not self._has_visible_members(named)
            case GraphQLInputObjectType():
                return not any(self.shows_input_field(named, field_name) for field_name in named.fields)
            case _:
                return False

    def _has_visible_members(self, named: GraphQLInterfaceType | GraphQLUnionType) -> bool:
        members = self.public.get_possible_types(named)
        return not members or any(member.name not in self.hidden for member in members)

    def _visible_fields(self, owner: Composite) -> frozenset[str]:
        return frozenset(name for name in owner.fields if self._shows_field(owner, name))

    def _shows_field(self, owner: Composite, name: str) -> bool:
        definition = owner.fields[name]
        if get_named_type(definition.type).name in self.hidden:
            return False
        at = f"{owner.name}.{name}"
        for argument_name, argument in definition.args.items():
            if is_required_argument(argument) and not self.shows_argument(at, argument_name, argument):
                return False
        members = self.public.get_possible_types(owner) if isinstance(owner, GraphQLInterfaceType) else ()
        if members:
            return any(
                member.name not in self.hidden and self._shows_field(member, name)
                for member in members
                if name in member.fields
            )
        return not self.forbids(self.rules.of_field(owner.name, name))

    def _choose_interfaces(self, composite: Mapping[str, Composite]) -> None:
        self.interfaces = {
            name: {above.name for above in named.interfaces if above.name in composite}
            for name, named in composite.items()
        }
        while True:
            unfit = [
                (name, above)
                for name, interfaces in self.interfaces.items()
                for above in interfaces
                if not self._fits(composite[name], composite[above])
            ]
            if not unfit:
                return
            for name, above in unfit:
                self.interfaces[name].discard(above)

    def _fits(self, owner: Composite, above: Composite) -> bool:
        """Return whether a type shows everything that an interface shows, with compatible types."""
        if not self.fields[above.name] <= self.fields[owner.name]:
            return False
        if not self.interfaces[above.name] <= self.interfaces[owner.name]:
            return False
        return all(
            self._is_subtype(get_named_type(owner.fields[name].type), get_named_type(above.fields[name].type))
            for name in self.fields[above.name]
        )

    def _is_subtype(self, named: GraphQLNamedType, above: GraphQLNamedType) -> bool:
        if named is above or isinstance(above, GraphQLUnionType):
            return True
        return above.name in self.interfaces.get(named.name, ())
