"""The cost of planning, counted in steps: it grows with what is asked, not with the world around it."""

import pytest
from graphql import parse

from bench.counts.counting import Counting
from gateway.pipeline.preparation.preparer import Preparer
from gateway.planner import normalize
from gateway.planner.budget import Work
from gateway.planner.planner import plan_with_reasons
from gateway.planner.search.graph import Node
from gateway.planner.search.lower_bound import lower_bound
from gateway.planner.search.search import Search
from gateway.settings.limits import Budget
from gateway.supergraph import Field, load_supergraph
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.plans import joined

STEPS = 1_000_000
FIELDS = 20


def shareable(graphs: int) -> str:
    """One subgraph names an entity; every other one has all of its fields."""
    names = [f"g{number}" for number in range(graphs)]
    keys = "".join(f'@join__type(graph: G{number}, key: "id")\n' for number in range(graphs))
    having = "".join(f"@join__field(graph: G{number}) " for number in range(1, graphs))
    fields = "\n".join(f"f{number}: Int {having}" for number in range(FIELDS))
    return joined(
        f"""
        type Query @join__type(graph: G0) {{ thing: Thing @join__field(graph: G0) }}
        type Thing {keys} {{ id: ID! {fields} }}
        """,
        *names,
    )


def star(graphs: int) -> str:
    """Each subgraph has a field of an entity that no other one has."""
    names = [f"g{number}" for number in range(graphs)]
    keys = "".join(f'@join__type(graph: G{number}, key: "id")\n' for number in range(graphs))
    fields = "\n".join(f"f{number}: Int @join__field(graph: G{number})" for number in range(graphs))
    return joined(
        f"""
        type Query @join__type(graph: G0) {{ thing: Thing @join__field(graph: G0) }}
        type Thing {keys} {{ id: ID! {fields} }}
        """,
        *names,
    )


def cost(sdl: str, fields: int) -> tuple[int, int, int]:
    """Plan a query for some fields: the steps taken, the plans drawn, the fetches of the best."""
    supergraph = load_supergraph(sdl)
    query = f"{{ thing {{ {' '.join(f'f{number}' for number in range(fields))} }} }}"
    prepared = Preparer(supergraph, GENEROUS_LIMITS).prepare(query, None)
    operation = normalize(supergraph, prepared.document, prepared.operation, {})
    made, best = plan_with_reasons(supergraph, operation, Budget(steps=STEPS))
    for fetch in made.fetches:
        parse(fetch.document)
    return STEPS - best.choices.search.work.left, best.tried, len(made.fetches)


def test_steps_grow_no_faster_than_the_subgraphs_that_share_all_fields() -> None:
    """Twice as many subgraphs that could answer are at most two and a half times the work."""
    few, many = cost(shareable(30), FIELDS), cost(shareable(60), FIELDS)
    assert few[2] == many[2] == 2
    assert many[0] < 2.5 * few[0]
    assert few[0] < 30 * FIELDS


def test_a_plan_that_nothing_can_beat_is_not_compared() -> None:
    """Two calls one after the other are the least for an entity that lies elsewhere."""
    assert cost(shareable(30), FIELDS)[1] == 1


def test_subgraphs_that_are_not_asked_cost_no_steps() -> None:
    """The same query takes the same steps among ten subgraphs and among two hundred."""
    assert cost(star(10), 10) == cost(star(200), 10)


def test_steps_grow_with_the_subgraphs_that_are_asked() -> None:
    """Sixty subgraphs that each have one field are at most two and a half times the work of thirty."""
    few, many = cost(star(30), 30), cost(star(60), 60)
    assert (few[2], many[2]) == (30, 60)
    assert many[0] < 2.5 * few[0]


@pytest.mark.parametrize("graphs", [3, 30])
def test_a_field_that_is_complete_at_hand_is_looked_for_nowhere_else(graphs: int) -> None:
    """However many subgraphs have the field, one way is found, in one step."""
    work = Work(STEPS)
    paths = Search(load_supergraph(shareable(graphs)), work, 4).paths(Field(None, "f0"), Node("Thing", "g1"))
    assert [path.move for path in paths] == [None]
    assert STEPS - work.left == 1


def test_no_plan_is_below_the_subgraphs_that_alone_have_a_field() -> None:
    """Ten fields in ten subgraphs are ten calls; nine of them follow the first, with a field each."""
    supergraph = load_supergraph(star(10))
    query = f"{{ thing {{ {' '.join(f'f{number}' for number in range(10))} }} }}"
    prepared = Preparer(supergraph, GENEROUS_LIMITS).prepare(query, None)
    operation = normalize(supergraph, prepared.document, prepared.operation, {})
    assert lower_bound(Search(supergraph, Work(STEPS), 4), operation) == (1, 10, 9)


def test_another_leaf_takes_no_search_of_its_own() -> None:
    """Leaves that the same subgraphs share have the same paths: each takes two calls for each subgraph."""

    def calls(graphs: int, fields: int) -> int:
        supergraph = load_supergraph(shareable(graphs))
        query = f"{{ thing {{ {' '.join(f'f{number}' for number in range(fields))} }} }}"
        prepared = Preparer(supergraph, GENEROUS_LIMITS).prepare(query, None)
        operation = normalize(supergraph, prepared.document, prepared.operation, {})
        plan_with_reasons(supergraph, operation)
        with Counting(opcodes=False) as counted:
            plan_with_reasons(supergraph, operation)
        return counted.calls.total()

    few, many = (calls(graphs, FIELDS) - calls(graphs, FIELDS // 2) for graphs in (11, 31))
    assert many - few < 2 * 20 * FIELDS // 2
