"""Documents are validated by the rules that can find anything in them, with the same result as by all."""

from pathlib import Path

import pytest
from graphql import parse, specified_rules, validate

from gateway.pipeline.preparation.validation import rules_for, validate_document
from gateway.supergraph import load_supergraph

SCHEMA = load_supergraph(
    (Path(__file__).parent / "supergraphs" / "atlas" / "supergraph.graphql").read_text()
).public

INVALID = [
    "{ nothing }",
    "{ items }",
    "{ items { code } } { items { code } }",
    "{ items { code { x } } }",
    "{ item { code } }",
    "{ a: items { code } a: items { name } b: items { x: code x: name } }",
    "{ item(code: 1.5) { code } }",
    '{ item(code: "p", code: "p") { code } }',
    '{ item(kode: "p") { code } }',
    "{ item(code: {a: 1, a: 2}) { code } }",
    "query ($a: Nothing) { item(code: $a) { code } }",
    "query ($a: Item) { item(code: $a) { code } }",
    "query ($a: ID!, $a: ID!) { item(code: $a) { code } }",
    "query ($a: ID) { item(code: $a) { code } }",
    "query ($a: ID!) { items { code } }",
    "{ item(code: $a) { code } }",
    "{ items { code @nothing } }",
    "{ items { code @skip } }",
    "{ items { code @skip(if: true) @skip(if: true) } }",
    "{ items @include(when: true) { code } }",
    "{ ... @defer(label: 1) { items { code } } }",
    "{ ...Nothing }",
    "{ ... on ID { x } }",
    "{ ... on Item { code } }",
    "{ ...F } fragment F on Query { ...F }",
    "{ ...F } fragment F on Query { items { code } } fragment F on Query { items { code } }",
    "{ items { code } } fragment F on Item { code }",
    "{ items { code } } fragment F on ID { code }",
    "subscription { nothing }",
    "type T { a: Int }",
]


@pytest.mark.parametrize("text", INVALID)
def test_no_error_is_missed(text: str) -> None:
    """Each document breaks a rule of its own, and none of the rules that judge it is left out."""
    document = parse(text)
    found, all_errors = (
        [(error.message, error.locations) for error in errors]
        for errors in (
            validate_document(SCHEMA, document, text, 9, hide_suggestions=False),
            validate(SCHEMA, document, specified_rules, 9),
        )
    )
    assert found == all_errors != []


def test_what_a_document_does_not_have_is_not_looked_for() -> None:
    """Most rules are idle for a plain selection, and none for a document with everything."""
    assert 2 * len(rules_for("{ items { code } }")) < len(specified_rules)
    everything = "query ($a: Boolean!) { ... { items @skip(if: $a) { code } } __schema } # subscription"
    assert rules_for(everything) == specified_rules
