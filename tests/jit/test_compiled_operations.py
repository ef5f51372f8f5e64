"""A compiled operation: its source, its tracebacks, and what it leaves to graphql-core."""

import traceback
from typing import Any

import graphql
import pytest
from graphql import ExecutionResult, FieldNode, GraphQLSchema, NameNode, build_schema, parse

import jit
from tests.jit.both_ways import run_both


@pytest.fixture
def schema() -> GraphQLSchema:
    """A tree."""
    return build_schema("type Query { name(text: String): String  child: Query  must: String! }")


def test_the_source_can_be_read(schema: GraphQLSchema) -> None:
    """It has fields under their names, with their types beside them."""
    source = jit.compile_operation(schema, parse("{ first: name child { must } }")).source
    assert "    # first: String\n" in source
    assert 'value = source.get("must")' in source


def test_no_text_of_the_document_is_in_the_source(schema: GraphQLSchema) -> None:
    """Strings are held beside it, whatever they contain."""
    document = parse('{ name(text: "\\") + evil(\\"") }')
    operation = jit.compile_operation(schema, document)
    assert operation.fallback_reason is None
    assert "evil" not in operation.source
    run_both(schema, document, lambda: {"name": lambda _info, text: text})


def test_a_name_that_is_none_is_not_compiled(schema: GraphQLSchema) -> None:
    """A document made by hand can hold anything; graphql-core gets it."""
    document = parse("{ name }")
    field = document.definitions[0].selection_set.selections[0]  # type: ignore[attr-defined] # an operation
    assert isinstance(field, FieldNode)
    object.__setattr__(field, "alias", NameNode(value='x"] = evil() #'))
    operation = jit.compile_operation(schema, document)
    assert "not a GraphQL name" in (operation.fallback_reason or "")
    assert operation.execute({"name": "n"}) == graphql.execute(schema, document, {"name": "n"})


def test_generated_lines_show_up_in_tracebacks(schema: GraphQLSchema) -> None:
    """An error's traceback quotes the line that called the resolver."""

    def fail(*_: Any) -> None:
        raise ValueError("no")

    schema.query_type.fields["name"].resolve = fail  # type: ignore[union-attr] # it is there
    result = jit.compile_operation(schema, parse("query Mine { name }")).execute()
    assert isinstance(result, graphql.ExecutionResult)
    shown = "".join(traceback.format_exception((result.errors or [])[0].original_error))
    assert '"<jit Mine ' in shown
    assert "value = resolve_" in shown


def test_only_what_the_conditions_select_is_compiled(schema: GraphQLSchema) -> None:
    """A skipped branch costs nothing, not even a test."""
    operation = jit.compile_operation(
        schema, parse("query ($all: Boolean!) { name child @include(if: $all) { must } }")
    )
    operation.execute({"name": "n"}, variable_values={"all": False})
    assert "child" not in operation.source
    operation.execute({"name": "n"}, variable_values={"all": True})
    assert "child" in operation.source


def test_fragments_that_multiply_are_compiled_as_far_as_they_are_reached(schema: GraphQLSchema) -> None:
    """Thirty levels of two spreads each would be a thousand million selections."""
    levels = [
        f"fragment F{n} on Query {{ a: child {{ ...F{n + 1} }} b: child {{ ...F{n + 1} }} }}"
        for n in range(30)
    ]
    document = parse("\n".join(["{ ...F0 }", *levels, "fragment F30 on Query { name }"]))
    assert not graphql.validate(schema, document)
    operation = jit.compile_operation(schema, document)
    assert operation.execute({"child": {"name": "x"}}) == graphql.execute(
        schema, document, {"child": {"name": "x"}}
    )
    assert len(operation.source) < 3_000_000


def test_deep_selections_are_compiled(schema: GraphQLSchema) -> None:
    """Sixty levels, of which the last are compiled when they are reached."""
    root: dict[str, Any] = {"name": "deep"}
    root["child"] = root
    run_both(schema, "{ child " * 60 + "{ name }" + " }" * 60, lambda: root)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("{ child @defer { name } }", "@defer"),
        ("query @experimental_disableErrorPropagation { must }", "@experimental_disableErrorPropagation"),
        ("query A { name } query B { name }", "no such operation"),
        ("mutation { name }", "no root type"),
    ],
)
def test_it_says_why_it_leaves_an_operation_to_graphql_core(
    schema: GraphQLSchema, query: str, reason: str
) -> None:
    """And answers as graphql-core does."""
    operation = jit.compile_operation(schema, parse(query))
    assert reason in (operation.fallback_reason or "")
    assert operation.source == ""
    run_both(schema, query)


def test_a_document_is_compiled_once(schema: GraphQLSchema) -> None:
    """The second execution of the same document does not compile."""
    document = parse("{ name }")
    kept = jit.entry.KeptOperations(2)
    first = kept.find(schema, document, None)
    assert kept.find(schema, document, None) is first
    assert kept.find(schema, parse("{ name }"), None) is not first


def test_the_document_that_was_not_used_for_longest_makes_room(schema: GraphQLSchema) -> None:
    """Two are kept: the one that was used again stays."""
    kept = jit.entry.KeptOperations(2)
    documents = [parse("{ name }") for _ in range(3)]
    first, second = (kept.find(schema, document, None) for document in documents[:2])
    kept.find(schema, documents[0], None)
    kept.find(schema, documents[2], None)
    assert kept.find(schema, documents[0], None) is first
    assert kept.find(schema, documents[1], None) is not second


def test_what_compiled_code_executes_is_counted(schema: GraphQLSchema) -> None:
    """By `jit.EXECUTIONS`, if the schema has no counter of its own."""
    document = parse("{ __typename }")
    operation = jit.compile_operation(schema, document)
    before = jit.EXECUTIONS.compiled
    results = [
        jit.execute(schema, document),
        operation.execute(),
        operation.execute_awaited(None, None, {}),
    ]
    assert results == [ExecutionResult({"__typename": "Query"})] * 3
    assert jit.EXECUTIONS.compiled == before + 3
