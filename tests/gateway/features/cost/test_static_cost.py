"""The static cost of operations: the examples of the specifications, and generated documents."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

import pytest
from graphql import get_introspection_query
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.graphql_http.request import GraphQLRequest
from gateway.errors import RequestError, SupergraphError
from gateway.pipeline.costs import CostRules, operation_cost
from gateway.pipeline.costs.operation_cost import MAX_COST
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import load_supergraph
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.features.cost.priced import Priced
from tests.gateway.features.cost.reference import Reference
from tests.gateway.plans import joined
from tests.support.examples import examples

LIBRARY = Priced.of("""
type Query {
  novel(id: ID): Novel
  prizes: [Novel] @listSize(assumedSize: 5)
  arrivals(after: ID, limit: Int!): [Novel] @listSize(slicingArguments: ["limit"])
  everything: [Novel]
  search(filter: Filter, terms: [String!] @cost(weight: 3)): [Novel]
    @listSize(slicingArguments: ["filter.max"])
  either(first: Int, last: Int): [Novel] @listSize(slicingArguments: ["first", "last"], assumedSize: 7)
  most(first: Int, last: Int): [Novel]
    @listSize(slicingArguments: ["first", "last"], assumedSize: 7, requireOneSlicingArgument: false)
  page(first: Int = 4): Page @listSize(slicingArguments: ["first"], sizedFields: ["edges", "meta.pages"])
  grid: [[Novel!]!]! @listSize(assumedSize: 3)
  price: Int @cost(weight: 6)
}
type Mutation { buy(filter: Filter): Novel }
type Novel { title: String writer: Writer printer: Printer }
type Writer { name: String born: Date }
type Printer { name: String address: Address }
type Address @cost(weight: 5) { code: Int! }
type Page { edges: [Edge] meta: Meta }
type Meta { pages: [Edge] }
type Edge { node: Novel cursor: String }
scalar Date @cost(weight: 2)
input Filter { max: Int text: String @cost(weight: 4) also: [Filter!] }
""")
NOVEL = "{ title writer { name } printer { name address { code } } }"


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        (f"{{ novel(id: 1) {NOVEL} }}", 1 + 1 + 1 + 5),
        (f"{{ prizes {NOVEL} }}", 5 * 8),
        (f"{{ arrivals(limit: 3) {NOVEL} }}", 3 * 8),
        (f"{{ arrivals(limit: 7) {NOVEL} }}", 7 * 8),
        (f"{{ everything {NOVEL} }}", 10 * 8),
        ("{ novel { writer { born } } }", 1 + 1 + 2),
        ("{ price }", 6),
        ("mutation { buy { title } }", 10 + 1),
        ("{ search(filter: { max: 2 }) { title } }", 1 + 2),
        ('{ search(filter: { max: 2, text: "x" }) { title } }', 1 + 4 + 2),
        ('{ search(filter: { max: 2, also: [{}, { text: "" }] }) { title } }', 1 + 1 + 1 + 4 + 2),
        ('{ search(filter: { max: 2 }, terms: ["a", "b"]) { title } }', 1 + 6 + 2),
        ("{ search(filter: { max: 2 }, terms: []) { title } }", 1 + 3 + 2),
        ("{ search(filter: { max: 2 }, terms: null) { title } }", 1 + 2),
        ("{ either(first: 2) { title } }", 2),
        ("{ most(first: 2, last: 9) { title } }", 9),
        ("{ most { title } }", 7),
        ("{ page { edges { cursor node { title } } } }", 1 + 4 * 2),
        ("{ page(first: 2) { edges { cursor } meta { pages { cursor } } } }", 1 + 2 + 1 + 2),
        ("{ grid { title } }", 3 * 10),
        ("{ __typename novel { __typename } }", 1),
    ],
)
def test_documented_examples(query: str, cost: int) -> None:
    """Objects count 1 unless weighed, leaves nothing; lists multiply; arguments count once for each call."""
    assert LIBRARY.cost(query) == cost
    assert LIBRARY.fault(query) is None


@pytest.mark.parametrize("limit", [-1, -(2**31)])
def test_a_negative_slice_counts_as_an_unknown_length(limit: int) -> None:
    """It never makes a request cheaper."""
    assert LIBRARY.cost(f"{{ arrivals(limit: {limit}) {{ title }} }}") == 10
    assert LIBRARY.cost("query ($n: Int!) { arrivals(limit: $n) { title } }", {"n": limit}) == 10


def test_an_argument_that_will_be_refused_hides_no_other() -> None:
    """A null where none is allowed leaves the slice beside it counted."""
    twice = Priced.of("""
    type Query { all(id: ID! = "x", first: Int): [Query] @listSize(slicingArguments: ["first"]) }
    """)
    query = "query ($id: ID) { all(id: $id, first: 70) { __typename } }"
    assert twice.cost(query, {"id": None}) == 70


def test_a_slice_of_nothing_counts_as_one() -> None:
    """The field is asked for all the same, and what is below it must not be free."""
    assert LIBRARY.cost("{ arrivals(limit: 0) { title } }") == 1


@pytest.mark.parametrize(
    ("query", "variables", "fault"),
    [
        ("{ either { title } }", {}, "but has 0"),
        ("{ either(first: 1, last: 2) { title } }", {}, "but has 2"),
        ("{ either(first: null) { title } }", {}, "but has 0"),
        ("query ($n: Int) { either(first: $n) { title } }", {}, "but has 0"),
        ("query ($n: Int) { either(first: $n) { title } }", {"n": None}, "but has 0"),
        ("query ($n: Int) { either(first: $n) { title } }", {"n": 3}, None),
        ("query ($n: Int, $m: Int) { either(first: $n, last: $m) { title } }", {"n": 3, "m": 3}, "but has 2"),
        ("{ search { title } }", {}, "filter.max"),
        ("{ page { meta { pages { cursor } } } }", {}, None),
    ],
)
def test_exactly_one_slicing_argument_is_required(
    query: str, variables: dict[str, Any], fault: str | None
) -> None:
    """Null is none, a default is one; and a request at fault is still counted."""
    found = LIBRARY.fault(query, variables)
    assert (found is None) if fault is None else (found is not None and fault in found)
    assert LIBRARY.cost(query, variables) > 0


def test_variables_decide_at_the_time_of_the_request() -> None:
    """Slices, conditions, and the weights within input objects; defaults of variables count."""
    query = """query ($n: Int = 2, $f: Filter, $s: Boolean = false) {
      arrivals(limit: 1) { title }
      most(first: $n) @skip(if: $s) { title }
      search(filter: $f) { title }
    }"""
    assert LIBRARY.cost(query, {"f": {"max": 1}}) == 1 + 2 + 1 + 1
    assert LIBRARY.cost(query, {"n": 5, "f": {"max": 1, "text": "x"}}) == 1 + 5 + 1 + 4 + 1
    assert LIBRARY.cost(query, {"n": 5, "s": True, "f": {"max": 6}}) == 1 + 1 + 6


def test_equal_fields_count_once() -> None:
    """As they are executed once, however many fragments select them."""
    query = "{ prizes { writer { name } ...F ... on Novel { writer { born } } } } fragment F on Novel { %s }"
    assert LIBRARY.cost(query % "writer { name }") == LIBRARY.cost("{ prizes { writer { name born } } }")
    assert LIBRARY.cost(query % "again: writer { name }") == 5 * (1 + 1 + 2 + 1)


def test_the_costliest_type_counts() -> None:
    """Of an interface or union, whatever types the conditions name."""
    zoo = Priced.of("""
    type Query { any: Animal  pick: Pick }
    interface Animal { name: String mate: Animal }
    type Cat implements Animal @cost(weight: 3) {
      name: String mate: Animal toys: [Toy] @listSize(assumedSize: 2)
    }
    type Dog implements Animal { name: String mate: Animal @cost(weight: 9) }
    type Ant { legs: Int }
    union Pick = Ant | Cat
    type Toy { id: ID }
    """)
    assert zoo.cost("{ any { name } }") == 3
    assert zoo.cost("{ any { mate { name } } }") == max(3 + 3, 1 + 9)
    assert zoo.cost("{ any { ... on Cat { toys { id } } ... on Dog { name } } }") == 3 + 2
    assert zoo.cost("{ pick { ... on Ant { legs } } }") == 3


def test_what_an_interface_says_holds_for_its_implementations() -> None:
    """Unless they say otherwise themselves."""
    said = Priced.of("""
    type Query { any: Animal cat: Cat dog: Dog }
    interface Animal {
      all(n: Int @cost(weight: 2)): [Animal] @listSize(assumedSize: 3) worth: Int @cost(weight: 4)
    }
    type Cat implements Animal { all(n: Int): [Animal] worth: Int }
    type Dog implements Animal { all(n: Int): [Animal] @listSize(assumedSize: 5) worth: Int @cost(weight: 1) }
    """)
    assert said.cost("{ cat { all(n: 1) { worth } } }") == 1 + 2 + 3 * (1 + 4)
    assert said.cost("{ dog { all(n: 1) { worth } } }") == 1 + 2 + 5 * (1 + 4)
    assert said.cost("{ any { worth } }") == 1 + 4


def test_costs_stop_growing_before_numbers_do() -> None:
    """Lists in lists, with the largest slices; and negative weights never pay for others."""
    deep = Priced.of("""
    type Query { all(n: Int): [Query] @listSize(slicingArguments: ["n"]) cube: [[[[[Query]]]]]
      gift: Int @cost(weight: -50) gifts: [Query] @cost(weight: -5) price: Int @cost(weight: 3) }
    """)
    level = "all(n: 2147483647) { "
    assert deep.cost("{ " + level * 18 + "__typename" + " }" * 19) == MAX_COST
    assert deep.cost("{ cube { cube { __typename } } }") == MAX_COST
    assert deep.cost("{ gift gifts { gift } price }") == 3


def test_doubling_fragments_are_counted_in_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What two types share is worked out once: 40 levels of it take as many steps as there are levels."""
    made: list[object] = []
    original = CostRules.field
    monkeypatch.setattr(CostRules, "field", lambda *given: (made.append(given), original(*given))[1])
    twins = Priced.of("""
    type Query { any: Node }
    interface Node { next: Node }
    type A implements Node { next: Node }
    type B implements Node { next: Node @cost(weight: 2) }
    """)
    assert twins.cost("{ any { " + "next { " * 40 + "__typename" + " }" * 42) == 1 + 2 * 40
    assert len(made) < 40 * 8


@pytest.mark.parametrize("own", ["", " @cost(weight: 0)", " @cost(weight: {n})"])
def test_wide_interfaces_are_counted_in_few_steps(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty levels of forty types take about as many steps as there are levels times types."""
    made: list[object] = []
    original = CostRules.field
    monkeypatch.setattr(CostRules, "field", lambda *given: (made.append(given), original(*given))[1])
    field = 'next(first: Int): [Node] @listSize(slicingArguments: ["first"])'
    types = " ".join(f"type T{n} implements Node {{ {field}{own.format(n=n)} }}" for n in range(40))
    wide = Priced.of(f"type Query {{ any: Node }} interface Node {{ {field} }} {types}")
    query = "query ($n: Int) { any { " + "next(first: $n) { " * 20 + "__typename" + " }" * 22
    assert wide.cost(query, {"n": 1}) > 0
    assert len(made) < 40 * 20 * 4


@pytest.mark.parametrize("levels", [40, 400, 4000])
def test_deep_input_is_counted_or_refused_in_words(levels: int) -> None:
    """Written out or as a variable, at whatever time its cost is worked out."""
    written = "{ also: [" * levels + "{ max: $n }" + "] }" * levels
    query = f"query ($n: Int) {{ search(filter: {written}) {{ title }} either(first: $n) {{ title }} }}"
    value: dict[str, Any] = {"max": 1}
    for _ in range(levels):
        value = {"also": [value]}
    for text, variables in (
        (query, {"n": 1}),
        (query.replace("$n }", "1 }"), {"n": 1}),
        ("query ($f: Filter) { search(filter: $f) { title } }", {"f": value}),
    ):
        with suppress(RequestError) if levels > 40 else nullcontext():
            assert LIBRARY.cost(text, variables) >= levels


def test_introspection_is_counted() -> None:
    """With the average lengths of this schema's lists, so that nesting multiplies."""
    once = LIBRARY.cost("{ __schema { types { fields { name } } } }")
    types = len(LIBRARY.supergraph.public.type_map)
    assert types < once < types * 10
    nested = "{ __schema { types { fields { type { fields { type { name } } } } } } }"
    assert LIBRARY.cost(nested) > 5 * once
    assert LIBRARY.cost('{ a: __type(name: "Novel") { fields { name } } }') < once
    assert LIBRARY.cost(get_introspection_query(input_value_deprecation=True)) < 50 * types


def test_slicing_arguments_that_clients_do_not_see_are_not_required() -> None:
    """Nobody could give them."""
    sdl = joined(
        """
        directive @cost__listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],
          requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
        type Query @join__type(graph: A) {
          all(first: Int @inaccessible): [Query] @cost__listSize(slicingArguments: ["first"], assumedSize: 3)
        }
        """,
        "a",
    ).replace(
        'join/v0.5", for: EXECUTION)',
        'join/v0.5", for: EXECUTION) @link(url: "https://specs.apollo.dev/cost/v0.1")',
        1,
    )
    model = load_supergraph(sdl)
    rules = CostRules(model.public, model.annotations, 10)
    request = Preparer(model, GENEROUS_LIMITS, cost_of=partial(operation_cost, rules)).prepare_request(
        GraphQLRequest("{ all { __typename } }")
    )
    assert (request.cost, request.cost_fault) == (3, None)


def test_a_weight_that_is_no_number_is_refused_in_words() -> None:
    """At the start; decimal numbers in strings, as IBM's specification has them, are rounded up."""
    with pytest.raises(SupergraphError, match=r"weight of Query\.a in @cost is not a number: much"):
        Priced.of('type Query { a: Int @cost(weight: "much") }'.replace("$", ""))
    assert Priced.of('type Query { a: Int @cost(weight: "2.5") }').cost("{ a }") == 3


GRAPH = Priced.of("""
interface Node { id: ID! children(first: Int, last: Int = 2): [Node!] none: Int @cost(weight: 2) }
type A implements Node @cost(weight: 3) {
  id: ID! children(first: Int, last: Int = 2): [Node!] none: Int
  b: B tags: [String!] @cost(weight: 1) @listSize(assumedSize: 4) grid: [[B]]
}
type B implements Node {
  id: ID! none: Int @cost(weight: 1)
  children(first: Int, last: Int = 2): [Node!]
    @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
  a: A @cost(weight: 7)
  items(page: Page): Items @listSize(slicingArguments: ["page.size"], sizedFields: ["edges", "inner.edges"],
    requireOneSlicingArgument: false, assumedSize: 5)
}
type Items { edges: [Edge] inner: Items total: Int }
type Edge { node: U }
union U = A | B
input Page { size: Int filter: Filter }
input Filter { texts: [String!] @cost(weight: 2) deep: Filter @cost(weight: 3) }
type Query { node(id: ID @cost(weight: 4)): Node u: [U] a: A b: B
  all(limit: Int!): [Node] @listSize(slicingArguments: ["limit"]) }
type Mutation { a: A @cost(weight: 2) node(id: ID @cost(weight: 4)): Node }
""")
FIELDS = {
    "Query": {"node(id: 1)": "Node", "node": "Node", "u": "U", "a": "A", "b": "B", "all(limit: 3)": "Node",
              "all(limit: $n)": "Node"},
    "Node": {"id": "", "none": "", "children": "Node", "children(first: 4)": "Node",
             "children(first: $m, last: 3)": "Node"},
    "A": {"b": "B", "tags": "", "grid": "B", "children(last: 1)": "Node", "none": ""},
    "B": {"a": "A", "items": "Items", "items(page: { size: 2 })": "Items", "items(page: $p)": "Items",
          'items(page: { filter: { texts: ["x", "y"] } })': "Items", "children(first: -1)": "Node"},
    "U": {"__typename": ""},
    "Items": {"edges": "Edge", "inner": "Items", "total": ""},
    "Edge": {"node": "U"},
}  # fmt: skip
NARROWER = {"Node": ["A", "B", "Node", "U"], "U": ["A", "B", "Node"], "A": ["A", "Node"], "B": ["B", "U"]}
FRAGMENTS = ["Node", "A", "B", "Items"]
CONDITIONS = ["", "", "", " @include(if: $x)", " @skip(if: $y)", " @include(if: true)", " @skip(if: true)"]


@st.composite
def selections(draw: st.DrawFn, on: str, depth: int, fragments: int) -> str:
    """A selection set on a type; named fragments from a number on may be spread."""
    made = ["__typename"]
    for _ in range(draw(st.integers(1, 3))):
        condition = draw(st.sampled_from(CONDITIONS))
        spreads = [
            n for n in range(fragments, 4) if FRAGMENTS[n] == on or FRAGMENTS[n] in NARROWER.get(on, [])
        ]
        kind = draw(st.sampled_from(["field", "field", "inline", "spread"]))
        if kind == "inline" and on in NARROWER and depth:
            narrower = draw(st.sampled_from(NARROWER[on]))
            made.append(f"... on {narrower}{condition} {draw(selections(narrower, depth - 1, fragments))}")
        elif kind == "spread" and spreads:
            made.append(f"...F{draw(st.sampled_from(spreads))}{condition}")
        else:
            names = sorted(FIELDS[on]) if depth else [name for name, below in FIELDS[on].items() if not below]
            for name in names and [draw(st.sampled_from(names))]:
                below = FIELDS[on][name]
                alias = f"{''.join(each for each in name if each.isalnum())}X: "
                text = f"{alias}{name}{condition}"
                made.append(text + (f" {draw(selections(below, depth - 1, fragments))}" if below else ""))
    return "{ " + " ".join(made) + " }"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """An operation that uses all variables somewhere, and fragments that spread later ones alone."""
    fragments = [f"fragment F{n} on {on} {draw(selections(on, 2, n + 1))}" for n, on in enumerate(FRAGMENTS)]
    return " ".join([draw(selections("Query", 4, 4)).replace("{", "{", 1), *fragments])


HEAD = "query ($n: Int!, $m: Int, $p: Page, $x: Boolean!, $y: Boolean!)"
SPREADS = "node { ...F0 ...F1 ...F2 } b { items { ...F3 } }"
USES = """all2: all(limit: $n) { c: children(first: $m) @include(if: $x) @skip(if: $y) { id } }
b { i: items(page: $p) { total } }"""


@settings(max_examples=examples(80))
@given(
    text=documents(),
    number=st.integers(-2, 6),
    other=st.none() | st.integers(-2, 6),
    size=st.none() | st.integers(-2, 6),
    conditions=st.tuples(st.booleans(), st.booleans()),
)
def test_the_cost_is_that_of_the_document_with_everything_expanded(
    text: str, number: int, other: int | None, size: int | None, conditions: tuple[bool, bool]
) -> None:
    """For generated documents and variables, compared with a reference that remembers nothing."""
    operation, _, rest = text.partition(" fragment ")
    query = f"{HEAD} {operation.rstrip()[:-1]} {SPREADS} {USES} }} fragment {rest}"
    variables = {
        "n": number,
        "m": other,
        "p": {"size": size, "filter": {"texts": ["a"], "deep": {}}},
        "x": conditions[0],
        "y": conditions[1],
    }
    expected = Reference.cost(GRAPH.supergraph, query, variables)
    assert GRAPH.cost(query, variables) == min(MAX_COST, expected)
