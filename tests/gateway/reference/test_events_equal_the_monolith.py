"""The response to an event is what one schema over the same data makes of it, over generated worlds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.federation_kit.case import Served, World, serve
from tests.federation_kit.comparison import GatewayOf, difference
from tests.federation_kit.composer import NotComposable
from tests.federation_kit.operations import operations
from tests.federation_kit.worlds import some_features, worlds
from tests.federation_kit.worlds.features import NAMES
from tests.gateway.reference.subscribed_worlds import subscriptions, with_subscriptions
from tests.support.examples import examples

WORLDS = examples(35)

pytestmark = pytest.mark.timeout(900)


def test_every_response_is_the_monoliths() -> None:
    """By compiled and interpreted plans, over subgraphs that are trusted, are not, and fail at random."""
    counts: Counter[str] = Counter()

    @settings(
        max_examples=WORLDS,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(worlds(some_features(frozenset(NAMES))), st.data())
    def compared(world: World, data: st.DataObject) -> None:
        served = _served(world)
        if served is None:
            return
        counts["worlds"] += 1
        gateway = GatewayOf(served)
        for _ in range(3):
            drawn: Any = data.draw(operations(served.public))
            for each in subscriptions(drawn, served.world):
                found = difference(gateway, each)
                assert found is None, f"{found}\n{each}\n{served.world.subgraphs}"
                counts["events"] += 1
                counts["fetches"] += len(gateway.record.calls) - 1

    compared()
    assert counts["worlds"] >= WORLDS // 2
    assert counts["events"] >= WORLDS, counts
    assert counts["fetches"] >= WORLDS // 4, counts


def _served(world: World) -> Served | None:
    try:
        return serve(with_subscriptions(world))
    except NotComposable:
        return None
