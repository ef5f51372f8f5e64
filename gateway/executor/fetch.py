"""Executes one fetch: sends it, merges its response, and records failures in the client's terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

from gateway.executor.contexts import by_values
from gateway.executor.entities import Batch, represent
from gateway.executor.exchange import Answer, Context, against_the_rules, exchange
from gateway.executor.failures import Failure, Path, of_subgraph
from gateway.executor.merge import copied, merge
from gateway.executor.missing_fields import MissingFields, is_complete
from gateway.executor.positions import Position, find
from gateway.plan import Entities, Fetch, Names, ProvidedFields, RootFields
from gateway.plan.context_batch import ContextBatch, numbered_alias, numbering


@dataclass(frozen=True, slots=True)
class Running:
    """One execution of a plan.

    Attributes:
        context: What the execution needs of its request.
        names: The client's names in the tree of data.
        interface_objects: Interfaces whose names subgraphs may give as the type of an object.
        data: The root of the tree of data.
        missing_fields: What failed, and what is missing because of that.
    """

    context: Context
    names: Names
    interface_objects: frozenset[str]
    data: dict[str, Any] = field(default_factory=dict)
    missing_fields: MissingFields = field(default_factory=MissingFields)


@dataclass(frozen=True, slots=True)
class FetchRun:
    """One fetch of an execution."""

    fetch: Fetch
    running: Running

    async def run(self) -> None:
        """Execute the fetch for all objects at its paths."""
        data, names = self.running.data, self.running.names
        match self.fetch.returns:
            case RootFields(path, provided_fields):
                await self._run_root(find(data, path, names), provided_fields)
            case batch:
                places = [
                    [each for path in entities.paths for each in find(data, path, names)]
                    for entities in batch
                ]
                if self.fetch.context_batch is None:
                    await self.run_batch(batch, places)
                else:
                    await self._run_context_batch(self.fetch.context_batch, batch, places)

    async def _run_root(self, positions: Sequence[Position], provided_fields: ProvidedFields) -> None:
        if not positions:
            return
        self.take_root(await exchange(self.fetch, self.running.context, {}), positions, provided_fields)

    def take_root(
        self, answer: Answer, positions: Sequence[Position], provided_fields: ProvidedFields
    ) -> None:
        """Merge the response of a root fetch, and record what is missing."""
        for error in answer.errors:
            failure, path = of_subgraph(error, self.fetch.subgraph), _path(error)
            self._place(failure, path, positions, provided_fields, answered=answer.data is not None)
        if answer.data is None:
            self._lose(positions, provided_fields, self._reason(answer))
        else:
            self._merge(answer.data, positions, provided_fields)

    async def _run_context_batch(
        self, context_batch: ContextBatch, fields: Sequence[Entities], places: Sequence[Sequence[Position]]
    ) -> None:
        """Fetch entities in one request, with one field for each set of values from above."""
        asking: list[tuple[int, Mapping[str, Any], Asked]] = []
        for index, (entities, positions) in enumerate(zip(fields, places, strict=True)):
            found = by_values(entities, positions, self.running.missing_fields.failures)
            missing = list(found.missing)
            for values, alike in found.groups:
                batch = represent(entities, alike, self.running.missing_fields.failures)
                missing += batch.missing
                if batch.sent:
                    asking.append((index, values, Asked(entities, batch)))
            for position, cause in missing:
                self._lose([position], entities.provided_fields, cause)
        if asking:
            await self._ask_context_batch(context_batch, asking)

    async def _ask_context_batch(
        self, context_batch: ContextBatch, asking: Sequence[tuple[int, Mapping[str, Any], Asked]]
    ) -> None:
        sent: dict[str, Any] = {}
        asked: list[Asked] = []
        for number, (_, values, each) in enumerate(asking):
            suffix = numbering(number, len(asking))
            sent[each.entities.variable + suffix] = each.batch.sent
            sent |= {variable + suffix: value for variable, value in values.items()}
            alias = numbered_alias(number, len(asking))
            asked.append(replace(each, entities=replace(each.entities, alias=alias)))
        fetch = replace(self.fetch, document=context_batch.written([index for index, _, _ in asking]))
        self.take(await exchange(fetch, self.running.context, sent), asked)

    async def run_batch(self, fields: Sequence[Entities], places: Sequence[Sequence[Position]]) -> None:
        """Fetch entities; the fallback fetches those that lack a required field, without what needs it."""
        missing_fields = self.running.missing_fields
        batches = [
            represent(entities, positions, missing_fields.failures)
            for entities, positions in zip(fields, places, strict=True)
        ]
        parts = () if self.fetch.fallback is None else self.fetch.fallback.returns
        parts = () if isinstance(parts, RootFields) else parts
        for index, (entities, batch) in enumerate(zip(fields, batches, strict=True)):
            if not any(part.part_of == index for part in parts):
                for position, cause in batch.missing:
                    self._lose([position], entities.provided_fields, cause)
        if any(batch.sent for batch in batches):
            sent = {each.variable: batch.sent for each, batch in zip(fields, batches, strict=True)}
            answer = await exchange(self.fetch, self.running.context, sent)
            self.take(answer, [Asked(*each) for each in zip(fields, batches, strict=True)])
        incomplete = [[position for position, _ in batches[part.part_of or 0].missing] for part in parts]
        if self.fetch.fallback is not None and any(incomplete):
            await replace(self, fetch=self.fetch.fallback).run_batch(parts, incomplete)

    def take(self, answer: Answer, asked: Sequence[Asked]) -> None:
        """Merge the response of an entity fetch, and record what is missing."""
        data = answer.data or {}
        for error in answer.errors:
            self._place_entity_error(error, asked, data)
        for each in asked:
            entities = data.get(each.entities.alias)
            if not each.fits(entities):
                self._lose(
                    each.everything(), each.entities.provided_fields, self._reason(answer, each, entities)
                )
                continue
            for entity, positions in zip(entities, each.batch.positions, strict=True):
                if isinstance(entity, dict):
                    self._merge(entity, positions, each.entities.provided_fields)
                elif entity is not None:
                    what = "returned an entity that is not an object"
                    failure = against_the_rules(self.fetch.subgraph, what)
                    self._lose(positions, each.entities.provided_fields, failure)

    def _reason(self, answer: Answer, asked: Asked | None = None, entities: object = None) -> Failure:
        """Return why a response cannot be used."""
        if answer.failure is not None:
            return answer.failure
        if answer.errors:
            return of_subgraph(answer.errors[0], self.fetch.subgraph)
        what = "returned no entities"
        if asked is not None and isinstance(entities, list):
            count = len(asked.batch.sent)
            what = f"returned {len(entities)} entities for {count} representations"
        return against_the_rules(self.fetch.subgraph, what)

    def _merge(
        self, given: Mapping[str, Any], positions: Sequence[Position], provided_fields: ProvidedFields
    ) -> None:
        """Merge a fetched object; a selected field that it lacks is an error."""
        for number, position in enumerate(positions):
            # Later fetches may write into one object and must not change the others.
            merge(position.data, copied(given) if number else given, self.running.interface_objects)
        if not is_complete(given, provided_fields, positions[0].concrete):
            failure = against_the_rules(self.fetch.subgraph, "left out a field")
            for position in positions:
                self.running.missing_fields.left_out(failure, position, provided_fields)

    def _lose(
        self, positions: Iterable[Position], provided_fields: ProvidedFields, failure: Failure | None
    ) -> None:
        """Record why each field that the fetch should have returned is missing."""
        if failure is not None:
            for position in positions:
                self.running.missing_fields.lose(failure, position, provided_fields)

    def _place(
        self,
        failure: Failure,
        path: Path | None,
        positions: Sequence[Position],
        provided_fields: ProvidedFields,
        *,
        answered: bool,
    ) -> None:
        """Record a subgraph's error at the client's path of every object that it concerns."""
        if path:
            for position in positions:
                self.running.missing_fields.record(failure, position, path)
        elif answered:
            self.running.missing_fields.failures.add(failure)
        else:
            self._lose(positions, provided_fields, failure)

    def _place_entity_error(self, error: object, asked: Sequence[Asked], data: Mapping[str, Any]) -> None:
        failure, path = of_subgraph(error, self.fetch.subgraph), _path(error)
        alias, *rest = path or (None,)
        concerned = [each for each in asked if each.entities.alias == alias]
        match concerned, rest:
            case [each], [int(index), *below] if 0 <= index < len(each.batch.sent):
                positions, provided_fields = each.batch.positions[index], each.entities.provided_fields
                self._place(failure, tuple(below), positions, provided_fields, answered=False)
                return
            case _:
                lost = [each for each in concerned or asked if not each.fits(data.get(each.entities.alias))]
        for each in lost:
            self._lose(each.everything(), each.entities.provided_fields, failure)
        if not lost:
            self.running.missing_fields.failures.add(failure)


@dataclass(frozen=True, slots=True)
class Asked:
    """One `_entities` field of a fetch, with the representations sent in it."""

    entities: Entities
    batch: Batch

    def everything(self) -> list[Position]:
        """Return all objects that the field is fetched for."""
        return [position for positions in self.batch.positions for position in positions]

    def fits(self, answer: object) -> TypeGuard[list[Any]]:
        """Return whether the field has one entity for each representation."""
        return isinstance(answer, list) and len(answer) == len(self.batch.sent)


def _path(error: object) -> Path | None:
    path = error.get("path") if isinstance(error, Mapping) else None
    if not isinstance(path, list) or not all(isinstance(part, str | int) for part in path):
        return None
    return tuple(path)
