"""The state of one execution of a compiled plan, and how the interpreter takes over."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias

import msgspec

from gateway.compiled.deopt import OnDeopt, ignore_deopt
from gateway.executor import Context
from gateway.executor.entities import Batch, SentField
from gateway.executor.exchange import SubgraphResponse
from gateway.executor.fetch import Execution, FetchExecution
from gateway.executor.positions import Position, find
from gateway.plan import Entities, Fetch, QueryPlan, RootFields

Objects = Sequence[Sequence[dict[str, Any]]]
"""For each representation, the objects in the tree of data."""


Step: TypeAlias = "Callable[[State], Coroutine[Any, Any, None]]"
"""Executes one fetch."""


class State(msgspec.Struct, eq=False):
    """One execution of a compiled plan.

    Attributes:
        context: What the execution needs of its request.
        plan: The plan.
        on_deopt: Called when compiled code gives up.
        data: The root of the tree of data.
        interpreted: The interpreter's state of the same execution; None until it takes over something.
    """

    context: Context
    plan: QueryPlan
    on_deopt: OnDeopt = ignore_deopt
    data: dict[str, Any] = msgspec.field(default_factory=dict)
    interpreted: Execution | None = None

    async def run_interpreted(self, fetch: Fetch) -> None:
        """Leave a whole fetch to the interpreter."""
        await FetchExecution(fetch, self._interpreter()).execute()

    def interpret_root_response(self, fetch: Fetch, response: SubgraphResponse, returns: RootFields) -> None:
        """Leave a root fetch's response to the interpreter."""
        run = FetchExecution(fetch, self._interpreter())
        run.merge_root_response(
            response, find(self.data, returns.path, self.plan.names), returns.provided_fields
        )

    def interpret_entity_response(
        self,
        fetch: Fetch,
        response: SubgraphResponse,
        sent_entities: Sequence[tuple[Entities, list[dict[str, Any]], Objects]],
    ) -> None:
        """Leave an entity fetch's response to the interpreter.

        Args:
            fetch: The fetch.
            response: The response.
            sent_entities: For each field, the sent representations and their objects.
        """
        run = FetchExecution(fetch, self._interpreter())
        fields = [
            SentField(entities, Batch(sent, self._positions(entities, objects)))
            for entities, sent, objects in sent_entities
        ]
        run.merge_entity_response(response, fields)

    def _positions(self, entities: Entities, objects: Objects) -> list[list[Position]]:
        """Return the positions of objects, which do not change when fetched data is merged into them."""
        places: dict[int, list[Position]] = {}
        for path in entities.paths:
            for position in find(self.data, path, self.plan.names):
                places.setdefault(id(position.data), []).append(position)
        return [[places[id(entity)].pop(0) for entity in group] for group in objects]

    def _interpreter(self) -> Execution:
        if self.interpreted is None:
            self.interpreted = Execution(self.context, self.plan, self.data)
        return self.interpreted
