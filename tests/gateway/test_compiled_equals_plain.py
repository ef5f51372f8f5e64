"""Compiled and plain plans give the same answers and ask the same, whatever subgraphs do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.executor.masking import ErrorMasking
from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.transport import MemoryTransport
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.faults import Faults
from tests.gateway.regression_queries import QUERIES
from tests.gateway.world import Federation
from tests.gateway.worlds import club

SEEDS = 400

BETSLIP = """
{
  club(brand: "b") {
    id state week { id state } membership { optedIn version }
    progress { percent staked { minor display } recentBets { betId } }
    options { id title value { display } } choice { version option { id } }
  }
}
"""


@dataclass
class Spoiling:
    """A federation whose subgraphs' answers are spoiled.

    Attributes:
        federation: What subgraphs answer in truth.
        query: What is asked.
        faults: What becomes of their answers.
        asked: What subgraphs were asked.
    """

    federation: Federation
    query: str
    faults: Faults = field(default_factory=lambda: Faults(0))
    asked: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    def both(self) -> Callable[[ExecutionMode], Awaitable[str]]:
        """What gives the answer of one of the ways, the log and what was asked, as text."""
        _, planned = self.federation.preparer.plan(self.query, None, {})
        transports = {name: self._subgraph(name) for name in self.federation.sources}
        plans = {
            way: PlannedOperation(planned.plan, planned.introspection) for way in ("compiled", "interpreted")
        }

        masking = ErrorMasking()  # the same ids on both ways

        async def answered(way: ExecutionMode) -> str:
            executor = OperationExecutor(
                self.federation.preparer, transports, lambda *_: None, way, masking=masking
            )
            self.asked.clear()
            with capture_logs() as logs:
                body = (await executor.execute(plans[way], {}, {})).body
            errors, told = (sorted(map(json.dumps, each)) for each in (body.get("errors", ()), logs))
            return "\n".join((json.dumps(body["data"]), *errors, *told, *sorted(self.asked)))

        return answered

    def _subgraph(self, name: str) -> MemoryTransport:
        async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
            key = json.dumps([name, request.query, request.variables])
            self.asked.append(key)
            if key not in self._known:
                self._known[key] = json.dumps(self.federation.subgraph_answer(name, request))
            spoiled: Mapping[str, Any] = self.faults.spoiled(name, request, json.loads(self._known[key]))
            return spoiled

        return asking(ask)


@pytest.mark.parametrize("name", [*QUERIES, "bet-slip"])
def test_subgraphs_that_fail_by_chance_make_no_difference(name: str) -> None:
    """Data with its order, errors, log and requests are the same, and there are all kinds of answers."""
    make, query = QUERIES.get(name, (club, BETSLIP))
    spoiling = Spoiling(make(), query)
    seen = asyncio.run(compared(spoiling))
    assert len(seen) > SEEDS // 8


async def compared(spoiling: Spoiling) -> set[str]:
    """All the different answers."""
    seen, both = set(), spoiling.both()
    for seed in range(SEEDS):
        spoiling.faults = Faults(seed)
        plain, compiled = await both("interpreted"), await both("compiled")
        assert compiled == plain, f"seed {seed}"
        seen.add(plain)
    return seen
