"""Carries out one fetch: sends it, reads the answer, and says in the client's terms what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.errors import SubgraphUnreachable
from gateway.executor.entities import Batch, Position, find, represent
from gateway.executor.failures import (
    UNREACHABLE,
    Failure,
    Failures,
    Path,
    at,
    invalid,
    of_subgraph,
    translated,
    unreachable,
)
from gateway.executor.merge import merge
from gateway.plan import Fetch, Names
from gateway.plan.nodes import ENTITIES, entities_variable
from gateway.transport import SubgraphRequest, Transport


@dataclass(frozen=True, slots=True)
class Answer:
    """What a subgraph answered, taken apart.

    Attributes:
        data: None where there is none.
        errors: As they came.
        failure: Why there is no answer at all.
    """

    data: Mapping[str, Any] | None
    errors: tuple[object, ...] = ()
    failure: Failure | None = None

    def outcome(self) -> str:
        """For metrics: `ok`, `errors` or `unreachable`."""
        if self.failure is not None and self.failure.code == UNREACHABLE:
            return "unreachable"
        return "errors" if self.errors or self.failure is not None else "ok"


@dataclass(frozen=True, slots=True)
class FetchRun:
    """One fetch of a running plan.

    Attributes:
        fetch: What to do.
        transport: To its subgraph.
        variables: The client's.
        headers: Those that are forwarded.
        data: The root of the tree of data.
        names: The client's names in it.
        failures: Of the whole plan.
        observe: Told of every request: the subgraph, and how it went.
        stand_ins: Interfaces by whose names subgraphs may call objects.
    """

    fetch: Fetch
    transport: Transport
    variables: Mapping[str, Any]
    headers: Mapping[str, str]
    data: dict[str, Any]
    names: Names
    failures: Failures
    observe: Callable[[str, str], None]
    stand_ins: frozenset[str] = frozenset()

    async def run(self) -> None:
        """Do it, for all objects at the fetch's path."""
        positions = find(self.data, self.fetch.path, self.names)
        if self.fetch.representations is None:
            await self._run_root(positions)
        else:
            await self.run_for(positions)

    async def run_for(self, positions: Sequence[Position]) -> None:
        """Do it for these objects: in smaller fetches for those of which some required field is lost."""
        batch = represent(self.fetch, positions, self.failures)
        if not self.fetch.apart:
            for position, cause in batch.missing:
                self._explain([position], cause)
        await self._run_entities(batch)
        incomplete = [position for position, _ in batch.missing]
        for part in self.fetch.apart if incomplete else ():
            await replace(self, fetch=part).run_for(incomplete)

    async def _run_root(self, positions: Sequence[Position]) -> None:
        if not positions:
            return
        answer = await self._send({})
        if answer.failure is not None:
            self._explain(positions, answer.failure)
        for error in answer.errors:
            failure = of_subgraph(error, self.fetch.subgraph)
            self._place(failure, _path(error), positions, answered=answer.data is not None)
        if answer.data is not None:
            for position in positions:
                self._take(position, answer.data)

    async def _run_entities(self, batch: Batch) -> None:
        if not batch.sent:
            return
        everything = [position for positions in batch.positions for position in positions]
        answer = await self._send({entities_variable(self.fetch.variables): batch.sent})
        if answer.failure is not None:
            self._explain(everything, answer.failure)
            return
        entities = None if answer.data is None else answer.data.get(ENTITIES)
        usable = isinstance(entities, list) and len(entities) == len(batch.sent)
        for error in answer.errors:
            self._place_entity_error(error, batch, everything, answered=usable)
        if usable and isinstance(entities, list):
            for entity, positions in zip(entities, batch.positions, strict=True):
                self._merge_entity(entity, positions)
        elif not answer.errors:
            self._explain(everything, self._wrong_entities(entities, len(batch.sent)))

    def _wrong_entities(self, entities: object, asked: int) -> Failure:
        if isinstance(entities, list):
            what = f"answered with {len(entities)} entities where {asked} were asked for"
        else:
            what = "answered without entities"
        return invalid(self.fetch.subgraph, what)

    def _merge_entity(self, entity: object, positions: Sequence[Position]) -> None:
        if isinstance(entity, dict):
            for position in positions:
                self._take(position, entity)
        elif entity is not None:
            self._explain(
                positions, invalid(self.fetch.subgraph, "answered with something that is no entity")
            )

    def _take(self, position: Position, given: Mapping[str, Any]) -> None:
        """Take what an object brings; what it lacks of that for which it was asked is an error."""
        merge(position.data, given, self.stand_ins)
        lacking = [storage for storage in self._supplied(position) if storage not in given]
        if lacking:
            failure, names = invalid(self.fetch.subgraph, "left out a field"), self._names_here()
            for storage in lacking:
                self._record(failure, position, (storage,), names)

    async def _send(self, extra: Mapping[str, Any]) -> Answer:
        answer = await self._exchange(extra)
        self.observe(self.fetch.subgraph, answer.outcome())
        return answer

    async def _exchange(self, extra: Mapping[str, Any]) -> Answer:
        variables = {name: self.variables[name] for name in self.fetch.variables if name in self.variables}
        request = SubgraphRequest(
            query=self.fetch.document,
            variables={**variables, **extra},
            operation_name=self.fetch.operation_name,
            headers=self.headers,
        )
        try:
            answer = await self.transport.send(request)
        except SubgraphUnreachable:
            return Answer(None, (), unreachable(self.fetch.subgraph))
        data, errors = answer.get("data"), answer.get("errors") or []
        if not isinstance(errors, list):
            return Answer(None, (), invalid(self.fetch.subgraph, "answered with errors that are no list"))
        listed = tuple(errors)
        if isinstance(data, dict):
            return Answer(data, listed)
        failure = None if listed else invalid(self.fetch.subgraph, "answered without data")
        return Answer(None, listed, failure)

    def _explain(self, positions: Iterable[Position], failure: Failure | None) -> None:
        """Say at every field that the fetch was to bring why it is missing."""
        if failure is None:
            return
        names = self._names_here()
        for position in positions:
            for storage in self._supplied(position):
                self._record(failure, position, (storage,), names)

    def _supplied(self, position: Position) -> Iterable[str]:
        if self.fetch.representations is None:
            return (storage for storages in self.fetch.supplies.values() for storage in storages)
        return self.fetch.supplies.get(position.concrete or "", ())

    def _place(
        self, failure: Failure, path: Path | None, positions: Sequence[Position], *, answered: bool
    ) -> None:
        """Record a subgraph's error at the client's path, for every object that it concerns."""
        if not path:
            if answered:
                self.failures.add(failure)
            else:
                self._explain(positions, failure)
            return
        names = self._names_here()
        for position in positions:
            self._record(failure, position, path, names)

    def _record(self, failure: Failure, position: Position, path: Path, names: Names | None) -> None:
        below, hidden = ((), True) if position.hidden else translated(path, names)
        # Where the client can see nothing of the way, there is no path.
        shown = (*position.path, *below) or None
        self.failures.add(at(failure, shown), (*position.stored, *path), hidden=hidden)

    def _place_entity_error(
        self, error: object, batch: Batch, everything: Sequence[Position], *, answered: bool
    ) -> None:
        failure, path = of_subgraph(error, self.fetch.subgraph), _path(error)
        match path:
            case (str(field), int(index), *rest) if field == ENTITIES and 0 <= index < len(batch.positions):
                self._place(failure, tuple(rest), batch.positions[index], answered=False)
            case _:
                self._place(failure, None, everything, answered=answered)

    def _names_here(self) -> Names | None:
        names: Names | None = self.names
        for step in self.fetch.path:
            names = None if names is None else names.below.get(step.key)
        return names


def _path(error: object) -> Path | None:
    path = error.get("path") if isinstance(error, Mapping) else None
    if not isinstance(path, list) or not all(isinstance(part, str | int) for part in path):
        return None
    return tuple(path)
