"""What a node can resolve: its subgraph's own fields, provided fields, and the keys that name the entity."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.planner.search.graph import Node
from gateway.supergraph import Field, Selections, SubgraphField, Supergraph
from gateway.supergraph.selections import TYPENAME

CONCRETE_TYPENAME = SubgraphField(TYPENAME, "String", "String!")
"""The `__typename` of a subgraph that knows the object's concrete type."""


class Resolvability:
    """Determines which nodes can resolve which fields, for one set of override labels.

    Attributes:
        supergraph: The supergraph.
        labels_met: The labels of progressive overrides that results have depended on.
    """

    def __init__(self, supergraph: Supergraph, labels: frozenset[str]) -> None:
        self.supergraph = supergraph
        self.labels_met: set[str] = set()
        self._labels = labels
        self._key_parts: dict[Selections, Selections] = {}
        self._in_keys: set[Selections] = set()

    def definition(self, node: Node, field: Field) -> SubgraphField | None:
        """Return the field's definition in the node's subgraph, or None if it cannot be resolved there."""
        name = field.name
        if node.subgraph is None:
            return None
        if name == TYPENAME:
            return CONCRETE_TYPENAME if node.known_interface is None else None
        known = self.supergraph.subgraphs[node.subgraph].types.get(node.subgraph_type)
        definition = None if known is None else known.fields.get(name)
        if definition is None or (definition.label is None and not definition.external):
            return definition  # as nearly always
        if not self._is_external(definition) or self._is_provided(node, name):
            return definition
        if field.response is not None and self.identifies_only(definition, node):
            return None
        return definition if self._is_in_key(node, name) else None

    def identifies_only(self, definition: SubgraphField, node: Node) -> bool:
        """Return whether a field only serves as a key here; another subgraph resolves it for clients."""
        is_key_of_another = definition.key_only or definition.label is not None
        is_external = is_key_of_another and self._is_external(definition)
        return is_external and not self._is_provided(node, definition.name)

    def provided_below(self, node: Node, definition: SubgraphField) -> tuple[Selections, ...]:
        """Return the fields that are provided below a field selected at a node."""
        inherited = tuple(
            self._in_key(field.children) if selections in self._in_keys else field.children
            for selections in node.provided
            for field in selections.of(node.type)
            if field.name == definition.name and field.children is not None
        )
        keys = tuple(
            self._in_key(field.children)
            for field in self._key_fields(node)
            if field.name == definition.name and field.children is not None
        )
        provided = () if definition.provides is None else (definition.provides,)
        return tuple(dict.fromkeys((*provided, *inherited, *keys)))

    def _in_key(self, selections: Selections) -> Selections:
        """Return equal selections that are marked as part of a key."""
        made = self._key_parts.setdefault(selections, Selections(selections.groups))
        self._in_keys.add(made)
        return made

    def _is_external(self, definition: SubgraphField) -> bool:
        """Return whether another subgraph has the field, by the schema or by the override labels."""
        if definition.label is None:
            return definition.external
        self.labels_met.add(definition.label)
        return definition.external or definition.takes_over != (definition.label in self._labels)

    def _is_provided(self, node: Node, name: str) -> bool:
        return any(
            field.name == name
            for provided in node.provided
            if provided not in self._in_keys
            for field in provided.of(node.type)
        )

    def _is_in_key(self, node: Node, name: str) -> bool:
        """Return whether a field belongs to a key of the object or of one of its ancestors."""
        above = (provided.of(node.type) for provided in node.provided if provided in self._in_keys)
        return any(field.name == name for fields in (self._key_fields(node), *above) for field in fields)

    def _key_fields(self, node: Node) -> Iterator[Field]:
        """Yield the fields of the entity's keys, which can be read wherever the entity is, to identify it."""
        if node.subgraph is None:
            return
        known = self.supergraph.subgraphs[node.subgraph].types.get(node.subgraph_type)
        for key in () if known is None else known.keys:
            yield from key.fields.of(node.type)
