"""What a compiled plan knows while it runs, and how the interpreter takes over from it."""

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
"""Carries out one fetch."""


class State(msgspec.Struct, eq=False):
    """One run of a compiled plan.

    Attributes:
        context: What it is run with.
        names: The client's names in the tree of data.
        on_deopt: Called when compiled code gives up.
        data: The root of the tree of data.
        interpreted: The interpreter's view of the same run; there once something unusual was left to it.
    """

    context: Context
    names: Names
    on_deopt: OnDeopt = ignore_deopt
    data: dict[str, Any] = msgspec.field(default_factory=dict)
    interpreted: Running | None = None

    async def run_interpreted(self, fetch: Fetch) -> None:
        """Leave a whole fetch to the interpreter."""
        await FetchRun(fetch, self._running()).run()

    def take_root(self, fetch: Fetch, answer: Answer, brings: RootFields) -> None:
        """Leave a root fetch's answer to the interpreter."""
        run = FetchRun(fetch, self._running())
        run.take_root(answer, find(self.data, brings.path, self.names), brings.supplies)

    def take(
        self, fetch: Fetch, answer: Answer, asked: Sequence[tuple[Entities, list[dict[str, Any]], Objects]]
    ) -> None:
        """Leave an entity fetch's answer to the interpreter, for the objects that were asked for.

        Args:
            fetch: Which one.
            answer: As it came.
            asked: For each of its fields, what was sent, and for which objects.
        """
        run = FetchRun(fetch, self._running())
        fields = [
            Asked(entities, Batch(sent, self._positions(entities, objects)))
            for entities, sent, objects in asked
        ]
        run.take(answer, fields)

    def _positions(self, entities: Entities, objects: Objects) -> list[list[Position]]:
        """Where objects lie: they stay where they were found, whatever was merged into them since."""
        places: dict[int, list[Position]] = {}
        for path in entities.paths:
            for position in find(self.data, path, self.names):
                places.setdefault(id(position.data), []).append(position)
        return [[places[id(each)].pop(0) for each in group] for group in objects]

    def _running(self) -> Running:
        if self.interpreted is None:
            self.interpreted = Running(self.context, self.names, frozenset(), self.data)
        return self.interpreted
