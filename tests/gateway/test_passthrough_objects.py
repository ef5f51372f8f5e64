"""Objects that are in the answer as a subgraph gave them: which they are, and that they are taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.compiled.analysis import passthrough_shapes
from gateway.executor import Context
from gateway.pipeline.operation_executor import executable
from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import QueryPlan, Shape
from gateway.supergraph import load_supergraph
from tests.gateway.federated import federated
from tests.gateway.world import Federation
from tests.gateway.worlds import atlas, shop
from tests.support.federation.asked import SubgraphRequest, asking
from tests.support.gateway.generous_limits import GENEROUS_LIMITS


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
    assert (answer["users"] is users) == trusted


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
