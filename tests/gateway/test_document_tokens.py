"""Documents are read token by token as graphql-core reads them, with the same errors."""

import pytest
from graphql import GraphQLError, parse, strip_ignored_characters
from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.preparation.tokens import DocumentTokens

PIECES = [
    *("{", "}", "(", ")", "[", "]", ":", "=", "@", "!", "$", "|", "&", "...", "..", ".", "?"),
    *("a", "query", "on", "fragment", "_x9", "true", "null", "é", "\x00", "\ud800"),
    *("0", "-1", "01", "1a", "1.5", "2e3", "-", "1.", '""', '"text"', '"a\\n"', '"\\u00e9"', '"open', "'"),
    *(
        '"""block"""',
        '"""\n  two\n lines\n"""',
        "#note\n",
        "# note",
        " ",
        ",",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\ufeff",
    ),
]
"""What is joined to texts: tokens, beginnings of tokens, and what is ignored."""

VALID = [
    "{ a }",
    'query Q($v: [Int!]! = [1, -2.5e3], $w: T) @x(y: {a: $v, b: "c"}) { a: b(c: $v, d: ENUM) @d { ...F } }',
    'fragment F on T { ... on U @include(if: true) { x } ... { y } }\r\n{ # note\n  a(b: """x\n y""") }',
]


def read(text: str) -> object:
    """Return how a text is read, or the error."""
    try:
        tokens = DocumentTokens(text)
        return tokens.text, tokens.parse(1_000)
    except GraphQLError as error:
        return error.message, error.locations


def expected(text: str) -> object:
    """Return how graphql-core reads a text, or its error."""
    try:
        stripped = strip_ignored_characters(text)
        return stripped, parse(text, allow_empty_selection_sets=False)
    except GraphQLError as error:
        return error.message, error.locations


@pytest.mark.parametrize("text", VALID)
def test_valid_documents_are_the_same_with_their_locations(text: str) -> None:
    """Nodes, lines and columns are graphql-core's."""
    assert read(text) == expected(text)
    tokens, theirs = DocumentTokens(text), parse(text)
    mine = tokens.parse(1_000)
    assert mine.token_count == tokens.count
    for own, other in zip((mine, *mine.definitions), (theirs, *theirs.definitions), strict=True):
        assert own.loc is not None
        assert other.loc is not None
        assert own.loc.end == other.loc.end
        assert own.loc.start_token.line == other.loc.start_token.line
        assert own.loc.end_token.column == other.loc.end_token.column


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_is_read_alike(text: str) -> None:
    """What is no document is refused for the same reason at the same place."""
    assert read(text) == expected(text)


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_any_argument_is_read_alike(text: str) -> None:
    """Within a document that is valid so far."""
    document = f"{{ a(b: {text}) }}"
    assert read(document) == expected(document)


def test_more_tokens_than_allowed_are_refused_where_they_begin() -> None:
    """Comments count nothing."""
    tokens = DocumentTokens("{ a b # c\n c }")
    assert tokens.count == 5
    assert tokens.parse(5)
    with pytest.raises(GraphQLError, match="more than 4 tokens") as raised:
        tokens.parse(4)
    assert raised.value.locations == [(2, 4)]
