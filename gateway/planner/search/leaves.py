"""Shares paths between the leaves of an object: the same moves lead to those that the same subgraphs have."""

from __future__ import annotations

from gateway.planner.search.graph import FieldPath, Node
from gateway.planner.search.resolvability import Resolvability
from gateway.supergraph import Field


class Leaves:
    """The leaves that a search has met: the first ones of their origins."""

    def __init__(self, resolvability: Resolvability) -> None:
        self._resolvability = resolvability
        self._first: dict[tuple[Node, int], Field] = {}

    def alike(self, field: Field, node: Node) -> Field:
        """Return the first leaf that has the same paths from a node as a field, or the field itself."""
        if field.children is not None:
            return field
        origins = self._resolvability.supergraph.available(node.type).origins.get(field.name)
        return field if origins is None else self._first.setdefault((node, origins), field)

    def own(self, path: FieldPath, field: Field, node: Node) -> FieldPath:
        """Return a field's own path.

        Args:
            path: The path, or that to a leaf that is alike.
            field: The field.
            node: Where the path starts.
        """
        if field.children is not None or path.resolved is field:
            return path
        definition = self._resolvability.definition(path.move.target if path.move else node, field)
        if definition is None:
            raise AssertionError("leaves that are alike are resolved at the same nodes")
        return FieldPath(path.move, definition, field, None, path.cost)
