"""What a guard does with queries, and never with mutations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.errors import SubgraphTimeout, SubgraphUnreachable
from gateway.features.resilience.bulkhead import Bulkhead, WaitingRequests
from gateway.features.resilience.circuits import BreakerPolicy, Circuits
from gateway.features.resilience.deadline import TimeLimit
from gateway.features.resilience.guard import Guard, Guards
from gateway.features.resilience.retries import RetryBudget
from gateway.http.admission import Admission
from gateway.plan import OperationKind
from gateway.transport import MemoryTransport
from tests.support.gateway.scripted_calls import VARIABLES, Scripted, root_fetch

FAILURES = 3


@pytest.mark.parametrize(("kind", "apart"), [("query", ["{ a }", "{ b }"]), ("mutation", [])])
async def test_only_queries_are_taken_apart(kind: OperationKind, apart: list[str]) -> None:
    """Fields of a mutation are executed one after the other, in one request or not at all."""
    prepared: list[str] = []

    def prepare(document: str, _name: str | None) -> Any:
        prepared.append(" ".join(document.split()))

        async def answer(*_: object) -> Mapping[str, Any]:
            return {"data": {document.split()[1]: 1}}

        return answer

    guard = Guard(
        subgraph="s",
        time_limit=TimeLimit(60.0, is_kept=True),
        deadline_header=None,
        bulkhead=Bulkhead(10, WaitingRequests(Admission(10))),
        budget=RetryBudget(0.1),
        circuits=Circuits("s", BreakerPolicy(failures=FAILURES), 60.0),
    )
    guards = Guards({"s": guard}, lambda _: False, {"s": MemoryTransport(prepare)})
    document = "{ a b }" if kind == "query" else "mutation { a b }"
    call = guards.wrap(Scripted([SubgraphTimeout("late")]), root_fetch(document), kind)
    for _ in range(FAILURES):
        with pytest.raises(SubgraphUnreachable):
            await call(VARIABLES, {}, None)
    assert not prepared
    if apart:
        assert await call(VARIABLES, {}, None) == {"data": {"a": 1, "b": 1}}
    else:
        with pytest.raises(SubgraphUnreachable):
            await call(VARIABLES, {}, None)
    assert prepared == apart
