"""No request within the limits costs more than a hundred bet-slips, or is answered by a fault."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from tests.attacks.attacked import Attacked
from tests.attacks.documents import costly_document
from tests.support.examples import examples


@pytest.mark.parametrize("graph", ["club", "unpriced"])
@settings(max_examples=examples(6), suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True), data=st.data())
async def test_a_generated_request_costs_less_than_a_hundred_bet_slips(
    request: pytest.FixtureRequest, graph: str, random: Random, data: st.DataObject
) -> None:
    """Documents near one limit or several, with values for their conditions and some variables missing."""
    chosen: Attacked = request.getfixturevalue(graph)
    document = costly_document(random, chosen.supergraph.public)
    conditions = {f"c{n}": data.draw(st.booleans()) for n in range(6)}
    outcome = await chosen.query(document, {**conditions, **{f"v{n}": None for n in range(9)}})
    cost = outcome.calls / await chosen.unit()
    target(cost)
    assert outcome.status < 500
    assert cost < 100
