"""What compiled entity fetches send, and to whom they give what comes: as the plain ones do."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gateway.executor import Context, Failure
from gateway.pipeline.operation_executor import ExecutionMode, executable
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import load_supergraph
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.federated import compared, federated

HERE = """
  scalar Tag
  scalar Date
  type Query { things: [Thing] }
  union Thing = Ant | Bee
  type Ant @key(fields: "tag") { tag: Tag home: Home born: Date! }
  type Bee @key(fields: "tag") { tag: Tag home: Home }
  type Home @key(fields: "id") { id: ID! }
"""
THERE = """
  scalar Tag
  type Ant @key(fields: "tag") { tag: Tag name: String box: Box }
  type Bee @key(fields: "tag") { tag: Tag name: String }
  type Home @key(fields: "id") { id: ID! street: String }
  type Box { size: Int }
"""
WORLD = federated(
    {
        "Query": {
            "__typename": "Query",
            "things": [{"$ref": "Ant/1"}, {"$ref": "Bee/1"}, {"$ref": "Ant/1"}],
        },
        "Ant/1": {
            "__typename": "Ant",
            "tag": "1",
            "name": "Anna",
            "born": "today",
            "home": {"$ref": "Home/1"},
        },
        "Bee/1": {"__typename": "Bee", "tag": "1", "name": "Bert", "home": {"$ref": "Home/2"}},
        "Home/1": {"__typename": "Home", "id": "1", "street": "First"},
        "Home/2": {"__typename": "Home", "id": "2", "street": "Second"},
    },
    here=HERE,
    there=THERE,
)
PREPARER = Preparer(load_supergraph(WORLD.composed.supergraph), GENEROUS_LIMITS)
Ask = Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]


async def carried_out(
    query: str, things: list[Any], way: ExecutionMode, entity: Callable[[dict[str, Any]], Any]
) -> tuple[dict[str, Any], dict[str, Any] | None, list[Failure], list[Any]]:
    """The tree of data, the answer, the failures, and the representations sent, over subgraphs made up."""
    sent: list[Any] = []

    async def here(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"things": things}}

    async def there(request: SubgraphRequest) -> Mapping[str, Any]:
        sent.extend(request.variables["representations"])
        return {"data": {"_entities": [entity(each) for each in request.variables["representations"]]}}

    plan = PREPARER.plan(query, None, {})[1].plan
    ready = executable(plan, {"here": asking(here), "there": asking(there)}, way)
    fetched = await ready.execution.fetch(Context(ready.calls))
    data, failures = ready.execution.project(fetched.data, fetched.failures)
    return fetched.data, data, failures, sent


def named(representation: dict[str, Any]) -> dict[str, Any]:
    """An entity that says what it was asked for."""
    return {"name": json.dumps(representation["tag"])}


def test_objects_of_different_types_with_equal_keys_are_asked_for_apart() -> None:
    """An ant is no bee, whatever their tags."""
    assert compared(WORLD, "{ things { ... on Ant { name } ... on Bee { name } } }")


def test_only_objects_of_the_types_on_the_way_are_asked_for() -> None:
    """The street of an ant's home is asked for, and that of a bee's is not."""
    assert compared(WORLD, "{ things { ... on Ant { home { street } } ... on Bee { home { id } } } }")


async def test_the_way_leads_through_objects_of_its_types_alone(way: ExecutionMode) -> None:
    """What lies at the same path in an object of another type stays as it is."""
    things = [
        {"__typename": name, "home": {"__typename": "Home", "id": each}}
        for name, each in (("Ant", "1"), ("Bee", "2"))
    ]
    query = "{ things { ... on Ant { home { street } } ... on Bee { home { id } } } }"
    *_, sent = await carried_out(query, things, way, lambda _each: {"street": "x"})
    assert sent == [{"__typename": "Home", "id": "1"}]


async def test_keys_are_equal_where_their_json_is(way: ExecutionMode) -> None:
    """One is not true, nor one point naught, nor the text; and lists are compared as well."""
    tags = [1, True, 1.0, "1", [1], [True], 1, [1], "1"]
    things = [{"__typename": "Ant", "tag": tag} for tag in tags]
    _, data, failures, sent = await carried_out("{ things { ... on Ant { name } } }", things, way, named)
    assert [json.dumps(each["tag"]) for each in sent] == ["1", "true", "1.0", '"1"', "[1]", "[true]"]
    assert data == {"things": [{"name": json.dumps(tag)} for tag in tags]}
    assert not failures


async def test_what_several_objects_get_is_each_ones_own(way: ExecutionMode) -> None:
    """A later fetch may write into one of them."""
    things = [{"__typename": "Ant", "tag": "1"}, {"__typename": "Ant", "tag": "1"}]
    query = "{ things { ... on Ant { box { size } } } }"
    tree, *_ = await carried_out(query, things, way, lambda _each: {"box": {"size": 1}})
    one, other = tree["things"]
    assert one["box"] == other["box"] == {"size": 1}
    assert one["box"] is not other["box"]


async def test_an_object_in_two_places_is_explained_in_both(way: ExecutionMode) -> None:
    """A subgraph in the same process may give one object twice."""
    thing = {"__typename": "Ant", "tag": "1"}
    query = "{ things { ... on Ant { name } } }"
    _, data, failures, sent = await carried_out(query, [thing, thing], way, lambda _each: "no entity")
    assert len(sent) == 1
    assert data == {"things": [{"name": None}, {"name": None}]}
    assert [failure.path for failure in failures] == [("things", 0, "name"), ("things", 1, "name")]


async def test_null_for_a_value_that_only_subgraphs_know_is_a_violation(way: ExecutionMode) -> None:
    """Of a custom scalar the gateway knows at least that it may not be null."""
    things = [{"__typename": "Ant", "born": "today"}, {"__typename": "Ant", "born": None}]
    _, data, failures, _ = await carried_out("{ things { ... on Ant { born } } }", things, way, named)
    assert data == {"things": [{"born": "today"}, None]}
    assert [failure.path for failure in failures] == [("things", 1, "born")]
