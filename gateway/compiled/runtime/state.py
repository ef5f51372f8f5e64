"""The state of an execution of a compiled plan, and how the interpreter takes over."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias

import msgspec

from gateway.compiled.deopt import OnDeopt, ignore_deopt
from gateway.executor import Context
from gateway.executor.entities import Batch
from gateway.executor.exchange import Answer
from gateway.executor.fetch import Asked, FetchRun, Running
from gateway.executor.positions import Position, find
from gateway.plan import Entities, Fetch, Names, RootFields

Objects = Sequence[Sequence[dict[str, Any]]]
"""For each representation, the objects in the tree of data."""


Step: TypeAlias = "Callable[[State], Coroutine[Any, Any, None]]"
"""Executes one fetch."""


class State(msgspec.Struct, eq=False):
    """One execution of a compiled plan.

    Attributes:
        context: What the execution needs of its request.
        names: The client's names in the tree of data.
        on_deopt: Called when compiled code gives up.
        data: The root of the tree of data.
        interpreted: The interpreter's state of the same execution; None until it takes over something.
    """

    context: Context
    names: Names
    on_deopt: OnDeopt = ignore_deopt
    data: dict[str, Any] = msgspec.field(default_factory=dict)
    interpreted: Running | None = None

    async def run_interpreted(self, fetch: Fetch) -> None:
        """Leave a whole fetch to the interpreter."""
        await FetchRun(fetch, self._running()).run()

    def take_root(self, fetch: Fetch, answer: Answer, returns: RootFields) -> None:
        """Leave a root fetch's response to the interpreter."""
        run = FetchRun(fetch, self._running())
        run.take_root(answer, find(self.data, returns.path, self.names), returns.provided_fields)

    def take(
        self, fetch: Fetch, answer: Answer, asked: Sequence[tuple[Entities, list[dict[str, Any]], Objects]]
    ) -> None:
        """Leave an entity fetch's response to the interpreter.

        Args:
            fetch: The fetch.
            answer: The response.
            asked: For each field, the representations that were sent and their objects.
        """
        run = FetchRun(fetch, self._running())
        fields = [
            Asked(entities, Batch(sent, self._positions(entities, objects)))
            for entities, sent, objects in asked
        ]
        run.take(answer, fields)

    def _positions(self, entities: Entities, objects: Objects) -> list[list[Position]]:
        """Return the positions of objects, which do not change when fetched data is merged into them."""
        places: dict[int, list[Position]] = {}
        for path in entities.paths:
            for position in find(self.data, path, self.names):
                places.setdefault(id(position.data), []).append(position)
        return [[places[id(each)].pop(0) for each in group] for group in objects]

    def _running(self) -> Running:
        if self.interpreted is None:
            self.interpreted = Running(self.context, self.names, frozenset(), self.data)
        return self.interpreted
