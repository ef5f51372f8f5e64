"""Answers introspection from the public schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute,
)


def introspect(
    public: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    fields: Sequence[FieldNode],
    variables: Mapping[str, Any],
) -> dict[str, Any]:
    """Answer the introspection fields of an operation.

    Args:
        public: The public schema.
        document: The document, whose fragments the fields may use.
        operation: The operation, whose variables the fields may use.
        fields: `__schema` and `__type` at the root of the operation.
        variables: The client's variables.
    """
    asked = OperationDefinitionNode(
        operation=OperationType.QUERY,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    fragments = tuple(each for each in document.definitions if isinstance(each, FragmentDefinitionNode))
    result = execute(public, DocumentNode(definitions=(asked, *fragments)), variable_values=dict(variables))
    if not isinstance(result, ExecutionResult) or result.data is None:
        raise AssertionError("introspection of a valid schema is synchronous and always returns data")
    return result.data
