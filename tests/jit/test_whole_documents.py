"""Documents that defer and stream, for a server that gives one complete response."""

from __future__ import annotations

import pytest
from graphql import ExecutionResult, build_schema, execute_sync, parse, print_ast

from jit import WholeDocuments, compile_operation

SCHEMA = build_schema(
    """
    type Query { me: User all: [User!]! }
    type Mutation { join: User }
    type User { id: ID! name: String }
    """
)
USERS = [{"id": "1", "name": "Ann"}, {"id": "2", "name": "Bob"}]
ROOT = {"me": USERS[0], "all": USERS}


@pytest.mark.parametrize(
    ("document", "whole"),
    [
        ("{ me { id ... @defer { name } } }", "{ me { id name } }"),
        ('{ ...F @defer(label: "f") } fragment F on Query { me { name } }', "{ me { name } }"),
        ("{ all @stream(initialCount: 1) { id ... @defer { name } } }", "{ all { id name } }"),
        (
            (
                "query ($late: Boolean = true) "
                "{ me { ... @defer(if: $late) { name } ... @skip(if: $late) { id } } }"
            ),
            "{ me { name } }",
        ),
        ("{ me { id } }", "{ me { id } }"),
    ],
)
def test_the_response_is_that_of_the_document_without_directives(document: str, whole: str) -> None:
    """The returned document contains none, and is compiled."""
    returned, errors = WholeDocuments(SCHEMA).validated(parse(document))
    assert not errors
    assert "@defer" not in print_ast(returned)
    assert "@stream" not in print_ast(returned)
    operation = compile_operation(SCHEMA, returned)
    assert operation.fallback_reason is None
    result = operation.execute(ROOT)
    assert isinstance(result, ExecutionResult)
    assert result.formatted == execute_sync(SCHEMA, parse(whole), ROOT).formatted


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{ me { id @stream } }", "non-list field"),
        ('{ ... @defer(label: "a") { me { id } } all @stream(label: "a") { id } }', "label"),
        ("mutation { ... @defer { join { id } } }", "root"),
        ("{ me { ... @defer { nothing } } }", "Cannot query field"),
        ("{ me { id @later } }", "Unknown directive"),
    ],
)
def test_documents_against_the_rules_are_refused(document: str, message: str) -> None:
    """The rules of the specification hold, as do all others; the schema itself stays as it was."""
    _, errors = WholeDocuments(SCHEMA).validated(parse(document))
    assert errors
    assert message in errors[0].message
    assert SCHEMA.get_directive("defer") is None
