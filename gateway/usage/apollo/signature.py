"""The signatures by which Apollo GraphOS distinguishes operations, and the fields that an operation names.

The algorithm is Apollo's usage-reporting signature (the router's `legacy` normalization): operations that
differ only in literals, aliases, order or whitespace have the same signature.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    print_ast,
    visit,
)

from gateway.usage.literals import EmptyScalars

_NodeT = TypeVar("_NodeT", bound=Node)


def operation_key(document: DocumentNode) -> str:
    """Return the key of a document with one operation: its name as a comment, and its signature."""
    names = [each.name for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    name = next((each.value for each in names if each is not None), "-")
    return f"# {name}\n{signature(document)}"


def signature(document: DocumentNode) -> str:
    """Return the signature of a document with one operation and the fragments that it needs."""
    normalized = visit(visit(document, _Normalizer()), _Sorter())
    text = re.sub(r"\s+", " ", print_ast(normalized))
    return re.sub(r" (?=\W)", "", re.sub(r"(?<=\W) ", "", text, flags=re.ASCII), flags=re.ASCII)


def referenced_fields(document: DocumentNode, schema: GraphQLSchema) -> dict[str, tuple[list[str], bool]]:
    """Return the fields that a document names, by type, and whether the type is an interface.

    Fields of types that the schema does not, or no longer, have are left out.
    """
    types = TypeInfo(schema)
    found: dict[str, dict[str, None]] = {}
    visit(document, TypeInfoVisitor(types, _References(types, found)))
    return {
        name: (sorted(fields), isinstance(schema.get_type(name), GraphQLInterfaceType))
        for name, fields in sorted(found.items())
    }


class _Normalizer(EmptyScalars):
    """Empties literals and removes aliases; keeps the names of enum values and variables."""

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode:
        return _with(node, alias=None)

    def enter_list_value(self, _node: ListValueNode, *_: Any) -> ListValueNode:
        return ListValueNode(values=())

    def enter_object_value(self, _node: ObjectValueNode, *_: Any) -> EnumValueNode:
        # An empty object has two spaces when it is printed, and long lines are printed otherwise: the
        # length must be that of `{}`.
        return EnumValueNode(value="{}")


class _Sorter(Visitor):
    """Sorts definitions, variables, selections and arguments, and the directives of fragments."""

    def enter_document(self, node: DocumentNode, *_: Any) -> DocumentNode:
        return _with(node, definitions=_sorted(node.definitions, _kind_and_name))

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> OperationDefinitionNode:
        by_name = attrgetter("variable.name.value")
        return _with(node, variable_definitions=_sorted(node.variable_definitions, by_name))

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        return _with(node, selections=_sorted(node.selections, _kind_and_name))

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode:
        return _with(node, arguments=_by_name(node.arguments))

    def enter_directive(self, node: DirectiveNode, *_: Any) -> DirectiveNode:
        return _with(node, arguments=_by_name(node.arguments))

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> FragmentSpreadNode:
        return _with(node, directives=_by_name(node.directives))

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> InlineFragmentNode:
        return _with(node, directives=_by_name(node.directives))

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> FragmentDefinitionNode:
        return _with(node, directives=_by_name(node.directives))


class _References(Visitor):
    """Collects the fields of each type."""

    def __init__(self, types: TypeInfo, found: dict[str, dict[str, None]]) -> None:
        super().__init__()
        self._types = types
        self._found = found

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._types.get_parent_type()
        if parent is not None:
            self._found.setdefault(parent.name, {})[node.name.value] = None


def _with(node: _NodeT, **changes: Any) -> _NodeT:
    """Return a copy of a node with other children."""
    values = {name: getattr(node, name) for name in node.keys}
    return type(node)(**{**values, **changes})


def _by_name(nodes: Sequence[_NodeT] | None) -> tuple[_NodeT, ...]:
    return _sorted(nodes, attrgetter("name.value"))


def _sorted(nodes: Sequence[_NodeT] | None, key: Callable[[_NodeT], Any]) -> tuple[_NodeT, ...]:
    return tuple(sorted(nodes or (), key=key))


def _kind_and_name(node: Node) -> tuple[str, str]:
    """Sort fragments before operations, and fields before spreads before inline fragments."""
    name = getattr(node, "name", None)
    return node.kind, "" if name is None else name.value
