"""Attack: send what is new to the gateway; what counts is its processor time, in bet-slips that it knows.

By day, `tests/attacks/test_new_documents.py` counts instead: a ratio of times fails on a busy machine.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

import pytest

from foundation.garbage_collection import freeze_long_lived_objects
from tests.attacks.attacked import CLUB
from tests.attacks.hostile import KINDS
from tests.attacks.measured import Measured, measured
from tests.attacks.test_new_documents import INTROSPECTION, clubs, hostile, introspecting

pytestmark = pytest.mark.skipif(
    os.environ.get("FURLONG_NIGHTLY", "") in {"", "0"}, reason="a busy machine fails it: make nightly"
)
MOST: Final = 100
"""How many known bet-slips a request may cost."""


@pytest.fixture(scope="module", autouse=True)
def _serving() -> Iterator[None]:
    """Exempt what the tests themselves have created from collections, as each process that serves does."""
    thresholds = gc.get_threshold()
    freeze_long_lived_objects()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


async def cost_of(gateway: Measured, body_of: Callable[[str], bytes], *, request: int = 1) -> float:
    """Return what a request costs.

    Some are measured while the machine is busy: those that seem dear are measured again, for only the least
    of several times says what a request costs.
    """
    cost, reply = await gateway.cost(body_of, request=request)
    assert reply.status < 500
    return cost if cost < MOST else (await gateway.cost(body_of, request=request, times=12))[0]


@pytest.mark.timeout(3600)
async def test_hostile_requests_cost_less_than_a_hundred_known_bet_slips_each() -> None:
    """Clubs with conditions, new and used again; each kind of hostile request alone; and 500 mixed ones."""
    shipped = measured(CLUB)
    bodies = {f"{number} clubs": (clubs(number), 1) for number in (1, 3, 8)}
    bodies["3 clubs again"] = clubs(3), 2
    bodies |= {kind: (hostile(Random(kind), shipped, (kind,)), 1) for kind in KINDS}  # noqa: S311 - not for secrets
    for number in range(500):
        random = Random(number)  # noqa: S311 - not for secrets
        kinds = tuple(random.sample(list(KINDS), random.choice((1, 1, 2, 3))))
        bodies[f"{number}: {', '.join(kinds)}"] = hostile(random, shipped, kinds), 1
    costs = {name: await cost_of(shipped, body, request=request) for name, (body, request) in bodies.items()}
    assert {name: cost for name, cost in costs.items() if cost >= MOST} == {}


@pytest.mark.parametrize("kind", INTROSPECTION)
async def test_introspection_costs_less_than_a_hundred_known_bet_slips(kind: str) -> None:
    """The first of each of several gateways: later ones cost next to nothing."""
    costs = []
    for _ in range(5):
        cost, reply = await measured(CLUB, introspection=True).cost(introspecting(kind), times=1)
        assert reply.status < 500
        costs.append(cost)
    assert min(costs) < MOST
