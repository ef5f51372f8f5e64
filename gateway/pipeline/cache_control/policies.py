"""How long the response to an operation may be cached, by the rules of Apollo Server's `@cacheControl`.

Apollo Server considers the fields that were resolved. This module considers all fields that an operation may
resolve, whatever its conditions and the types of its objects, so the result is the same for each response and
never more permissive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)
from msgspec import Struct
from msgspec.structs import replace

from gateway.supergraph import CacheHint, Supergraph

NO_HINT = CacheHint()


class CachePolicy(Struct, frozen=True):
    """How long a response may be cached, and by whom.

    Attributes:
        max_age: The time in seconds, more than 0.
        is_private: Whether only the client may cache it, but no shared cache.
    """

    max_age: int
    is_private: bool = False

    def as_private(self) -> CachePolicy:
        """Return the policy for a response that belongs to one client, whatever the hints say."""
        return replace(self, is_private=True)


def cache_policy(
    supergraph: Supergraph, document: DocumentNode, operation: OperationDefinitionNode
) -> CachePolicy | None:
    """Return the policy of a valid operation; None if its response must not be cached."""
    if operation.operation is not OperationType.QUERY or not supergraph.cache_hints:
        return None
    schema, hints = supergraph.public, supergraph.cache_hints
    max_age: int | None = None
    is_private = False
    for field, owner, is_root in _fields(schema, document, operation):
        if not field.name.value.startswith("__"):
            hint = field_hint(hints, owner, field.name.value, is_root=is_root)
            if hint.max_age == 0:
                return None
            if hint.max_age is not None:
                max_age = hint.max_age if max_age is None else min(max_age, hint.max_age)
            is_private = is_private or hint.is_private is True
        elif field.name.value != "__typename":
            return None
    return None if max_age is None else CachePolicy(max_age, is_private)


def field_hint(
    hints: Mapping[str, CacheHint],
    owner: GraphQLObjectType,
    name: str,
    *,
    is_root: bool,
) -> CacheHint:
    """Return the limit that a field of the public schema sets for the whole response; see `hint_of`."""
    named = get_named_type(owner.fields[name].type)
    by_type = named.name if is_composite_type(named) else None
    return hint_of(hints, f"{owner.name}.{name}", by_type, is_root=is_root)


def hint_of(
    hints: Mapping[str, CacheHint], coordinate: str, composite: str | None, *, is_root: bool
) -> CacheHint:
    """Return the limit that a field sets for the whole response: its own hint, its type's, or the default.

    Root fields and fields with selections are not cached without a hint; other fields are cached for as long
    as their objects.

    Args:
        hints: The hints of `@cacheControl`.
        coordinate: The field, as `Type.field`.
        composite: The name of its type; None for a leaf.
        is_root: Whether it is a field of the query type.
    """
    by_type = NO_HINT if composite is None else hints.get(composite, NO_HINT)
    by_field = hints.get(coordinate, NO_HINT)
    max_age = by_type.max_age if by_field.max_age is None else by_field.max_age
    is_private = by_type.is_private if by_field.is_private is None else by_field.is_private
    inherits = by_type.inherits or by_field.inherits
    if max_age is None and (is_root or (composite is not None and not inherits)):
        max_age = 0
    return CacheHint(max_age, is_private, inherits)


def _fields(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Iterator[tuple[FieldNode, GraphQLObjectType, bool]]:
    """Yield the fields of an operation, each for each object type that it may belong to."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    query = schema.query_type
    pending: list[tuple[SelectionSetNode, str, bool]] = [
        (operation.selection_set, query.name if query else "", True)
    ]
    visited: set[tuple[int, str, bool]] = set()
    while pending:
        selections, parent, is_root = pending.pop()
        if (id(selections), parent, is_root) in visited:
            continue
        visited.add((id(selections), parent, is_root))
        for selection in selections.selections:
            match selection:
                case FieldNode():
                    for owner in _object_types(schema, parent):
                        yield selection, owner, is_root
                        if selection.selection_set and selection.name.value in owner.fields:
                            below = get_named_type(owner.fields[selection.name.value].type).name
                            pending.append((selection.selection_set, below, False))
                case InlineFragmentNode(type_condition=condition):
                    pending.append(
                        (selection.selection_set, condition.name.value if condition else parent, is_root)
                    )
                case FragmentSpreadNode():
                    fragment = fragments[selection.name.value]
                    pending.append((fragment.selection_set, fragment.type_condition.name.value, is_root))


def _object_types(schema: GraphQLSchema, name: str) -> list[GraphQLObjectType]:
    named = schema.get_type(name)
    if isinstance(named, GraphQLObjectType):
        return [named]
    return schema.get_possible_types(named) if isinstance(named, GraphQLAbstractType) else []
