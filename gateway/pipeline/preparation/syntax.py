"""Reads parsed documents: the operation that is executed, its variables, how deeply it nests, its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from graphql import DocumentNode, GraphQLError, Location, OperationDefinitionNode, Token, parse, print_ast

from gateway.errors import InvalidDocument, RequestError


def select_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the operation with the given name; without a name, the only one.

    Raises:
        InvalidDocument: There is no such operation, or there are several and no name is given.
    """
    operations = [
        definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
    ]
    if name is None and len(operations) == 1:
        return operations[0]
    if name is None:
        message = "The document has several operations: choose one by operationName."
        raise InvalidDocument([{"message": message}], "OPERATION_RESOLUTION_FAILURE")
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise InvalidDocument(
        [{"message": f'The document has no operation "{name}".'}], "OPERATION_RESOLUTION_FAILURE"
    )


def variables_of(operation: OperationDefinitionNode) -> OperationDefinitionNode:
    """Return an operation reduced to its variable definitions, for coercion.

    Through their locations, nodes refer to all tokens of their document. The locations of these definitions
    refer to the text alone, which is all that errors need.
    """
    definitions = operation.variable_definitions or ()
    written = f"({', '.join(map(print_ast, definitions))})" if definitions else ""
    copied = select_operation(parse(f"query{written}{{__typename}}", no_location=True), None)
    return replace(
        copied,
        variable_definitions=tuple(
            replace(copy, loc=_detached(located.loc))
            for copy, located in zip(copied.variable_definitions or (), definitions, strict=True)
        ),
    )


def _detached(location: Location | None) -> Location | None:
    if location is None:
        return None
    begin, end = location.start_token, location.end_token
    return Location(
        Token(begin.kind, begin.start, begin.end, begin.line, begin.column),
        Token(end.kind, end.start, end.end, end.line, end.column),
        location.source,
    )


@contextmanager
def bounded_nesting() -> Iterator[None]:
    """Refuse a document that turns out to be nested too deeply once its fragments are followed.

    Raises:
        RequestError: A `RecursionError` was raised in the block.
    """
    try:
        yield
    except RecursionError:
        raise RequestError("The document is nested too deeply.", code="DOCUMENT_TOO_DEEP") from None


def error_entry(error: GraphQLError) -> dict[str, Any]:
    """Return the `errors` entry of a response for a graphql-core error."""
    entry: dict[str, Any] = {"message": error.message}
    if error.locations:
        entry["locations"] = [
            {"line": location.line, "column": location.column} for location in error.locations
        ]
    return entry
