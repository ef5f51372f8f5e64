"""Planning is bounded: what multiplies for a thorough search is grouped, or left uncompared."""

from itertools import permutations

import pytest
from graphql import parse

from bench.counts.counting import Counting
from gateway.errors import BudgetExceeded, CannotPlan
from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import QueryPlan
from gateway.planner import normalize
from gateway.planner.budget import Work
from gateway.planner.planner import plan
from gateway.planner.search.graph import Node
from gateway.planner.search.search import Search
from gateway.settings.limits import Budget
from gateway.supergraph import Field, load_supergraph
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.plans import joined
from tests.support.gateway.foreign_supergraph import foreign_supergraph

MEMBERS = [f"T{number}" for number in range(10)]


def spread() -> str:
    """Ten implementations; every field of every one of them is in a subgraph of its own."""
    types = "".join(
        f"""
        type {member} implements Node
          @join__implements(graph: A, interface: "Node")
          @join__implements(graph: B, interface: "Node")
          @join__type(graph: A, key: "id")
          @join__type(graph: B, key: "id")
          @join__type(graph: C, key: "id") {{
          id: ID!
          next: Node @join__field(graph: B)
          name: String @join__field(graph: C)
          also: Node @join__field(graph: A) @join__field(graph: B)
        }}
        """
        for member in MEMBERS
    )
    return joined(
        f"""
        type Query @join__type(graph: A) @join__type(graph: B) {{ node: Node @join__field(graph: A) }}
        interface Node @join__type(graph: A) @join__type(graph: B) {{
          id: ID!
          next: Node
          also: Node
          name: String
        }}
        {types}
        """,
        "a",
        "b",
        "c",
    )


def chained(graphs: int) -> str:
    """Every two subgraphs share a key that no third one knows, and the last has the field."""
    names = [f"g{number}" for number in range(graphs)]
    pairs = [(one, other) for one, other in permutations(range(graphs), 2) if one < other]
    keys = {pair: f"k{pair[0]}x{pair[1]}" for pair in pairs}
    places = "".join(
        f'@join__type(graph: G{number}, key: "{keys[pair]}")\n'
        for number in range(graphs)
        for pair in pairs
        if number in pair and pair != (0, graphs - 1)
    )
    fields = "\n".join(
        f"{keys[one, other]}: ID! @join__field(graph: G{one}) @join__field(graph: G{other})"
        for one, other in pairs
        if (one, other) != (0, graphs - 1)
    )
    return joined(
        f"""
        type Query @join__type(graph: G0) {{ thing: Thing @join__field(graph: G0) }}
        type Thing {places} {{ {fields} far: Int @join__field(graph: G{graphs - 1}) }}
        """,
        *names,
    )


def planned(sdl: str, query: str, budget: Budget | None = None) -> QueryPlan:
    """The plan of a query; every document in it parses."""
    supergraph = load_supergraph(sdl)
    prepared = Preparer(supergraph, GENEROUS_LIMITS).prepare(query, None)
    operation = normalize(supergraph, prepared.document, prepared.operation, {})
    made = plan(supergraph, operation, budget)
    for fetch in made.fetches:
        parse(fetch.document)
    return made


def nested(depth: int) -> str:
    """A query through an interface, with conditions on every type at every level."""
    below = "id name"
    for _ in range(depth):
        conditions = " ".join(f"... on {member} {{ name }}" for member in MEMBERS)
        below = f"id {conditions} next {{ {below} }}"
    return f"{{ node {{ {below} }} }}"


def test_types_that_need_the_same_move_move_together() -> None:
    """Ten types at eight levels are eight levels of fetches, and not ten to the power of eight."""
    made = planned(spread(), nested(8), Budget(steps=20_000))
    assert len(made.fetches) <= 1 + 2 * 8 + 1


def test_with_little_budget_a_plan_is_found_but_not_compared() -> None:
    """Part of the budget is for comparing; a plan at hand is taken when that is spent."""
    query = "{ node { also { name also { name also { name } } } } }"
    generous, frugal = planned(spread(), query), planned(spread(), query, Budget(steps=2_000))
    assert frugal.fetches
    assert len(generous.fetches) <= len(frugal.fetches)


@pytest.mark.parametrize("graphs", [4, 8, 12])
def test_the_search_grows_with_the_keys_and_not_with_the_paths(graphs: int) -> None:
    """There are millions of paths through twelve subgraphs, and the shortest takes two moves."""
    sdl = chained(graphs)
    work = Work(100_000)
    path = Search(load_supergraph(sdl), work, 4).paths(Field(None, "far"), Node("Thing", "g0"))[0]
    assert path.cost.depth == 2
    assert 100_000 - work.left < 60 * graphs**2
    assert len(planned(sdl, "{ thing { far } }").fetches) == 3


def test_without_any_budget_the_refusal_says_so() -> None:
    """It is an error of the request, not a fault."""
    with pytest.raises(CannotPlan, match="planner's budget"):
        planned(spread(), nested(2), Budget(steps=10))


def test_fragments_that_double_are_refused_before_planning() -> None:
    """Thirteen fragments that spread each other twice stand for 16,000 fields."""
    spreads = "".join(
        f"fragment F{n} on Node {{ a: next {{ ...F{n + 1} }} b: next {{ ...F{n + 1} }} }} " for n in range(13)
    )
    with pytest.raises(CannotPlan, match="too many fields"):
        planned(spread(), f"{{ node {{ ...F0 }} }} {spreads} fragment F13 on Node {{ id }}")


def test_what_types_share_is_searched_once_however_deep_it_is_nested() -> None:
    """A condition on one of many types, at every level: twice the levels are not the square of the work."""
    supergraph = load_supergraph(foreign_supergraph(8))

    def calls(levels: int) -> int:
        below = "id"
        for _ in range(levels):
            below = f"peers {{ ... on Thing1 {{ b }} {below} }}"
        prepared = Preparer(supergraph, GENEROUS_LIMITS).prepare(f"{{ node {{ {below} }} }}", None)
        operation = normalize(supergraph, prepared.document, prepared.operation, {})
        with Counting(opcodes=False) as counted:
            plan(supergraph, operation)
        return counted.all_calls

    assert calls(12) < 3 * calls(6)


def test_looking_at_long_selections_takes_steps() -> None:
    """The budget bounds the time, not only the number of searches."""
    work = Work(100)
    work.visit(80)
    assert work.left == 90
    with pytest.raises(BudgetExceeded):
        work.visit(10_000)
