"""The gateways that are attacked: the club's own graph, and one of someone else's with 60 subgraphs."""

from __future__ import annotations

import asyncio

import pytest

from tests.attacks.attacked import BETSLIP, CLUB, Attacked, attacked
from tests.support.gateway.foreign_supergraph import foreign_supergraph


@pytest.fixture(scope="session")
def club() -> Attacked:
    """The club's graph."""
    return attacked(CLUB)


@pytest.fixture(scope="session")
def foreign() -> Attacked:
    """A graph of 60 subgraphs."""
    return attacked(foreign_supergraph(60))


@pytest.fixture(scope="session")
def unpriced() -> Attacked:
    """The graph of 60 subgraphs, at a gateway that only measures costs: other limits must hold alone."""
    return attacked(foreign_supergraph(60), cost={"mode": "measure"})


@pytest.fixture(params=["club", "foreign"])
def target(request: pytest.FixtureRequest) -> Attacked:
    """Each of them."""
    chosen: Attacked = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(scope="session")
def hundred() -> int:
    """What a hundred bet-slips cost that the gateway knows."""

    async def known() -> int:
        served = attacked(CLUB)
        return min([(await served.query(BETSLIP, {"brand": "b"})).calls for _ in range(3)])

    return 100 * asyncio.run(known())
