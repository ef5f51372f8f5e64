"""Lists that subgraphs of the same process share among answers: used as they are, and never written into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.compiled.analysis import writes_into_lists
from gateway.executor import Context
from gateway.pipeline.operation_executor import ExecutionMode, executable
from jit import SharedList
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.world import Federation
from tests.gateway.worlds import shop


@pytest.fixture
def federation() -> Federation:
    """The shop."""
    return shop()


async def answered(
    federation: Federation, query: str, way: ExecutionMode, products: Any
) -> dict[str, Any] | None:
    """The answer when the subgraph of products gives these."""

    async def give(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"topProducts": products}}

    plan = federation.plan(query)
    ready = executable(plan, {**federation.transports(), "products": asking(give)}, way)
    fetched = await ready.execution.fetch(Context(ready.calls))
    data, failures = ready.execution.project(fetched.data, fetched.failures)
    assert not failures
    return data


async def test_what_lies_in_a_lasting_list_is_projected_once(federation: Federation) -> None:
    """The next answer of the same plan takes over what was made of it."""
    products = SharedList([{"upc": "1", "name": "Table"}])

    async def give(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"topProducts": products}}

    ready = executable(
        federation.plan("{ topProducts { name upc } }"), {"products": asking(give)}, "compiled"
    )
    answers = []
    for _ in range(2):
        fetched = await ready.execution.fetch(Context(ready.calls))
        answers.append(ready.execution.project(fetched.data, fetched.failures)[0] or {})
    assert answers[0] == {"topProducts": [{"name": "Table", "upc": "1"}]}
    assert answers[1]["topProducts"] is answers[0]["topProducts"]


async def test_entities_are_not_written_into_a_lasting_list(
    federation: Federation, way: ExecutionMode
) -> None:
    """Other answers have it too, so what later fetches bring goes into a copy."""
    products = SharedList([{"__typename": "Product", "upc": "1"}])
    answer = await answered(federation, "{ topProducts { upc inStock } }", way, products)
    assert answer == {"topProducts": [{"upc": "1", "inStock": False}]}
    assert products == [{"__typename": "Product", "upc": "1"}]


async def test_a_lasting_list_that_lacks_something_is_told_of_as_any_other(
    federation: Federation, way: ExecutionMode
) -> None:
    """What does not fit is found each time, not once."""
    products = SharedList([{"upc": "1"}])
    for _ in range(2):
        with pytest.raises(AssertionError):
            await answered(federation, "{ topProducts { upc name } }", way, products)


def test_a_plan_writes_into_lists_where_entities_lie_in_them(federation: Federation) -> None:
    """What is brought to a product lands in the list of products."""
    assert writes_into_lists(federation.plan("{ topProducts { upc inStock } }").fetches)


@pytest.mark.parametrize(
    "query", ["{ topProducts { upc name } }", '{ user(id: "1") { name } topProducts { upc } }']
)
def test_a_plan_that_brings_whole_lists_does_not_write_into_them(federation: Federation, query: str) -> None:
    """Whatever else it brings beside them."""
    assert not writes_into_lists(federation.plan(query).fetches)
