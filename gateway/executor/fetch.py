"""Executes one fetch: sends it, merges its response, and records failures in the client's terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gateway.executor.entities import SentField, divide, group_by_values, represent
from gateway.executor.exchange import (
    Context,
    SubgraphRequest,
    SubgraphResponse,
    exchange,
    exchange_all,
    parse_response,
)
from gateway.executor.failures import Failure, Path, invalid_response, of_subgraph
from gateway.executor.masking import ShownError
from gateway.executor.merge import copied, merge
from gateway.executor.missing_fields import MissingFields, is_complete
from gateway.executor.positions import NO_WINDOWS, Position, Windows, find, is_there
from gateway.executor.response_limits import spend_copies
from gateway.executor.values import IMPOSSIBLE_TYPE
from gateway.plan import Entities, Fetch, ProvidedFields, QueryPlan, RootFields
from gateway.plan.context_batch import ContextBatch, numbered_alias, numbering
from gateway.plan.field_origin import preceding, providing_subgraphs
from gateway.supergraph.selections import TYPENAME


class Execution(Struct, frozen=True):
    """One execution of a plan.

    Attributes:
        context: The parts of the request that the execution needs.
        plan: The plan.
        data: The root of the tree of data.
        missing_fields: The failures, and the data missing because of them.
        windows: The lists of which only some items count.
    """

    context: Context
    plan: QueryPlan
    data: dict[str, Any] = msgspec.field(default_factory=dict)
    missing_fields: MissingFields = msgspec.field(default_factory=MissingFields)
    windows: Windows = msgspec.field(default_factory=lambda: NO_WINDOWS)

    def __post_init__(self) -> None:
        # Without a reference to the execution itself, which would be a cycle.
        failures = self.missing_fields.failures
        failures.services = partial(_returned_before, self.plan.fetches, self.data)
        failures.interface_objects = self.plan.interface_objects


class FetchExecution(Struct, frozen=True):
    """One fetch of an execution."""

    fetch: Fetch
    execution: Execution

    async def execute(self) -> None:
        """Execute the fetch for all objects at its paths."""
        data, names, windows = self.execution.data, self.execution.plan.names, self.execution.windows
        match self.fetch.returns:
            case RootFields(path, provided_fields) as returns:
                positions = find(data, path, names, windows)
                if returns.decided is not None:
                    # After a null that takes the object with it, no further mutation is executed.
                    decided = returns.decided(data)
                    positions = [position for position in positions if is_there(decided, position.path)]
                for together in [[position] for position in positions] if returns.mutates else [positions]:
                    await self._execute_root(together, provided_fields)
            case batch:
                places = [
                    [position for path in entities.paths for position in find(data, path, names, windows)]
                    for entities in batch
                ]
                if self.fetch.context_batch is None:
                    await self.execute_batch(batch, places)
                else:
                    await self._execute_context_batch(self.fetch.context_batch, batch, places)

    async def _execute_root(self, positions: Sequence[Position], provided_fields: ProvidedFields) -> None:
        if not positions:
            return
        context = self.execution.context
        if context.event is not None and not self.fetch.depends_on:
            response = parse_response(self.fetch.subgraph, context.event, context.masking)
        else:
            response = await exchange(self.fetch, context, {})
        self.merge_root_response(response, positions, provided_fields)

    def merge_root_response(
        self, response: SubgraphResponse, positions: Sequence[Position], provided_fields: ProvidedFields
    ) -> None:
        """Merge the response of a root fetch, and record what is missing."""
        for error in response.errors:
            failure = of_subgraph(error, self.fetch.subgraph)
            self._record_error(
                failure, error.path, positions, provided_fields, answered=response.data is not None
            )
        if response.data is not None:
            self._merge(response.data, positions, provided_fields)
        elif response.errors:
            self._mark_nulled(positions, provided_fields, response.errors[0])
        else:
            self._mark_missing(positions, provided_fields, self._failure_of(response))

    async def _execute_context_batch(
        self, context_batch: ContextBatch, fields: Sequence[Entities], places: Sequence[Sequence[Position]]
    ) -> None:
        """Fetch entities in one request, with one field for each set of ancestors' values."""
        asking: list[tuple[int, Mapping[str, Any], SentField]] = []
        failures = self.execution.missing_fields.failures
        failures.asking = self.fetch
        for index, (entities, positions) in enumerate(zip(fields, places, strict=True)):
            grouped = group_by_values(entities, positions, failures)
            missing = list(grouped.missing)
            for values, alike in grouped.groups:
                batch = represent(entities, alike, failures)
                missing += batch.missing
                if batch.sent:
                    asking.append((index, values, SentField(entities, batch)))
            for position, cause in missing:
                self._mark_missing([position], entities.provided_fields, cause)
        if asking:
            await self._ask_context_batch(context_batch, asking)

    async def _ask_context_batch(
        self, context_batch: ContextBatch, asking: Sequence[tuple[int, Mapping[str, Any], SentField]]
    ) -> None:
        requests: list[tuple[SubgraphRequest, Sequence[SentField]]] = []
        for fields in divide([field for _, _, field in asking], self.execution.context.most_entities):
            part = [
                (index, values, field)
                for (index, values, _), field in zip(asking, fields, strict=True)
                if field.batch.sent
            ]
            requests.append(self._context_request(context_batch, part))
        await self._ask(requests)

    def _context_request(
        self, context_batch: ContextBatch, asking: Sequence[tuple[int, Mapping[str, Any], SentField]]
    ) -> tuple[SubgraphRequest, Sequence[SentField]]:
        sent: dict[str, Any] = {}
        sent_fields: list[SentField] = []
        for number, (_, values, field) in enumerate(asking):
            suffix = numbering(number, len(asking))
            sent[field.entities.variable + suffix] = field.batch.sent
            sent |= {variable + suffix: value for variable, value in values.items()}
            alias = numbered_alias(number, len(asking))
            sent_fields.append(replace(field, entities=replace(field.entities, alias=alias)))
        fetch = replace(self.fetch, document=context_batch.written([index for index, _, _ in asking]))
        return (fetch, sent), sent_fields

    async def execute_batch(self, fields: Sequence[Entities], places: Sequence[Sequence[Position]]) -> None:
        """Fetch entities; those that lack a required field are fetched by the fallback."""
        failures = self.execution.missing_fields.failures
        failures.asking = self.fetch
        batches = [
            represent(entities, positions, failures)
            for entities, positions in zip(fields, places, strict=True)
        ]
        parts = () if self.fetch.fallback is None else self.fetch.fallback.returns
        parts = () if isinstance(parts, RootFields) else parts
        for index, (entities, batch) in enumerate(zip(fields, batches, strict=True)):
            if not any(part.part_of == index for part in parts):
                for position, cause in batch.missing:
                    self._mark_missing([position], entities.provided_fields, cause)
        sent_fields = [SentField(*pair) for pair in zip(fields, batches, strict=True)]
        requests: list[tuple[SubgraphRequest, Sequence[SentField]]] = [
            ((self.fetch, {field.entities.variable: field.batch.sent for field in part}), part)
            for part in divide(sent_fields, self.execution.context.most_entities)
        ]
        await self._ask(requests)
        incomplete = [[position for position, _ in batches[part.part_of or 0].missing] for part in parts]
        if self.fetch.fallback is not None and any(incomplete):
            await replace(self, fetch=self.fetch.fallback).execute_batch(parts, incomplete)

    async def _ask(self, requests: Sequence[tuple[SubgraphRequest, Sequence[SentField]]]) -> None:
        """Send requests for entities, and merge each response."""
        responses = await exchange_all([request for request, _ in requests], self.execution.context)
        for response, (_, sent_fields) in zip(responses, requests, strict=True):
            self.merge_entity_response(response, sent_fields)

    def merge_entity_response(self, response: SubgraphResponse, sent_fields: Sequence[SentField]) -> None:
        """Merge the response of an entity fetch, and record what is missing."""
        data = response.data or {}
        for error in response.errors:
            self._record_entity_error(error, sent_fields, data)
        nulls = _explained_nulls(response)
        for field in sent_fields:
            alias, provided_fields = field.entities.alias, field.entities.provided_fields
            entities = data.get(alias)
            null = nulls.get((alias,)) or nulls.get(())
            if field.fits(entities):
                for index, entity in enumerate(entities):
                    self._merge_entity(field, index, entity, nulls.get((alias, index)))
            elif entities is None and null is not None:
                self._mark_nulled(field.all_positions(), provided_fields, null)
            else:
                failure = self._failure_of(response, field, entities)
                self._mark_missing(field.all_positions(), provided_fields, failure)

    def _merge_entity(
        self, sent_field: SentField, index: int, entity: object, error: ShownError | None
    ) -> None:
        """Merge an entity; if it is null, the error below it, if any, explains all of its fields."""
        positions, provided_fields = sent_field.batch.positions[index], sent_field.entities.provided_fields
        if isinstance(entity, dict):
            self._merge(entity, positions, provided_fields)
        elif entity is not None:
            failure = invalid_response(self.fetch.subgraph, "returned an entity that is not an object")
            self._mark_missing(positions, provided_fields, failure)
        elif error is not None:
            self._mark_nulled(positions, provided_fields, error)

    def _failure_of(
        self, response: SubgraphResponse, sent_field: SentField | None = None, entities: object = None
    ) -> Failure:
        """Return why a response cannot be used."""
        if response.failure is not None:
            return response.failure
        if response.errors:
            return of_subgraph(response.errors[0], self.fetch.subgraph)
        what = "returned no entities"
        if sent_field is not None and isinstance(entities, list):
            count = len(sent_field.batch.sent)
            what = f"returned {len(entities)} entities for {count} representations"
        return invalid_response(self.fetch.subgraph, what)

    def _merge(
        self, given: Mapping[str, Any], positions: Sequence[Position], provided_fields: ProvidedFields
    ) -> None:
        """Merge a fetched object; a selected field that it lacks is an error."""
        if len(positions) > 1:
            spend_copies(given, len(positions) - 1)
        for number, position in enumerate(positions):
            # Later fetches may write into one object, and must not change the others.
            merge(position.data, copied(given) if number else given, self.execution.plan.interface_objects)
        if given.get(TYPENAME) is not None:
            self._check_type(positions)
        if not is_complete(given, provided_fields, positions[0].concrete or positions[0].only):
            failure = invalid_response(self.fetch.subgraph, "left out a field")
            for position in positions:
                self.execution.missing_fields.record_left_out(failure, position, provided_fields)

    def _check_type(self, positions: Sequence[Position]) -> None:
        """Record an error if the type that was named, instead of an interface's, is not possible."""
        unknown = [position for position in positions if position.concrete is None]
        if unknown:
            failure = invalid_response(self.fetch.subgraph, IMPOSSIBLE_TYPE)
            for position in unknown:
                self.execution.missing_fields.record(failure, position, (TYPENAME,))

    def _mark_missing(
        self, positions: Iterable[Position], provided_fields: ProvidedFields, failure: Failure | None
    ) -> None:
        """Record why each field that the fetch should have returned is missing."""
        if failure is not None:
            for position in positions:
                self.execution.missing_fields.mark_missing(failure, position, provided_fields)

    def _mark_nulled(
        self, positions: Iterable[Position], provided_fields: ProvidedFields, error: ShownError
    ) -> None:
        """Record that the null of a failed field took the fields of these objects as well."""
        failure = of_subgraph(error, self.fetch.subgraph)
        for position in positions:
            self.execution.missing_fields.mark_nulled(failure, position, provided_fields)

    def _record_error(
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
                self.execution.missing_fields.record(failure, position, path)
        elif answered:
            self.execution.missing_fields.failures.add(failure)
        else:
            self._mark_missing(positions, provided_fields, failure)

    def _record_entity_error(
        self, error: ShownError, sent_fields: Sequence[SentField], data: Mapping[str, Any]
    ) -> None:
        failure = of_subgraph(error, self.fetch.subgraph)
        alias, *rest = error.path or (None,)
        concerned = [field for field in sent_fields if field.entities.alias == alias]
        match concerned, rest:
            case [field], [int(index), *below] if 0 <= index < len(field.batch.sent):
                positions, provided_fields = field.batch.positions[index], field.entities.provided_fields
                self._record_error(failure, tuple(below), positions, provided_fields, answered=False)
                return
            case _:
                lost = [
                    field
                    for field in concerned or sent_fields
                    if not field.fits(data.get(field.entities.alias))
                ]
        together = replace(failure, is_shared=True)
        for sent_field in lost:
            self._mark_missing(sent_field.all_positions(), sent_field.entities.provided_fields, together)
        if not lost:
            self.execution.missing_fields.failures.add(failure)


def _explained_nulls(response: SubgraphResponse) -> dict[Path, ShownError]:
    """Return an error below each entity, each `_entities` field, and the whole data if it is null."""
    nulls = {error.path[:length]: error for error in response.errors if error.path for length in (1, 2)}
    if response.data is None and response.errors:
        nulls[()] = response.errors[0]
    return nulls


def _returned_before(
    fetches: Sequence[Fetch], data: Mapping[str, Any], fetch: Fetch | None, stored: Path
) -> list[str]:
    """Return the subgraphs that returned a value before a fetch; a fallback follows its own fetch alone."""
    before = [] if fetch is None else preceding(fetches, fetch)
    return providing_subgraphs(before or fetches, data, stored)
