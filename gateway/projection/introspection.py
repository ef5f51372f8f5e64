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
    fragments = tuple(
        definition for definition in document.definitions if isinstance(definition, FragmentDefinitionNode)
    )
    whole: DocumentNode = visit(DocumentNode(definitions=(introspection, *fragments)), _Whole())
    return whole


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
