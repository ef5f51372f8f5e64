"""A response does not depend on how many entities one request may have, over generated worlds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.settings.limits import ResponseLimits
from tests.federation_kit.case import World, serve
from tests.federation_kit.comparison import GatewayOf, comparable, excused
from tests.federation_kit.composer import NotComposable
from tests.federation_kit.objects import Run
from tests.federation_kit.operations import operations
from tests.federation_kit.worlds import some_features, worlds
from tests.federation_kit.worlds.features import NAMES
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
def test_one_entity_a_request_gives_what_the_monolith_gives(world: World, data: st.DataObject) -> None:
    """By compiled and interpreted plans, also where arguments come from ancestors."""
    try:
        gateway = GatewayOf(serve(world), limits=ResponseLimits(fetch_entities=1))
    except NotComposable:
        return
    for _ in range(3):
        operation: Any = data.draw(operations(gateway.served.public))
        answer, run = gateway.answer(operation), Run()
        truth = gateway.served.monolith.answer(operation.document, operation.variables, run)
        expected = excused(truth, answer, run)["data"]
        assert "errors" not in answer
        assert comparable(answer["data"]) == comparable(expected)
        assert gateway.answer_again(operation, "interpreted") == answer
        for _, request in gateway.record.calls:
            sent = [each for name, each in request.variables.items() if name.startswith("representations")]
            assert sum(map(len, sent)) <= 1
