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


def introspection_document(
    document: DocumentNode, operation: OperationDefinitionNode, fields: Sequence[FieldNode]
) -> DocumentNode | None:
    """Return a document that asks for the introspection fields of an operation; None if it has none.

    Args:
        document: The document, whose fragments the fields may use.
        operation: The operation, whose variables the fields may use.
        fields: `__schema` and `__type` at the root of the operation.
    """
    if not fields:
        return None
    asked = OperationDefinitionNode(
        operation=OperationType.QUERY,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    fragments = tuple(each for each in document.definitions if isinstance(each, FragmentDefinitionNode))
    return DocumentNode(definitions=(asked, *fragments))


def introspect(public: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Answer introspection.

    Args:
        public: The public schema.
        document: The document of `introspection_document`.
        variables: The client's variables.
    """
    result = execute(public, document, variable_values=dict(variables))
    if not isinstance(result, ExecutionResult) or result.data is None:
        raise AssertionError("introspection of a valid schema is synchronous and always returns data")
    return result.data
