"""For any world, rules and caller, the answer is that of one schema whose resolvers apply the rules."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from gateway.errors import CannotPlan
from tests.federation_kit.case import Served, serve
from tests.federation_kit.comparison import excused
from tests.federation_kit.composer import NotComposable
from tests.federation_kit.objects import Run
from tests.federation_kit.operations import operations
from tests.federation_kit.worlds import some_features, worlds
from tests.federation_kit.worlds.features import NAMES
from tests.gateway.pipeline.access.guarded_worlds import GuardedGateway, rules
from tests.gateway.pipeline.access.guards import EVERYBODY, GuardedMonolith, Guards
from tests.support.examples import examples

CODE = "UNAUTHORIZED_FIELD_OR_TYPE"


@settings(
    max_examples=examples(40),
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    report_multiple_bugs=False,
    print_blob=False,
)
@given(worlds(some_features(frozenset(NAMES))), st.data())
def test_every_caller_gets_what_one_schema_with_the_same_rules_gives(world: Any, data: st.DataObject) -> None:
    """Data, null propagation and the places of errors are the same, and nothing hidden is read."""
    try:
        served = serve(world)
    except NotComposable:
        assume(condition=False)
    gateway = GuardedGateway(served, stated=data.draw(rules(served)))
    for _ in range(2):
        operation = data.draw(operations(served.public))
        for caller in data.draw(st.lists(st.sampled_from(EVERYBODY), min_size=1, max_size=3, unique=True)):
            guards = Guards(served.monolith.truth, gateway.stated, caller)
            run = Run()
            truth = GuardedMonolith(served.monolith, guards).answer(
                operation.document, operation.variables, run
            )
            try:
                given_answers = [
                    asyncio.run(gateway.answered(operation, caller, way))
                    for way in ("compiled", "interpreted")
                ]
            except CannotPlan as error:
                if "introspect" in str(error):
                    continue
                raise
            for answer in given_answers:
                _same(truth, answer, run, f"{caller}\n{gateway.stated}\n{operation.document}")
            _reads_nothing_hidden(served, guards, gateway)


def _same(truth: Mapping[str, Any], answer: Mapping[str, Any], run: Run, told: str) -> None:
    expected = excused(truth, answer, run)
    assert {each["extensions"]["code"] for each in answer.get("errors", ())} <= {CODE}, (answer, told)
    assert json.dumps(_plain(answer["data"])) == json.dumps(_plain(expected["data"])), told
    assert _explained(answer) == _explained(expected), told


def _plain(data: Any) -> Any:
    """Data without introspection, whose order means nothing and which has tests of its own."""
    if data is None:
        return None
    return {name: each for name, each in data.items() if name not in ("__schema", "__type", "meta")}


def _explained(answer: Mapping[str, Any]) -> set[tuple[str | int, ...]]:
    """The nulls that errors explain: of several errors below one null, any may have been met first."""
    return {_null_above(answer["data"], error["path"]) for error in answer.get("errors", ())}


def _null_above(data: Any, path: list[str | int]) -> tuple[str | int, ...]:
    for length, part in enumerate(path):
        if data is None:
            return tuple(path[:length])
        data = data[part]
    return tuple(path)


def _reads_nothing_hidden(served: Served, guards: Guards, gateway: GuardedGateway) -> None:
    """Subgraphs were asked for no field that the caller may not see, except to name an entity."""
    keys = {name for subgraph in served.monolith.truth.subgraphs for name in _key_fields(subgraph)}
    hidden = [
        (key, name)
        for key, name in gateway.record.run.answered
        if name not in keys and not guards.sees(served.monolith.truth.typename(key), name)
    ]
    assert not hidden


def _key_fields(subgraph: Any) -> Iterator[str]:
    for kind in subgraph.types.values():
        for selections, _ in kind.keys:
            pending = [selections]
            while pending:
                for node in pending.pop().selections:
                    if hasattr(node, "name"):
                        yield node.name.value
                    if getattr(node, "selection_set", None) is not None:
                        pending.append(node.selection_set)
