"""Introspection is bounded by an estimate, kept as text, and can be restricted to the usual tools."""

from __future__ import annotations

import threading
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import httpx
import orjson
import pytest
from graphql import (
    ExecutionResult,
    OperationDefinitionNode,
    execute_sync,
    get_introspection_query,
    graphql_sync,
    parse,
)
from graphql.execution import experimental_execute_incrementally
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bench.counts.counting import Counting
from gateway import GatewaySettings, create_gateway
from gateway.pipeline import introspection_responses
from gateway.pipeline.introspection_responses import IntrospectionCache
from gateway.pipeline.limits import IntrospectionSizes
from gateway.pipeline.limits.introspection import is_usual_introspection
from gateway.pipeline.limits.introspection_size import STANDARD
from gateway.projection import introspect
from gateway.settings.introspection import IntrospectionSettings
from gateway.supergraph import load_supergraph
from tests.attacks.documents import Habits, Writer
from tests.support.examples import examples
from tests.support.gateway.foreign_supergraph import foreign_supergraph

CLUB = (Path(__file__).resolve().parents[2] / "schema.graphql").read_text()
PUBLIC = {"club": load_supergraph(CLUB).public, "foreign": load_supergraph(foreign_supergraph(12)).public}
OPTIONS = ("descriptions", "specified_by_url", "directive_is_repeatable", "schema_description", "one_of")
SIZES = {name: IntrospectionSizes.of(schema) for name, schema in PUBLIC.items()}
BOMB = (
    "{ __schema { types { " + " ".join(f"a{n}: fields {{ ...F }}" for n in range(16)) + " } } } "
    "fragment F on __Field { type { b: fields { ...G } c: fields { ...G } } } "
    "fragment G on __Field { name description type { name } }"
)


def operation_of(text: str) -> OperationDefinitionNode:
    """The first operation of a document."""
    return next(
        definition
        for definition in parse(text).definitions
        if isinstance(definition, OperationDefinitionNode)
    )


def application(introspection: object = "true", **more: Any) -> Any:
    """A gateway for the club, whose subgraphs are not asked."""
    return create_gateway(CLUB, settings=GatewaySettings(introspection=introspection, **more))


async def send(app: Any, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """The response to a query."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        sent = {"query": query, "variables": variables or {}}
        body: dict[str, Any] = orjson.loads((await client.post("/graphql", json=sent)).content)
        return body


def code(body: dict[str, Any]) -> str | None:
    """The code of the first error, if there is one."""
    return next((each["extensions"]["code"] for each in body.get("errors", ())), None)


@settings(max_examples=examples(40))
@given(random=st.randoms(use_true_random=False), graph=st.sampled_from(sorted(PUBLIC)))
def test_the_estimate_is_no_less_than_the_response(random: Random, graph: str) -> None:
    """Whatever is selected, with aliases and fragments, over a small schema and a large one."""
    schema = PUBLIC[graph]
    writer = Writer(schema, random, Habits(0.5, 0.3, 0.1, 0, 0, 0, 0, 0), most_depth=5, most_merged=3)
    text, _, _ = writer.selection(schema.type_map["__Schema"], 1, 8)
    query = f"{{ __schema {text} }}"
    estimate = SIZES[graph].response_bytes(parse(query), operation_of(query))
    assume(estimate < 100_000)  # what is larger takes too long to make
    answered = execute_sync(schema, parse(query))
    assert answered.data is not None
    assert len(orjson.dumps(answered.data)) <= 1.25 * estimate + 1_000


@pytest.mark.parametrize("graph", sorted(PUBLIC))
def test_the_estimate_for_the_usual_query_is_near_its_response(graph: str) -> None:
    """Lists of the whole schema count as long as they are, and not each as long as the longest."""
    real = len(orjson.dumps(graphql_sync(PUBLIC[graph], STANDARD).data))
    assert real < SIZES[graph].standard_bytes() < 6 * real


@pytest.mark.parametrize("chosen", list(product((False, True), repeat=len(OPTIONS))))
def test_the_usual_query_is_known_with_any_options(chosen: tuple[bool, ...]) -> None:
    """As the reference implementation writes it, and with types unwrapped less deeply or more."""
    for depth in (3, 9, 15):
        text = get_introspection_query(**dict(zip(OPTIONS, chosen, strict=True)), type_depth=depth)
        assert is_usual_introspection(parse(text), operation_of(text))


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { x: name } } }",
        '{ __type(name: "Club") { name } }',
        "{ __schema { types { fields { type { fields { name } } } } } }",
        "query ($d: Boolean) { __schema { types { fields(includeDeprecated: $d) { name } } } }",
        "{ __schema { types { name @include(if: true) } } }",
        "{ s: __schema { types { name } } }",
        '{ __schema { types { name } } club(brand: "b") { id } }',
    ],
)
async def test_other_introspection_is_refused_where_only_the_usual_is_allowed(query: str) -> None:
    """With a code of its own; where introspection is open, the same is answered."""
    assert code(await send(application("known"), query)) == "INTROSPECTION_NOT_KNOWN"
    assert code(await send(application(), query)) != "INTROSPECTION_NOT_KNOWN"


async def test_the_usual_query_is_answered_where_only_it_is_allowed() -> None:
    """Letter by letter as graphql-core does."""
    body = await send(application("known"), STANDARD)
    public = load_supergraph(CLUB, incremental=True).public
    expected = experimental_execute_incrementally(public, parse(STANDARD))
    assert isinstance(expected, ExecutionResult)
    assert body == {"data": expected.data}


async def test_introspection_without_measure_is_refused_before_it_is_executed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Aliases in nested fragments multiply; the estimate does not follow them."""
    monkeypatch.setattr(introspection_responses, "introspect", lambda *_: pytest.fail("executed"))
    with Counting(opcodes=False) as counted:
        estimate = SIZES["club"].response_bytes(parse(BOMB), operation_of(BOMB))
    assert estimate > 10 * IntrospectionSettings().bytes
    assert counted.all_calls < 100_000
    assert code(await send(application(), BOMB)) == "INTROSPECTION_TOO_LARGE"


async def test_a_repeated_introspection_is_made_once_and_not_in_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other white space, other bodies: the answer's text is kept. The planning thread makes it."""
    threads: list[str] = []
    original = introspect

    def observed(*given: Any) -> Any:
        threads.append(threading.current_thread().name)
        return original(*given)

    monkeypatch.setattr(introspection_responses, "introspect", observed)
    app = application()
    first = await send(app, STANDARD)
    assert [await send(app, f"{STANDARD}{' ' * blanks}") for blanks in range(3)] == 3 * [first]
    assert len(threads) == 1
    assert threads[0].startswith("gateway-planning")


async def test_answers_depend_on_variables_and_stand_beside_data() -> None:
    """Also the variables that decide what is introspected."""
    app = application()
    query = "query ($name: String!) { __typename __type(name: $name) { name } }"
    for name, expected in (("Club", {"name": "Club"}), ("Brand", {"name": "Brand"}), ("None", None)) * 2:
        assert await send(app, query, {"name": name}) == {"data": {"__typename": "Query", "__type": expected}}


def test_kept_answers_are_bounded_by_their_bytes() -> None:
    """The least recently used are forgotten first; what is larger than the cache is not kept."""
    cache = IntrospectionCache(100)
    for name in "abc":
        cache.put(name, {}, 40)
        assert cache.get("a") is not None
    assert cache.get("b") is None
    assert len(cache) == 2
    cache.put("d", {}, 101)
    assert cache.get("d") is None
