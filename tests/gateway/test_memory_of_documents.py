"""What documents take in memory is measured, bounded, and given back."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
import weakref
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import FieldNode, GraphQLObjectType, Token, get_named_type, is_leaf_type, is_required_argument

from foundation.graphql_http.request import GraphQLRequest
from gateway.pipeline.cold_planning import ColdPlanning
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.preparation.known_bodies import KnownBodies
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.prepared import PreparedDocument
from gateway.pipeline.preparation.preparer import Preparer
from gateway.pipeline.preparation.sizes import json_bytes
from gateway.settings.caches import CacheSettings
from gateway.settings.limits import DocumentLimits
from gateway.supergraph import load_supergraph
from jit.codegen import Variables

ROOT = Path(__file__).resolve().parents[2]
SUPERGRAPH = load_supergraph((ROOT / "schema.graphql").read_text())
UNLIMITED = PreparationLimits(DocumentLimits(tokens=10_000, points=100_000, chars=100_000, aliases=1_000))
LEAST = 5_000
"""The least bytes of a document in the cache."""


class Silent:
    """A subgraph over a network that is never asked."""

    trusted = False

    def prepare(self, _document: str, _operation_name: str | None) -> Any:
        """Prepare an operation that takes no memory."""

        async def call(*_: object) -> Mapping[str, Any]:
            raise AssertionError

        return call


def executor_of(limits: PreparationLimits) -> OperationExecutor:
    """What plans and compiles for the club."""
    transports = {name: Silent() for name in SUPERGRAPH.subgraphs}
    return OperationExecutor(Preparer(SUPERGRAPH, limits), transports, lambda *_: None)


def generated(random: Random, fields: int) -> str:
    """A document with about so many fields of the club."""
    left = fields
    names = 0

    def selection(owner: GraphQLObjectType, depth: int) -> str:
        nonlocal left, names
        found = []
        for name, field in random.sample(list(owner.fields.items()), len(owner.fields)):
            kind = get_named_type(field.type)
            if left <= 0 or any(map(is_required_argument, field.args.values())):
                continue
            for _ in range(random.choice((1, 1, 2))):
                names += 1
                if is_leaf_type(kind):
                    left -= 1
                    found.append(f"a{names}: {name}")
                elif isinstance(kind, GraphQLObjectType) and depth < 4:
                    below = selection(kind, depth + 1)
                    found += [f"a{names}: {name} {{ {below} }}"] if below else []
        return " ".join(found)

    club = SUPERGRAPH.public.type_map["Club"]
    assert isinstance(club, GraphQLObjectType)
    return f"query($b: ID!) {{ club(brand: $b) {{ id {selection(club, 0)} }} }}"


def planned(executor: OperationExecutor, query: str) -> PreparedDocument:
    """A document with its plan, compiled."""
    prepared = executor.preparer.prepare(query, None)
    executor.make_executable(executor.preparer.planned_for(prepared, ()))
    executor.preparer.measure(prepared)
    return prepared


def test_the_size_of_a_document_is_what_the_allocator_counts() -> None:
    """Within a factor of two, for documents of any size."""
    executor = executor_of(UNLIMITED)
    random = Random(7)  # noqa: S311 - a test
    queries = [generated(random, fields) for fields in (3, 20, 60, 120, 200)]
    gc.collect()
    gc.freeze()  # what other tests left is not visited by each collection
    tracemalloc.start()
    try:
        # What the schema's own caches take belongs to no document.
        kept = [planned(executor, query.replace("query", "query Warm", 1)) for query in queries]
        for query in queries:
            # A table of the whole process may grow meanwhile, but not with each of three documents.
            counts = []
            for number in range(3):
                gc.collect()
                before, _ = tracemalloc.get_traced_memory()
                kept.append(planned(executor, query.replace("query", f"query Q{number}", 1)))
                gc.collect()
                counts.append(tracemalloc.get_traced_memory()[0] - before)
            assert min(counts) / 2 < kept[-1].size < min(counts) * 2, query
    finally:
        tracemalloc.stop()
        gc.unfreeze()


def _parts_of_trees() -> list[object]:
    gc.collect()
    return [part for part in gc.get_objects() if isinstance(part, FieldNode | Token)]


def test_a_document_is_not_kept_as_a_tree() -> None:
    """Planning parses it again, so neither a cached document nor its plan holds a node of it."""
    executor = executor_of(PreparationLimits())
    earlier = _parts_of_trees()
    known = set(map(id, earlier))
    document = planned(executor, "query($b: ID!) { club(brand: $b) { id state week { id } } }")
    definitions = 2  # the tokens between which an error finds the definition of the variable
    assert sum(id(part) not in known for part in _parts_of_trees()) == definitions
    assert len(document.plans) == 1


@pytest.mark.parametrize("value", [[[] for _ in range(1_000)], {"a": ["x" * 100, 1, None, {"b": 2.5}]}])
def test_the_size_of_variables_is_what_they_take(value: Any) -> None:
    """Empty lists are short to write and take twenty times as much."""
    assert json_bytes(value) > 100
    assert json_bytes([[] for _ in range(1_000)]) > 50_000


def test_a_flood_of_documents_leaves_what_is_used_often_planned() -> None:
    """Hundreds of documents that come once take no more than the cache's bytes, and the plans stay."""
    executor = executor_of(PreparationLimits(caches=CacheSettings(plan_cache_bytes=10 * 40_000)))
    preparer = executor.preparer
    hot = [f"query($b: ID!) {{ club(brand: $b) {{ id h{number}: state }} }}" for number in range(5)]
    for _ in range(3):
        documents = [planned(executor, query) for query in hot]
    for number in range(200):
        preparer.prepare(f"{{ f{number}: __typename }}", None)
        asked = hot[number % 5]
        if number % 10 == 0:
            assert preparer.cached_document(asked, None) is documents[number % 5]
        assert preparer.documents.held <= 10 * 40_000
    assert preparer.documents.evictions > 50
    assert all(document.plans.get((), frozenset()) is not None for document in documents)


def test_an_evicted_document_is_given_back_whoever_knows_its_body() -> None:
    """A known body names its document and does not hold it."""
    preparer = Preparer(SUPERGRAPH, PreparationLimits(caches=CacheSettings(plan_cache_bytes=20 * LEAST)))
    bodies = KnownBodies(1024 * 1024, preparer.documents)
    alive: weakref.WeakSet[Variables] = weakref.WeakSet()
    for number in range(100):
        query = f"{{ f{number}: __typename }}"
        request = preparer.prepare_request(GraphQLRequest(query))
        bodies.put(query.encode(), request)
        known = bodies.get(query.encode())
        assert (known is not None) == (request.document.key in preparer.documents)
        alive.add(request.document.variables)
        del request, known
    assert len(alive) == len(preparer.documents) < 20


def test_a_body_with_large_variables_is_not_kept() -> None:
    """It would take the room of many others."""
    preparer = Preparer(SUPERGRAPH, PreparationLimits())
    bodies = KnownBodies(100_000, preparer.documents)
    request = preparer.prepare_request(
        GraphQLRequest("{ __typename }", None, {"x": [[] for _ in range(1_000)]})
    )
    bodies.put(b"large", request)
    bodies.put(b"small", preparer.prepare_request(GraphQLRequest("{ __typename }")))
    assert bodies.get(b"large") is None
    assert bodies.get(b"small") is not None


def test_the_plans_of_one_document_evict_one_another() -> None:
    """Sixty-four combinations of conditions keep no more plans than allowed; others lose nothing."""
    preparer = Preparer(SUPERGRAPH, PreparationLimits(caches=CacheSettings(plans_per_document=4)))
    names = [f"v{number}" for number in range(6)]
    query = (
        f"query({' '.join(f'${name}: Boolean!' for name in names)}) "
        f"{{ {' '.join(f'{name}: __typename @include(if: ${name})' for name in names)} }}"
    )
    other = preparer.prepare("{ __typename }", None)
    plan = preparer.planned_for(other, ())
    document = preparer.prepare(query, None)
    for number in range(64):
        preparer.planned_for(
            document, tuple((name, bool(number >> bit & 1)) for bit, name in enumerate(names))
        )
        assert len(document.plans) <= 4
    assert preparer.planned_for(other, ()) is plan


async def test_a_document_that_is_not_kept_is_made_once_for_all_that_wait() -> None:
    """Requests with it share what one of them has made, although no cache holds it."""
    preparer = Preparer(SUPERGRAPH, PreparationLimits(caches=CacheSettings(plan_cache_bytes=1)))
    made = []
    prepare, plan = preparer.prepare, preparer.plan_request
    preparer.prepare = lambda *asked, **how: (made.append("document"), prepare(*asked, **how))[1]  # type: ignore[method-assign]
    preparer.plan_request = lambda request: (made.append("plan"), plan(request))[1]  # type: ignore[method-assign]
    planning = ColdPlanning(preparer, lambda _: None, lambda _: None)
    asked = GraphQLRequest("{ new: __typename }")
    requests = await asyncio.gather(*(planning.prepare(asked) for _ in range(10)))
    plans = await asyncio.gather(*(planning.plan(each) for each in requests))
    planning.close()
    assert len({id(each) for each in plans}) == 1
    assert made == ["document", "plan"]
    assert len(preparer.documents) == 0


def test_documents_of_the_start_are_pinned() -> None:
    """A flood takes no more than its own part of the cache."""
    executor = executor_of(PreparationLimits(caches=CacheSettings(plan_cache_bytes=20 * LEAST)))
    for name in ("A", None):
        document = executor.preparer.prepare("query A { __typename }", name, pinned=True)
    assert executor.preparer.cached_document("query A { __typename }", "A") is document
    for number in range(60):
        for _ in range(2):
            executor.preparer.prepare(f"{{ f{number}: __typename }}", None)
    assert executor.preparer.cached_document("query A { __typename }", None) is document
