"""Objects that are in the answer as a subgraph gave them: which they are, and that they are taken over."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.compiled.analysis import passthrough_shapes
from gateway.executor import Context, Failure
from gateway.pipeline.operation_executor import ExecutionMode, executable
from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import QueryPlan, Shape
from gateway.supergraph import load_supergraph
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.federated import federated
from tests.gateway.world import Federation
from tests.gateway.worlds import atlas, shop


def whole(plan: QueryPlan) -> list[str]:
    """The places of whole objects, by the client's names."""
    ids, found = passthrough_shapes(plan), []

    def look_at(shape: Shape, place: str) -> None:
        if place and id(shape) in ids:
            found.append(place)
        for fields in shape.fields.values():
            for field in fields:
                if field.below is not None:
                    look_at(field.below, f"{place}.{field.response}".lstrip("."))

    look_at(plan.shape, "")
    return found


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("{ me { name birthday } }", ["me"]),
        ("{ me { called: name } other: me { birthday name } }", ["me", "other"]),
        # The subgraph is asked for more, or in another order; or another one is asked as well.
        ("{ me { name __typename } }", []),
        ("{ me { name ... on User { birthday } } }", ["me"]),
        ("{ me { reviews { body } } }", ["me.reviews"]),
        ("{ me { name reviews { body author { name } } } }", []),
        ("{ topProducts { upc inStock } }", []),
        ("{ topProducts { name upc } }", ["topProducts"]),
    ],
)
def test_an_object_is_whole_where_one_fetch_brings_what_the_client_asked_for(
    query: str, places: list[str]
) -> None:
    """And nothing else, by the same names, in the same order."""
    assert whole(shop().plan(query)) == places


def test_an_object_is_whole_only_if_all_below_it_are() -> None:
    """What other subgraphs bring to an object further down lies in it as well."""
    assert whole(atlas().plan("{ item(code: 1) { dims { width box { lid { closed } } } } }")) == [
        "item",
        "item.dims",
        "item.dims.box",
        "item.dims.box.lid",
    ]
    found = whole(atlas().plan("{ item(code: 1) { dims { width box { lid { tight closed } } } } }"))
    assert found == []


def test_an_object_of_one_of_several_types_is_not_whole() -> None:
    """Which of them it is, and so what belongs into the answer, shows when it has come."""
    assert whole(atlas().plan("{ things { ... on Item { name } } }")) == []


async def answered(federation: Federation, query: str, data: Any, *, trusted: bool) -> Any:
    """The data of an answer where accounts give these."""

    async def give(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": data}

    transports = {"accounts": replace(asking(give), trusted=trusted)}
    ready = executable(federation.plan(query), transports, "compiled")
    fetched = await ready.execution.fetch(Context(ready.calls))
    answer, failures = ready.execution.project(fetched.data, fetched.failures)
    assert not failures
    return answer


@pytest.mark.parametrize("trusted", [False, True])
async def test_whole_objects_are_taken_over_where_the_subgraph_is_vouched_for(*, trusted: bool) -> None:
    """Otherwise there may be anything in them, so they are made again of what belongs there."""
    me, users = {"name": "Ann"}, [{"id": "1"}, {"id": "2"}]
    query = "{ me { name } users { id } }"
    answer = await answered(shop(), query, {"me": me, "users": users}, trusted=trusted)
    assert answer == {"me": me, "users": users}
    assert (answer["me"] is me) == trusted
    # The objects of a list are compared with what was selected, which costs less than to make them again.
    assert answer["users"] is users


@pytest.mark.parametrize(
    "users",
    [
        [{"name": "Ann", "id": "1"}],
        [{"id": "1", "name": "Ann", "secret": 1}],
        [{"id": 1, "name": "Ann"}],
        [{"id": "1", "name": "Ann"}, {"name": "Bob", "id": "2"}],
    ],
)
async def test_a_list_is_made_again_if_anything_in_it_is_not_as_selected(users: list[Any]) -> None:
    """Another order, more than was selected, an id as a number: answers do not show what a subgraph did."""
    answer = await answered(shop(), "{ users { id name } }", {"users": users}, trusted=False)
    expected = [{"id": str(user["id"]), "name": user["name"]} for user in users]
    assert answer == {"users": expected}
    assert [list(user) for user in answer["users"]] == [["id", "name"] for _ in users]


SHELF: Final = """
    type Query { shelf: [Book] full: [Book!]! }
    type Book { id: ID! title: String kind: Kind pages: Int! sold: Boolean! cost: Money extra: Any }
    type Money { minor: Int! display: String }
    enum Kind { NOVEL ATLAS }
    scalar Any
"""
BOOK: Final = "{ id title kind pages sold cost { minor display } extra }"
VALUES: Final = st.sampled_from([None, "1", "NOVEL", 1, 2**31, True, 1.5, [], ["id"], {}, {"minor": 1}])


def objects(**valid: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects of which half are right; others have a wrong value or key, or another order."""
    right = st.fixed_dictionaries(valid)
    wrong = st.sampled_from([*valid]).flatmap(
        lambda key: st.fixed_dictionaries({**valid, key: st.none() | VALUES})
    )
    shuffled = right.flatmap(lambda made: st.permutations(list(made.items())).map(dict))
    lacking = right.map(lambda made: dict(list(made.items())[1:]))
    return (
        right
        | right
        | right
        | wrong
        | wrong
        | shuffled
        | lacking
        | right.map(lambda made: {**made, "more": 1})
    )


MONEY: Final = objects(minor=st.integers(0, 9), display=st.none() | st.just("£1"))
BOOKS: Final = objects(
    id=st.just("1") | st.just(1),
    title=st.none() | st.text(max_size=2),
    kind=st.none() | st.just("NOVEL"),
    pages=st.integers(0, 9),
    sold=st.booleans(),
    cost=st.none() | MONEY,
    extra=VALUES,
)


@cache
def shelf_plan() -> QueryPlan:
    """The plan of both lists."""
    world = federated({"Query": {"__typename": "Query", "shelf": [], "full": []}}, books=SHELF)
    preparer = Preparer(load_supergraph(world.composed.supergraph), GENEROUS_LIMITS)
    return preparer.plan(f"{{ shelf {BOOK} full {BOOK} }}", None, {})[1].plan


@given(
    data=st.fixed_dictionaries(
        {name: st.lists(BOOKS | VALUES, min_size=1, max_size=2) for name in ("shelf", "full")}
    )
)
async def test_a_list_that_is_taken_over_is_what_the_plain_executor_makes_of_it(data: Any) -> None:
    """Also if anything in it is wrong: the same data in the same order, and the same errors."""
    plan = shelf_plan()
    kinds: tuple[ExecutionMode, ...] = ("compiled", "interpreted")
    compiled, interpreted = [await answer_of(plan, deepcopy(data), mode) for mode in kinds]
    assert orjson.dumps(compiled[0]) == orjson.dumps(interpreted[0])
    assert compiled[1] == interpreted[1]


async def answer_of(plan: QueryPlan, data: Any, mode: ExecutionMode) -> tuple[Any, list[Failure]]:
    """The answer and the failures if the only subgraph gives these data."""

    async def give(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": data}

    ready = executable(plan, {"books": asking(give)}, mode)
    fetched = await ready.execution.fetch(Context(ready.calls))
    return ready.execution.project(fetched.data, fetched.failures)


async def test_a_value_that_clients_must_not_see_is_found_in_a_whole_object() -> None:
    """A subgraph may know values of an enum that the public schema does not have."""
    pets = "type Query { pet: Pet } type Pet { kind: Kind } enum Kind { CAT DRAGON @inaccessible }"
    world = federated({"Query": {"__typename": "Query", "pet": None}}, pets=pets)
    preparer = Preparer(load_supergraph(world.composed.supergraph), GENEROUS_LIMITS)
    plan = preparer.plan("{ pet { kind } }", None, {})[1].plan
    assert whole(plan) == ["pet"]

    async def give(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"pet": {"kind": "DRAGON"}}}

    ready = executable(plan, {"pets": replace(asking(give), trusted=True)}, "compiled")
    fetched = await ready.execution.fetch(Context(ready.calls))
    data, failures = ready.execution.project(fetched.data, fetched.failures)
    assert data == {"pet": {"kind": None}}
    assert [failure.path for failure in failures] == [("pet", "kind")]
