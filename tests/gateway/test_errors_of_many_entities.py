"""What a subgraph says of many entities at once stands once, at their list; all errors are limited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SubgraphUnreachable
from gateway.executor.failures import MAX_ERRORS
from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import load_supergraph
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.plans import joined

SUPERGRAPH = load_supergraph(
    joined(
        """
        type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
          items: [Item!]! @join__field(graph: A)
          one: Item @join__field(graph: A)
        }
        type Item @join__type(graph: A, key: "id") @join__type(graph: B, key: "id")
          @join__type(graph: C, key: "id") {
          id: ID!
          inner: [Item!] @join__field(graph: A)
          price: Int @join__field(graph: B) @join__field(graph: A, external: true)
          weight: Int! @join__field(graph: B)
          size: Int @join__field(graph: C)
          total: Int @join__field(graph: A, requires: "price")
        }
        """,
        "a",
        "b",
        "c",
    )
)
FAILED = {"message": "all failed", "extensions": {"code": "FAILED"}}
Answer = Callable[[SubgraphRequest, list[dict[str, Any]]], Any]


async def answered(
    query: str, answer: Answer, count: int = 3, way: ExecutionMode = "compiled"
) -> dict[str, Any]:
    """The answer to a query over so many items, whose entities one subgraph answers like this."""

    async def first(request: SubgraphRequest) -> Any:
        ids = [{"__typename": "Item", "id": str(number)} for number in range(count)]
        inner = [{**item, "inner": [dict(other) for other in ids[:2]]} for item in ids]
        if "_entities" in request.query:
            return answer(request, ids)
        lists = {name: [dict(item) for item in inner] for name in ("items", "more", "b", "c")}
        return {"data": {**lists, "one": dict(ids[0])}}

    async def second(request: SubgraphRequest) -> Any:
        lists = [value for value in request.variables.values() if isinstance(value, list)]
        return answer(request, [item for each_list in lists for item in each_list])

    preparer = Preparer(SUPERGRAPH, GENEROUS_LIMITS)
    transports = {"a": asking(first), "b": asking(second), "c": asking(second)}
    executor = OperationExecutor(preparer, transports, lambda *_: None, execution=way)
    prepared: Any
    prepared, planned = preparer.plan(query, None, {})
    own = PlannedOperation(planned.plan, planned.introspection)
    fetched = await executor.fetch(own, {}, {}, None)
    return dict(executor.project(prepared, own, fetched).body)


def nothing(_request: SubgraphRequest, _sent: list[dict[str, Any]]) -> Any:
    """One error for all, without a path."""
    return {"data": None, "errors": [FAILED]}


def no_entities(_request: SubgraphRequest, _sent: list[dict[str, Any]]) -> Any:
    """One error for all, at the field that should have had them."""
    return {"data": {"_entities": None}, "errors": [{**FAILED, "path": ["_entities"]}]}


def too_few(_request: SubgraphRequest, sent: list[dict[str, Any]]) -> Any:
    """An error without a path, and a list that fits nothing."""
    return {"data": {"_entities": [None] * (len(sent) - 1)}, "errors": [FAILED]}


def each(_request: SubgraphRequest, sent: list[dict[str, Any]]) -> Any:
    """An error of its own for each entity."""
    errors = [{**FAILED, "path": ["_entities", index]} for index in range(len(sent))]
    return {"data": {"_entities": [None] * len(sent)}, "errors": errors}


def down(_request: SubgraphRequest, _sent: list[dict[str, Any]]) -> Any:
    """No answer at all."""
    raise SubgraphUnreachable("connection refused")


def paths(answer: dict[str, Any]) -> list[Any]:
    """The paths of an answer's errors."""
    return [error.get("path") for error in answer["errors"]]


@pytest.mark.parametrize("answer", [nothing, no_entities, too_few])
@pytest.mark.parametrize("count", [2, 900, 3_900])
async def test_it_stands_once_at_the_list(answer: Answer, count: int, way: ExecutionMode) -> None:
    """Although several requests ask for so many, and each of them fails."""
    given_answer = await answered("{ items { id price } }", answer, count, way)
    assert paths(given_answer) == [["items"]]
    assert given_answer["data"]["items"] == [{"id": str(number), "price": None} for number in range(count)]


async def test_several_lists_have_it_once_each(way: ExecutionMode) -> None:
    """Lists within lists belong to the outermost; what is in no list has it at its field."""
    query = "{ items { id inner { price } } more: items { price } one { price } }"
    assert sorted(paths(await answered(query, nothing, way=way)), key=repr) == [
        ["items"],
        ["more"],
        ["one", "price"],
    ]


async def test_an_only_item_has_it_at_its_field(way: ExecutionMode) -> None:
    """As any other error of one entity."""
    assert paths(await answered("{ items { price } }", nothing, 1, way)) == [["items", 0, "price"]]


async def test_a_value_that_must_not_be_null_has_no_error_of_its_own(way: ExecutionMode) -> None:
    """The one at the list explains that the list is gone."""
    answer = await answered("{ items { id weight } }", nothing, way=way)
    assert (answer["data"], paths(answer)) == (None, [["items"]])


async def test_what_needs_the_missing_values_is_explained_by_it_too(way: ExecutionMode) -> None:
    """Whether the client selected them or not."""
    for query in ("{ items { total } }", "{ items { price total } }"):
        answer = await answered(query, nothing, 900, way)
        assert paths(answer) == [["items"]]
        assert answer["data"]["items"][899]["total"] is None


async def test_two_different_errors_stand_both(way: ExecutionMode) -> None:
    """One list, of which two subgraphs said something."""

    def by_type(request: SubgraphRequest, _sent: list[dict[str, Any]]) -> Any:
        return {"data": None, "errors": [{"message": "no" if "price" in request.query else "none"}]}

    answer = await answered("{ items { price size } }", by_type, way=way)
    assert paths(answer) == [["items"], ["items"]]
    assert len({error["extensions"]["service"] for error in answer["errors"]}) == 2


@pytest.mark.parametrize("answer", [each, down])
async def test_errors_of_all_kinds_are_limited(answer: Answer, way: ExecutionMode) -> None:
    """Beyond that, they would outweigh the data."""
    given_answer = await answered("{ items { price } }", answer, 3_900, way)
    assert len(given_answer["errors"]) == MAX_ERRORS
    assert len(given_answer["data"]["items"]) == 3_900


@given(count=st.integers(2, 40), places=st.sets(st.sampled_from(["more", "b", "c"]), min_size=1))
async def test_as_many_errors_as_lists(count: int, places: set[str]) -> None:
    """However many items they have."""
    query = f"{{ {' '.join(f'{name}: items {{ price }}' for name in sorted(places))} }}"
    assert sorted(paths(await answered(query, nothing, count))) == [[name] for name in sorted(places)]
