"""The schema that a client sees by introspection: the public schema without what the client may not see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
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
    is_specified_directive,
)
from graphql.language import Node

from gateway.access.requirements import Requirement
from gateway.access.rules import AccessRules
from gateway.access.visible_types import VisibleTypes
from gateway.caching.lru_cache import LruCache

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
    definitions = {each.name.value: each for each in _definitions(visible)}
    roots = {
        kind: each.name
        for kind in OperationType
        for each in (public.get_root_type(kind),)
        if each is not None and each.name in definitions
    }
    reached = _reached(definitions, list(roots.values()))
    directives = (each.ast_node for each in public.directives if not is_specified_directive(each))
    document = DocumentNode(
        definitions=(
            _schema(roots),
            *(each for each in directives if each is not None),
            *(each for name, each in definitions.items() if name in reached),
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
                    interfaces=tuple(each for each in node.interfaces or () if each.name.value in above),
                    fields=tuple(
                        _field(visible, named, each) for each in node.fields or () if each.name.value in shown
                    ),
                )
            case InputObjectTypeDefinitionNode():
                assert isinstance(named, GraphQLInputObjectType)  # noqa: S101 - of this node
                fields = (
                    each for each in node.fields or () if visible.shows_input_field(named, each.name.value)
                )
                yield _replaced(node, fields=tuple(fields))
            case UnionTypeDefinitionNode():
                types = (each for each in node.types or () if each.name.value not in visible.hidden)
                yield _replaced(node, types=tuple(types))
            case _:
                yield node


def _field(
    visible: VisibleTypes, owner: GraphQLObjectType | GraphQLInterfaceType, node: FieldDefinitionNode
) -> FieldDefinitionNode:
    """Return a field's definition with its visible arguments."""
    arguments, at = owner.fields[node.name.value].args, f"{owner.name}.{node.name.value}"
    kept = (
        each
        for each in node.arguments or ()
        if visible.shows_argument(at, each.name.value, arguments[each.name.value])
    )
    return _replaced(node, arguments=tuple(kept)) if node.arguments else node


def _reached(definitions: Mapping[str, TypeDefinitionNode], roots: list[str]) -> set[str]:
    """Return the types reachable from the roots; an interface also reaches its implementations."""
    below: dict[str, set[str]] = {name: set(_named(each)) for name, each in definitions.items()}
    for name, each in definitions.items():
        for interface in getattr(each, "interfaces", None) or ():
            below[interface.name.value].add(name)
    reached, pending = set(roots), list(roots)
    while pending:
        found = below.get(pending.pop(), set()) - reached
        reached |= found
        pending += found
    return reached


def _named(node: Node) -> Iterator[str]:
    """Yield the names of all types that a definition mentions."""
    if isinstance(node, NamedTypeNode):
        yield node.name.value
        return
    for key in node.keys:
        value = getattr(node, key, None)
        for each in value if isinstance(value, tuple | list) else (value,):
            if isinstance(each, Node) and key not in ("directives", "loc"):
                yield from _named(each)


def _replaced(node: N, **changes: Any) -> N:
    """Return a copy of a node with some of its parts replaced."""
    parts = {key: getattr(node, key, None) for key in node.keys}
    return type(node)(**{**parts, "loc": node.loc, **changes})
