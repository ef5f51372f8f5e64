"""Parts of responses over supergraphs that nobody wrote add up to what one schema over the data gives."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import load_supergraph
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.case import Operation, Served, serve
from tests.federation_kit.comparison import MOVED, comparable, excused
from tests.federation_kit.composer import NotComposable
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.federation_kit.objects import Run
from tests.federation_kit.operations import operations
from tests.federation_kit.worlds import some_features, worlds
from tests.federation_kit.worlds.features import NAMES
from tests.gateway.features.incremental.deferred_documents import deferred
from tests.gateway.features.incremental.parted import bodies, merged, payloads_over
from tests.support.examples import examples

pytestmark = pytest.mark.timeout(900)


@settings(
    max_examples=examples(12),
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(worlds(some_features(frozenset(NAMES))), st.data())
def test_parts_over_any_supergraph_add_up_to_the_monoliths_answer(world: Any, data: st.DataObject) -> None:
    """Without errors, whatever is deferred or streamed; no subgraph is asked for what it must not be."""
    try:
        served = serve(world)
    except NotComposable:
        return
    model = load_supergraph(served.composed.supergraph, incremental=True)
    preparer = Preparer(model, GENEROUS_LIMITS, labels_on=lambda: MOVED)
    for _ in range(3):
        operation: Operation = data.draw(operations(served.public))
        public = preparer.supergraph.public
        document = deferred(operation.document, public, data.draw)
        introspects = "__schema" in document or "__type(" in document
        if not introspects and not validate(public, parse(document)):
            found = wrong(served, preparer, operation, document)
            assert found is None, f"{found}\n{document}\n{operation.variables}\n{world.subgraphs}"


def wrong(served: Served, preparer: Preparer, operation: Operation, document: str) -> str | None:
    """What is wrong with the parts of an operation, if anything."""
    run, refused = Run(), list[Any]()

    async def ask(name: str, request: SubgraphRequest) -> dict[str, Any]:
        given: dict[str, Any] = json.loads(
            json.dumps(served.subgraphs[name].answer(request.query, request.variables, run))
        )
        refused.extend(given.get("errors", ()))
        return given

    transports = {
        name: asking(lambda request, name=name: ask(name, request))  # type: ignore[misc]
        for name in served.subgraphs
    }
    parts = asyncio.run(payloads_over(preparer, transports, document, operation.variables))
    truth_run = Run()
    truth = served.monolith.answer(operation.document, operation.variables, truth_run)
    for spec in ("v0.2", "v0.1"):
        reader = merged(bodies(parts, spec), spec)
        if refused or reader.errors:
            return f"{refused} {reader.errors}"
        expected = excused(truth, reader.response, truth_run)
        if comparable(reader.data) != comparable(expected["data"]):
            return f"expected {expected['data']}\ngot      {reader.data}"
    return None
