"""Answers with a cache are those without one, over worlds that nobody wrote."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from graphql import parse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.errors import CannotPlan
from gateway.features.response_cache.caching import Caching, EntryKeys, ResponseCacheMetrics
from gateway.features.response_cache.middleware import ResponseCacheMiddleware
from gateway.features.response_cache.stores import MemoryStore
from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import CacheHint, Supergraph, load_supergraph
from tests.federation_kit.case import Operation, Served, World, serve
from tests.federation_kit.comparison import MOVED, GatewayOf
from tests.federation_kit.composer import NotComposable
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.federation_kit.operations import operations
from tests.federation_kit.worlds import some_features, worlds
from tests.federation_kit.worlds.features import NAMES
from tests.support.examples import examples

WORLDS = examples(25)
HOUR = CacheHint(max_age=3600)

pytestmark = pytest.mark.timeout(900)


def cacheable(served: Served) -> Supergraph:
    """The supergraph of a world in which everything may be cached."""
    model = load_supergraph(served.composed.supergraph)
    names = {name for subgraph in model.subgraphs.values() for name in subgraph.types}
    subgraphs = model.subgraphs.values()
    roots = {f"{model.query}.{name}" for each in subgraphs for name in root_fields(model, each)}
    return replace(model, cache_hints=dict.fromkeys(names | roots, HOUR))


def root_fields(model: Supergraph, subgraph: Any) -> Mapping[str, Any]:
    """The fields of the query type in a subgraph."""
    known = subgraph.types.get(model.query)
    return {} if known is None else known.fields


class Cached:
    """A gateway over a world that caches all it may."""

    def __init__(self, served: Served) -> None:
        self.gateway = GatewayOf(served)
        self.model = cacheable(served)
        self.preparer = Preparer(self.model, GENEROUS_LIMITS, labels_on=lambda: MOVED)
        self.caching = Caching(MemoryStore(10**8), EntryKeys(frozenset()), ResponseCacheMetrics(), 3600)

    def answer(self, operation: Operation, mode: ExecutionMode) -> str:
        """The answer to an operation, as text."""
        _, planned = self.preparer.plan(operation.document, None, operation.variables)
        middleware = (ResponseCacheMiddleware(self.model, self.caching),)
        executor = OperationExecutor(
            self.preparer, self.gateway.transports(), lambda *_: None, mode, middleware=middleware
        )
        own = PlannedOperation(planned.plan, planned.introspection)
        return json.dumps(asyncio.run(executor.execute(own, operation.variables, {})).body)


def test_an_answer_from_the_cache_is_the_one_without_it() -> None:
    """A query gives the same in both modes, also if a part of it is cached; asked again, no call is made."""
    tried = 0

    @settings(
        max_examples=WORLDS,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(worlds(some_features(frozenset(NAMES))), st.data())
    def trying(world: World, data: st.DataObject) -> None:
        nonlocal tried
        try:
            served = serve(world)
        except NotComposable:
            return
        cached, fetched = Cached(served), GatewayOf(served)
        for number in range(4):
            operation = data.draw(operations(served.public))
            if not is_query(operation):
                continue
            try:
                expected = json.dumps(fetched.answer(operation))
            except CannotPlan:
                continue
            mode: ExecutionMode = "compiled" if number % 2 else "interpreted"
            other: ExecutionMode = "interpreted" if number % 2 else "compiled"
            assert cached.answer(operation, mode) == expected
            cached.gateway.record.calls.clear()
            assert cached.answer(operation, other) == expected
            assert not cached.gateway.record.calls
            tried += 1

    trying()
    assert tried >= 2 * WORLDS


def is_query(operation: Operation) -> bool:
    """Whether an operation is a query, which may be answered twice alike."""
    (first, *_) = (
        definition for definition in parse(operation.document).definitions if hasattr(definition, "operation")
    )
    return bool(first.operation.value == "query")
