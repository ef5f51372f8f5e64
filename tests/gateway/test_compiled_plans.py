"""Plans as functions: what they are made of, when they are made, and what they leave to the plain code."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLString
from msgspec.structs import replace

from gateway import GatewaySettings
from gateway.compiled.compile import write_plan
from gateway.compiled.compiled_plan import CompiledPlan
from gateway.errors import SubgraphUnreachable
from gateway.executor import Calls, Context
from gateway.pipeline.operation_executor import ExecutionMode, InterpretedPlan, executable
from gateway.plan import Fetch, Names, QueryPlan, RootFields, Shape, ShapeField
from gateway.plan.context_batch import ContextBatch
from gateway.transport import MemoryTransport, SubgraphOperation
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.world import Federation
from tests.gateway.worlds import shop

QUERY = '{ user(id: "1 or nothing") { name } topProducts(first: 2) { name inStock } }'


@pytest.fixture
def federation() -> Federation:
    """The shop."""
    return shop()


def compiled(federation: Federation, query: str) -> CompiledPlan:
    """A query's plan as functions."""
    execution = executable(federation.plan(query), federation.transports(), "compiled").execution
    assert isinstance(execution, CompiledPlan)
    return execution


def flat(fields: int) -> QueryPlan:
    """A plan that fetches nothing, for an answer of so many fields."""
    shaped = tuple(ShapeField(f"f{n}", f"f{n}", f"Query.f{n}", GraphQLString) for n in range(fields))
    return QueryPlan("query", (), None, Names({}, {}), Shape("Query", {"Query": shaped}))


def nested(depth: int) -> QueryPlan:
    """The same for an answer of so many objects within one another."""
    shape = Shape("Query", {"Query": ()})
    for _ in range(depth):
        shape = Shape("Query", {"Query": (ShapeField("f", "f", "Query.f", GraphQLString, shape),)})
    return QueryPlan("query", (), None, Names({}, {}), shape)


def test_a_plan_is_compiled_unless_it_is_huge() -> None:
    """What would take long to compile, or more depth than Python has, is executed plainly."""
    assert isinstance(executable(flat(2_000), {}, "compiled").execution, CompiledPlan)
    assert isinstance(executable(flat(2_001), {}, "compiled").execution, InterpretedPlan)
    assert isinstance(executable(nested(1_500), {}, "compiled").execution, InterpretedPlan)
    assert isinstance(executable(flat(1), {}, "interpreted").execution, InterpretedPlan)


def test_the_code_has_nothing_of_the_document_but_names(federation: Federation) -> None:
    """Values stay in the documents that are sent."""
    written = write_plan(federation.plan(QUERY))
    assert written is not None
    assert "nothing" not in str(written.source)
    assert '"topProducts"' in str(written.source)


def test_a_traceback_shows_the_code(federation: Federation) -> None:
    """Whoever looks for a fault sees the line that was made."""
    execution = compiled(federation, QUERY)
    with pytest.raises(KeyError) as caught:
        execution.project_data({"user": {}, "topProducts": []})
    assert 'v0_0 = v0["name"]' in "".join(traceback.format_exception(caught.value))


async def test_an_answer_is_taken_over_without_a_copy(federation: Federation) -> None:
    """What only one object has is the very thing that the subgraph gave."""
    given: dict[str, Any] = {"user": {"name": "Ann"}}

    async def accounts(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": given}

    plan = federation.plan('{ user(id: "1") { name } }')
    ready = executable(plan, {"accounts": asking(accounts)}, "compiled")
    fetched = await ready.execution.fetch(Context(ready.calls))
    assert fetched.data["user"] is given["user"]


@pytest.mark.parametrize("trusted", [False, True])
async def test_an_answer_is_looked_through_unless_its_transport_vouches_for_it(
    federation: Federation, *, trusted: bool
) -> None:
    """What is left out is a failure of the subgraph, but of one that never leaves anything out."""

    async def accounts(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"user": {}}}

    plan = federation.plan('{ user(id: "1") { name } }')
    transport = replace(asking(accounts), trusted=trusted)
    ready = executable(plan, {"accounts": transport}, "compiled")
    fetched = await ready.execution.fetch(Context(ready.calls))
    assert [failure.service for failure in fetched.failures] == ([] if trusted else ["accounts"])


async def test_a_call_that_is_vouched_for_is_the_functions_own() -> None:
    """It gives a GraphQL response whatever goes wrong; any other function may be at fault."""

    async def call(
        _variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
    ) -> Mapping[str, Any]:
        raise ValueError("a fault")

    transport = MemoryTransport(lambda _document, _name: call)
    assert replace(transport, trusted=True).prepare("{ me }", None) is call
    with pytest.raises(SubgraphUnreachable, match="raised ValueError"):
        await transport.prepare("{ me }", None)({}, {}, None)


async def test_a_subgraphs_operation_is_prepared_once(federation: Federation, way: ExecutionMode) -> None:
    """Whatever the number of requests."""
    prepared: list[str] = []

    def noting(name: str) -> MemoryTransport:
        def prepare(document: str, operation_name: str | None) -> SubgraphOperation:
            prepared.append(name)
            return federation.transports()[name].prepare(document, operation_name)

        return MemoryTransport(prepare)

    ready = executable(federation.plan(QUERY), {name: noting(name) for name in federation.sources}, way)
    for _ in range(3):
        await ready.execution.fetch(Context(ready.calls))
    assert sorted(prepared) == ["accounts", "inventory", "products"]


async def test_an_object_that_gets_no_entity_is_no_violation(federation: Federation) -> None:
    """Null for an entity leaves its fields out, and the compiled projection takes that for null."""
    federation.broken["inventory"] = lambda _request: {"data": {"_entities": [None]}}
    query = "{ topProducts(first: 1) { upc inStock } }"
    ready = executable(federation.plan(query), federation.transports(), "compiled")
    fetched = await ready.execution.fetch(Context(ready.calls))
    assert isinstance(ready.execution, CompiledPlan)
    assert ready.execution.project_data(fetched.data) == {"topProducts": [{"upc": "1", "inStock": None}]}


def test_documents_that_depend_on_what_was_found_are_kept_within_bounds() -> None:
    """There may be one for every number of values; the least used are prepared again."""
    prepared: list[str] = []

    def prepare(document: str, _operation_name: str | None) -> SubgraphOperation:
        async def call(
            _variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
        ) -> Mapping[str, Any]:
            return {"data": {}}

        prepared.append(document)
        return call

    calls = Calls({"a": MemoryTransport(prepare)})

    def ask(document: str) -> None:
        returns = RootFields((), {})
        calls.of(
            Fetch(
                0, "a", document, None, (), frozenset(), returns, context_batch=ContextBatch("query", (), ())
            )
        )

    for number in range(17):
        ask(f"{{ f{number} }}")
    ask("{ f16 }")
    assert len(prepared) == 17
    ask("{ f0 }")
    assert len(prepared) == 18


@pytest.mark.parametrize("value", ["interpreted", "plain"])
def test_the_old_name_of_interpreted_execution_is_accepted(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deployments may have it in their environment."""
    monkeypatch.setenv("FURLONG_GATEWAY_EXECUTION", value)
    assert GatewaySettings().execution.execution == "interpreted"
