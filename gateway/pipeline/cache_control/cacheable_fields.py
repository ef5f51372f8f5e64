"""Determines which parts of a subgraph's document may be cached, for how long, and what invalidates them.

The rules are those of `@cacheControl` (`policies`) for the fields that a fetch may resolve. An
entity may be cached if its type has a hint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)
from graphql.language import Node
from msgspec import Struct

from gateway.pipeline.cache_control import CachePolicy, hint_of
from gateway.plan import Entities, Fetch, RootFields
from gateway.plan.nodes import ENTITIES
from gateway.supergraph import CacheHint, CacheTag, Supergraph
from gateway.supergraph.selections import TYPENAME

REPRESENTATIONS: Final = "representations"


class CacheableEntities(Struct, frozen=True):
    """One cacheable `_entities` field.

    Attributes:
        alias: Its key in the response.
        representations: The variable of its representations.
        text: The selections, without names that differ between clients' documents.
        variables: The other variables that it uses.
        policies: How long entities may be cached, by type; other types may not be cached.
        tags: The tags of `@cacheTag`, by the type of the entity.
    """

    alias: str
    representations: str
    text: str
    variables: tuple[str, ...]
    policies: Mapping[str, CachePolicy]
    tags: Mapping[str, tuple[CacheTag, ...]]

    def tags_of(self, subgraph: str, representation: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the tags of an entity."""
        typename = str(representation.get(TYPENAME))
        filled = (tag.filled(representation) for tag in self.tags.get(typename, ()))
        written = [written_tag(subgraph, tag) for tag in filled if tag is not None]
        return (subgraph_tag(subgraph), type_tag(subgraph, typename), *written)


class CacheableRoot(Struct, frozen=True):
    """A cacheable fetch of root fields, as a whole.

    Attributes:
        text: The selections.
        variables: The variables that it uses.
        policy: How long the response may be cached.
        tags: The tags of `@cacheTag`, each with the arguments of its field.
        type_name: The name of the query type.
    """

    text: str
    variables: tuple[str, ...]
    policy: CachePolicy
    tags: tuple[tuple[CacheTag, FieldNode], ...]
    type_name: str

    def tags_of(self, subgraph: str, variables: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the tags of a response."""
        filled = [tag.filled(_arguments(node, variables)) for tag, node in self.tags]
        written = dict.fromkeys(written_tag(subgraph, tag) for tag in filled if tag is not None)
        return (subgraph_tag(subgraph), type_tag(subgraph, self.type_name), *written)


def cacheable_root(
    supergraph: Supergraph, subgraph: str, document: str, root: str | None = None
) -> CacheableRoot | None:
    """Return the caching of a fetch of root fields; None if one of its fields may not be cached.

    Args:
        supergraph: The supergraph with its hints.
        subgraph: The subgraph of the fetch.
        document: The document of the fetch.
        root: The name of the root type; by default that of the query type.
    """
    root = root or supergraph.query
    operation = _operation(document)
    policy = _Hints(supergraph, subgraph).policy(operation.selection_set, frozenset({root}), None)
    if policy is None:
        return None
    tags = tuple(
        (tag, node)
        for node in _fields_of(operation.selection_set)
        for tag in supergraph.cache_tags.get(f"{root}.{node.name.value}", ())
        if tag.source != "key"
    )
    variables = _variables(operation.selection_set)
    text = _text(operation, variables, print_ast(operation.selection_set))
    return CacheableRoot(text, variables, policy, tags, root)


def entity_fields(supergraph: Supergraph, subgraph: str, document: str) -> tuple[CacheableEntities, ...]:
    """Return the `_entities` fields of a fetch."""
    operation = _operation(document)
    nodes = _fields_of(operation.selection_set)
    return tuple(_entities(supergraph, subgraph, operation, node) for node in nodes)


def _entities(
    supergraph: Supergraph, subgraph: str, operation: OperationDefinitionNode, node: FieldNode
) -> CacheableEntities:
    selected = node.selection_set or SelectionSetNode(selections=())
    hints = _Hints(supergraph, subgraph)
    policies: dict[str, CachePolicy] = {}
    for name in supergraph.subgraphs[subgraph].types:
        own = supergraph.cache_hints.get(name)
        if own is not None and own.max_age:
            policy = hints.policy(selected, hints.concrete(name) or frozenset({name}), own)
            if policy is not None:
                policies[name] = policy
    tags = {
        name: tuple(tag for tag in supergraph.cache_tags.get(name, ()) if tag.source != "args")
        for name in policies
    }
    representations = next(
        argument.value.name.value
        for argument in node.arguments or ()
        if argument.name.value == REPRESENTATIONS and isinstance(argument.value, VariableNode)
    )
    variables = _variables(selected)
    text = _text(operation, variables, print_ast(selected))
    alias = node.alias.value if node.alias else ENTITIES
    return CacheableEntities(alias, representations, text, variables, policies, tags)


class _Hints(Struct, frozen=True):
    supergraph: Supergraph
    subgraph: str

    def concrete(self, name: str) -> frozenset[str]:
        """Return the object types of a type's values in the subgraph; none for leaf types."""
        known = self.supergraph.subgraphs[self.subgraph].types.get(name)
        return frozenset() if known is None else known.concrete

    def policy(
        self, selections: SelectionSetNode, owners: frozenset[str], own: CacheHint | None
    ) -> CachePolicy | None:
        """Return the strictest policy of all fields that may be resolved; None if one may not be cached.

        Args:
            selections: The selections.
            owners: The object types that they may be selected on.
            own: The hint of the entity itself; None for the query type.
        """
        ages = [] if own is None or own.max_age is None else [own.max_age]
        is_private = own is not None and own.is_private is True
        for hint in self._hints(selections, owners, is_root=own is None):
            if hint.max_age is not None:
                ages.append(hint.max_age)
            is_private = is_private or hint.is_private is True
        return CachePolicy(min(ages), is_private) if ages and min(ages) > 0 else None

    def _hints(
        self, selections: SelectionSetNode, owners: frozenset[str], *, is_root: bool
    ) -> Iterator[CacheHint]:
        types = self.supergraph.subgraphs[self.subgraph].types
        for selection in selections.selections:
            if isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                met = owners if condition is None else owners & self._meeting(condition.name.value)
                yield from self._hints(selection.selection_set, met, is_root=is_root)
            elif isinstance(selection, FieldNode) and selection.name.value != TYPENAME:
                name = selection.name.value
                for owner in owners:
                    known = types[owner].fields.get(name) if owner in types else None
                    if known is None:
                        continue
                    below = self.concrete(known.type)
                    composite = known.type if below else None
                    hints = self.supergraph.cache_hints
                    yield hint_of(hints, f"{owner}.{name}", composite, is_root=is_root)
                    if selection.selection_set:
                        yield from self._hints(selection.selection_set, below, is_root=False)

    def _meeting(self, condition: str) -> frozenset[str]:
        return self.concrete(condition) | {condition}


def _variables(node: Node) -> tuple[str, ...]:
    return tuple(sorted(set(_variable_names(node))))


def _variable_names(node: Node) -> Iterator[str]:
    if isinstance(node, VariableNode):
        yield node.name.value
    for key in node.keys:
        value = getattr(node, key, None)
        for child in value if isinstance(value, tuple | list) else (value,):
            if isinstance(child, Node):
                yield from _variable_names(child)


def _text(operation: OperationDefinitionNode, variables: tuple[str, ...], selected: str) -> str:
    """Return a text that identifies a selection, including the types and default values of its variables."""
    definitions = sorted(
        print_ast(definition)
        for definition in operation.variable_definitions or ()
        if definition.variable.name.value in variables
    )
    return "\n".join((*definitions, selected))


def _operation(document: str) -> OperationDefinitionNode:
    definitions = parse(document, no_location=True).definitions
    return next(definition for definition in definitions if isinstance(definition, OperationDefinitionNode))


def _fields_of(selections: SelectionSetNode) -> Iterator[FieldNode]:
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            yield from _fields_of(selection.selection_set)
        elif isinstance(selection, FieldNode) and selection.name.value != TYPENAME:
            yield selection


def _arguments(node: FieldNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(variables)
    return {
        argument.name.value: value_from_ast_untyped(argument.value, given)
        for argument in node.arguments or ()
    }


def subgraph_tag(subgraph: str) -> str:
    """Return the tag that all responses of a subgraph have."""
    return f"subgraph:{subgraph}"


def type_tag(subgraph: str, type_name: str) -> str:
    """Return the tag of a type's entities; root fields have the tag of the query type."""
    return f"type:{subgraph}:{type_name}"


def written_tag(subgraph: str, tag: str) -> str:
    """Return the tag for a value of `@cacheTag`."""
    return f"tag:{subgraph}:{tag}"


SESSION_HEADERS: Final = frozenset({"authorization", "cookie"})
"""The headers by which a subgraph distinguishes customers: what is public does not depend on them."""


class PublicFetches(Struct, frozen=True):
    """Determines which fetches a shared cache could answer.

    Attributes:
        supergraph: The supergraph with its hints.
    """

    supergraph: Supergraph

    def includes(self, fetch: Fetch) -> bool:
        """Return whether each field of a query may be cached and none is private; False if in doubt."""
        if not self.supergraph.cache_hints:
            return False
        if isinstance(fetch.returns, RootFields):
            root = cacheable_root(self.supergraph, fetch.subgraph, fetch.document)
            return root is not None and not root.policy.is_private
        fields = {
            field.alias: field for field in entity_fields(self.supergraph, fetch.subgraph, fetch.document)
        }
        return all(_are_public(entities, fields.get(entities.alias)) for entities in fetch.returns)


def _are_public(entities: Entities, known: CacheableEntities | None) -> bool:
    if known is None:
        return False
    policies = [
        known.policies.get(entities.sent_as.get(concrete, concrete)) for concrete in entities.representations
    ]
    return all(policy is not None and not policy.is_private for policy in policies)
