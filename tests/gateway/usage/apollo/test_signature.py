"""Apollo's signatures of operations: what differs only in form is one operation."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.usage.apollo.signature import operation_key, referenced_fields, signature
from gateway.usage.operation import used_operation

FULL = """
query Foo($b: Int, $a: Boolean) {
  user(name: "hello", age: 5) { ...Bar ... on User { hello bee } tz aliased: name }
}
fragment Bar on User { age @skip(if: $a) ...Nested }
fragment Nested on User { blah }
"""
SCHEMA = build_schema(
    """
    input Filter { name: String, low: Int, high: Float, tags: [String], below: Filter, on: Boolean }
    interface Node { id: ID }
    type User implements Node { id: ID, name: String }
    type Query { node: Node, find(note: String, filter: Filter, tags: [[Int]], first: Int): User }
    """
)


# The cases that Apollo publishes for its usage-reporting signature.
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ user { name } }", "{user{name}}"),
        ("query { user { name } }", "{user{name}}"),
        ("query OpName { user { name } }", "query OpName{user{name}}"),
        (
            'query OpName { user { name(apple: [[10]], cat: ENUM_VALUE, bag: { input: "value" }) } }',
            "query OpName{user{name(apple:[],bag:{},cat:ENUM_VALUE)}}",
        ),
        (
            (
                "query OpName($c: Int!, $a: [[Boolean!]!], $b: EnumType) "
                "{ user { name(apple: $a, cat: $c, bag: $b) } }"
            ),
            "query OpName($a:[[Boolean!]!],$b:EnumType,$c:Int!){user{name(apple:$a,bag:$b,cat:$c)}}",
        ),
        (
            "{ user { name ...Bar } } fragment Bar on User { asd }",
            "fragment Bar on User{asd}{user{name...Bar}}",
        ),
        (
            "fragment Bar on User { asd } { user { name ...Bar } }",
            "fragment Bar on User{asd}{user{name...Bar}}",
        ),
        (
            FULL,
            (
                "fragment Bar on User{age@skip(if:$a)...Nested}fragment Nested on User{blah}"
                'query Foo($a:Boolean,$b:Int){user(age:0,name:""){name tz...Bar...on User{bee hello}}}'
            ),
        ),
    ],
)
def test_apollos_published_cases_have_apollos_signatures(document: str, expected: str) -> None:
    """Without literals, aliases and needless whitespace; sorted."""
    assert signature(parse(document)) == expected


def test_order_aliases_and_comments_do_not_matter() -> None:
    """These are the three operations that Apollo's documentation calls equal."""
    selections = ("author content", "content # Different field order\nauthor", "writer: author content")
    keys = {
        operation_key(parse(f"query GetPostDetails($postId: String!) {{ post(id: $postId) {{ {each} }} }}"))
        for each in selections
    }
    assert keys == {
        "# GetPostDetails\nquery GetPostDetails($postId:String!){post(id:$postId){author content}}"
    }


def test_an_operation_without_a_name_has_a_dash() -> None:
    """The key says so in its comment."""
    assert operation_key(parse("mutation { b a }")) == "# -\nmutation{a b}"


def test_directives_of_fragments_are_sorted_and_those_of_fields_stay() -> None:
    """Arguments of directives are sorted everywhere."""
    document = "{ a @z(d: 1, c: 2) @y ...@z @y { b } ...F @z @y } fragment F on Query @z @y { d }"
    assert signature(parse(document)) == ("fragment F on Query@y@z{d}{a@z(c:0,d:0)@y...F@y@z...@y@z{b}}")


@pytest.mark.parametrize(("letters", "separator"), [(12, ","), (13, " ")])
def test_long_arguments_have_spaces_as_by_apollos_printer(letters: int, separator: str) -> None:
    """A line of more than 80 characters is printed as several, whose ends become spaces."""
    names = [f"{letter}{'x' * 11}" for letter in "abc"] + ["d" * letters]
    arguments = [f"{name}: $v" for name in names]
    line = f"f({', '.join([*arguments, 'o: {}'])})"
    assert (len(line) > 80) == (separator == " ")
    arguments.append("o: {k: 1}")
    expected = separator.join([*(f"{name}:$v" for name in names), "o:{}"])
    assert signature(parse(f"{{ f({', '.join(arguments)}) }}")) == f"{{f({expected})}}"


def test_fields_are_referenced_by_the_type_that_the_document_names() -> None:
    """As Apollo counts them: `__typename` too, and an interface's field for the interface alone."""
    document = parse("{ node { id ...on User { name __typename } } x: node { y: id } gone { id } }")
    assert referenced_fields(document, SCHEMA) == {
        "Node": (["id"], True),
        "Query": (["gone", "node"], False),
        "User": (["__typename", "name"], False),
    }


VALUES = st.recursive(
    st.one_of(
        st.integers(-(2**31), 2**31 - 1).map(str),
        st.floats(allow_nan=False, allow_infinity=False).map(repr),
        st.text("abc \\n\u00e9{}[]:", max_size=8).map(lambda text: f'"{text.replace(chr(92), "")}"'),
        st.sampled_from(["true", "null", "RED", "$v", '"""a\n  b"""']),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(
            lambda each: f"{{{', '.join(f'{name}: {value}' for name, value in each.items())}}}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=100)
@given(st.lists(VALUES, min_size=1, max_size=4), st.sampled_from(["", "alias: "]))
def test_a_stored_operation_has_the_signature_of_what_the_client_sent(values: list[str], alias: str) -> None:
    """The store keeps texts without literals, and reports are made of these."""
    arguments = ", ".join(f"arg{number}: {value}" for number, value in enumerate(values))
    text = f"query Q($v: Int) {{ {alias}find({arguments}) {{ name id }} }}"
    sent = signature(parse(text))
    assert sent == signature(parse(used_operation(SCHEMA, text, "Q").text))
    assert sent == signature(parse(sent))
