"""Answers introspection from the public schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    VisitorAction,
    visit,
)
from graphql.execution import experimental_execute_incrementally


def introspection_document(
    document: DocumentNode, operation: OperationDefinitionNode, fields: Sequence[FieldNode]
) -> DocumentNode | None:
    """Return a document with the introspection fields of an operation; None if it has none.

    Args:
        document: The document, whose fragments the fields may use.
        operation: The operation, whose variables the fields may use.
        fields: `__schema` and `__type` at the root of the operation.
    """
    if not fields:
        return None
    introspection = OperationDefinitionNode(
        operation=OperationType.QUERY,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    fragments = _spread_below(fields, document)
    whole: DocumentNode = visit(DocumentNode(definitions=(introspection, *fragments)), _Whole())
    return whole


def _spread_below(fields: Sequence[FieldNode], document: DocumentNode) -> tuple[FragmentDefinitionNode, ...]:
    """Return the fragments that are spread below some fields, in the document's order."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    found: set[str] = set()
    pending: list[Any] = [field.selection_set for field in fields]
    while pending:
        selection_set = pending.pop()
        for node in () if selection_set is None else selection_set.selections:
            name = node.name.value if isinstance(node, FragmentSpreadNode) else None
            if name is None:
                pending.append(node.selection_set)
            elif name not in found:
                found.add(name)
                pending.append(fragments[name].selection_set)
    return tuple(each for name, each in fragments.items() if name in found)


class _Whole(Visitor):
    """Removes `@defer` and `@stream`: the answer is known at once."""

    @staticmethod
    def enter_directive(node: DirectiveNode, *_: object) -> VisitorAction:
        return REMOVE if node.name.value in ("defer", "stream") else None


def introspect(public: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Answer introspection.

    Args:
        public: The public schema.
        document: The document of `introspection_document`.
        variables: The client's variables.
    """
    # The plain function refuses schemas that have `@defer`.
    result = experimental_execute_incrementally(public, document, variable_values=dict(variables))
    if not isinstance(result, ExecutionResult) or result.data is None:
        raise AssertionError("introspection of a valid schema is synchronous and always returns data")
    return result.data
