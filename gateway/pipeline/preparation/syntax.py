"""What is asked of parsed documents: the operation, the variables, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from graphql import GraphQLError, Location, OperationDefinitionNode, Token, parse, print_ast

from gateway.errors import RequestError
from gateway.pipeline.preparation.operation_selection import select_operation


def variables_of(operation: OperationDefinitionNode) -> OperationDefinitionNode:
    """Return an operation with nothing but the variable definitions, for coercion.

    Nodes refer to all tokens of their document through their locations. These definitions have locations for
    errors that refer to nothing but the text.
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
    """Refuse documents that are nested too deeply, which only following their fragments shows."""
    try:
        yield
    except RecursionError:
        raise RequestError("The document is nested too deeply.", code="DOCUMENT_TOO_DEEP") from None


def error_entry(error: GraphQLError) -> dict[str, Any]:
    """Return the entry of a response's `errors` for an error of graphql-core."""
    entry: dict[str, Any] = {"message": error.message}
    if error.locations:
        entry["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    return entry
