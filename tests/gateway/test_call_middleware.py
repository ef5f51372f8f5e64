"""Middleware is wrapped around the calls of subgraphs, and knows which of them must not be sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.executor import Context
from gateway.pipeline.operation_executor import ExecutionMode, executable
from gateway.plan import Fetch, OperationKind
from gateway.transport import SubgraphOperation
from tests.gateway.worlds import club, shop

OPT_IN = """
mutation {
  optIn(input: {brand: "b", termsVersion: "1"}) { club { progress { percent } } }
}
"""


@dataclass(frozen=True)
class Noted:
    """Notes each call before and after it.

    Attributes:
        name: What it calls itself in its notes.
        notes: Shared by all.
    """

    name: str
    notes: list[tuple[str, str, OperationKind]] = field(default_factory=list)

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Return the call with a note on both sides."""

        async def noted(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            self.notes.append((f"{self.name} before", fetch.subgraph, kind))
            response = await call(variables, headers, session)
            self.notes.append((f"{self.name} after", fetch.subgraph, kind))
            return response

        return noted


@pytest.mark.parametrize("way", ["compiled", "interpreted"])
async def test_the_first_middleware_is_the_outermost(way: ExecutionMode) -> None:
    """It sees the call first and the response last."""
    federation = shop()
    notes: list[Any] = []
    middleware = (Noted("outer", notes), Noted("inner", notes))
    ready = executable(
        federation.plan("{ me { username } }"), federation.transports(), way, middleware=middleware
    )
    fetched = await ready.execution.fetch(Context(ready.calls))
    assert not list(fetched.failures)
    assert [note for note, _, _ in notes] == ["outer before", "inner before", "inner after", "outer after"]


@pytest.mark.parametrize("way", ["compiled", "interpreted"])
async def test_only_the_fields_of_a_mutation_are_mutations(way: ExecutionMode) -> None:
    """The entities below them are queried, and may be asked for again."""
    federation, noted = club(), Noted("a")
    plan = federation.plan(OPT_IN)
    ready = executable(plan, federation.transports(), way, middleware=(noted,))
    await ready.execution.fetch(Context(ready.calls))
    asked = [(subgraph, kind) for note, subgraph, kind in noted.notes if note == "a before"]
    assert [kind for _, kind in asked] == ["mutation"] + ["query"] * (len(asked) - 1)
    assert len(asked) > 1
