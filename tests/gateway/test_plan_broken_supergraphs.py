"""A supergraph that cannot be served is refused at start, with what is wrong and where."""

import pytest

from gateway import SupergraphError
from gateway.supergraph import load_supergraph
from tests.gateway.plans import joined

GOOD = """
type Query @join__type(graph: A) @join__type(graph: B) {
  user: User @join__field(graph: A)
  any: [Thing] @join__field(graph: B)
}
interface Named @join__type(graph: A) { name: String }
type User implements Named
  @join__implements(graph: A, interface: "Named")
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id") {
  id: ID!
  name: String @join__field(graph: A) @join__field(graph: B, external: true)
  friend: User @join__field(graph: B, provides: "name")
  greeting: String @join__field(graph: B, requires: "name")
}
type Product @join__type(graph: B, key: "sku") { sku: ID! }
union Thing
  @join__type(graph: B)
  @join__unionMember(graph: B, member: "User")
  @join__unionMember(graph: B, member: "Product")
  = User | Product
"""

BROKEN = {
    "syntax": ("sku: ID! }", "sku: ID! ", r"Syntax Error: Expected ':'.*\n\nsupergraph:\d+:\d+"),
    "unknown graph of a type": (
        "type Product @join__type(graph: B,",
        "type Product @join__type(graph: X,",
        r"Product: unknown graph X in @join__type \(line \d+\)",
    ),
    "unknown graph of a field": (
        "user: User @join__field(graph: A)",
        "user: User @join__field(graph: X)",
        r"Query\.user: unknown graph X in @join__field \(line \d+\)",
    ),
    "unknown graph of an interface": (
        "@join__implements(graph: A,",
        "@join__implements(graph: X,",
        r"User: unknown graph X in @join__implements \(line \d+\)",
    ),
    "unknown graph of a member": (
        '@join__unionMember(graph: B, member: "Product")',
        '@join__unionMember(graph: X, member: "Product")',
        r"Thing: unknown graph X in @join__unionMember \(line \d+\)",
    ),
    "unknown member": ('member: "Product"', 'member: "Gone"', r"Thing: unknown member Gone \(line \d+\)"),
    "key without a field": ('key: "sku"', 'key: "code"', r'Product has no field code, .*field set "code"'),
    "key that does not parse": (
        'key: "sku"',
        'key: "sku {"',
        r'Product: the field set "sku \{" does not parse',
    ),
    "requires without a field": (
        'requires: "name"',
        'requires: "name title"',
        r'User has no field title, .*field set "name title"',
    ),
    "provides without a field": (
        'provides: "name"',
        'provides: "age"',
        r'User has no field age, .*field set "age"',
    ),
    "type in a fragment": (
        'provides: "name"',
        'provides: "... on Gone { name }"',
        r'User: unknown type in the field set "\.\.\. on Gone',
    ),
    "unknown type of a field": (
        "name: String @join__field(graph: A)",
        'name: String @join__field(graph: A, type: "Text!")',
        r"User\.name: unknown type Text in @join__field \(line \d+\)",
    ),
    "type without subgraphs": (
        'type Product @join__type(graph: B, key: "sku")',
        "type Product",
        r"Product belongs to no subgraph \(line \d+\)",
    ),
    "undefined type": ("user: User @", "user: Gone @", r"Unknown type: 'Gone'|Unknown type 'Gone'"),
    "interface not fulfilled": (
        "interface Named @join__type(graph: A) { name: String }",
        "interface Named @join__type(graph: A) { name: String age: Int }",
        r"Interface field Named\.age expected but User does not provide it",
    ),
    "no graphs": ("", "", r"Unknown type 'join__Graph'"),
    "graph without a name": ("", "", r"join__Graph\.B: @join__graph is missing \(line \d+\)"),
    "graphs of one name": ("", "", r"join__Graph: two subgraphs are named a \(line \d+\)"),
    "an unknown feature": ("", "", r"needs the specification https://specs.test/fancy/v1.0 for execution"),
}

MACHINERY = {
    "no graphs": ("enum join__Graph", "enum Graphs"),
    "graph without a name": ('B @join__graph(name: "b", url: "http://b.test")', "B"),
    "graphs of one name": ('name: "b"', 'name: "a"'),
    "an unknown feature": (
        'join/v0.5", for: EXECUTION)',
        'join/v0.5", for: EXECUTION) @link(url: "https://specs.test/fancy/v1.0", for: EXECUTION)',
    ),
}


def test_the_sound_one_is_served() -> None:
    """Without a fault nothing is refused."""
    assert set(load_supergraph(joined(GOOD, "a", "b")).subgraphs) == {"a", "b"}


@pytest.mark.parametrize("fault", BROKEN)
def test_the_refusal_says_what_and_where(fault: str) -> None:
    """Somebody who composes schemas finds the place by the message."""
    before, after, message = BROKEN[fault]
    whole = joined(GOOD.replace(before, after, 1) if before else GOOD, "a", "b")
    if fault in MACHINERY:
        assert MACHINERY[fault][0] in whole
        whole = whole.replace(*MACHINERY[fault], 1)
    else:
        assert before in GOOD
    with pytest.raises(SupergraphError, match=message):
        load_supergraph(whole)


def test_a_feature_without_a_purpose_is_ignored() -> None:
    """What is neither for security nor for execution may be left aside, says the link specification."""
    sdl = joined(GOOD, "a", "b").replace(
        'join/v0.5", for: EXECUTION)',
        'join/v0.5", for: EXECUTION) @link(url: "https://specs.test/fancy/v1.0", import: ["@sparkle"])',
        1,
    )
    loaded = load_supergraph(sdl + "\ndirective @sparkle on FIELD_DEFINITION | FIELD")
    assert "sparkle" not in {directive.name for directive in loaded.public.directives}
