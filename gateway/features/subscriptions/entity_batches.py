"""Joins concurrent entity fetches of several subscribers into one call without duplicates."""

from __future__ import annotations

from asyncio import Future, Task, get_running_loop
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from sys import maxsize
from typing import Any, TypeAlias

import orjson
from msgspec import Struct

from gateway.errors import fresh
from gateway.executor.merge import copied
from gateway.pipeline.cache_control.cacheable_fields import SESSION_HEADERS
from gateway.plan import Entities, Fetch, OperationKind
from gateway.transport import FailedResponse, SubgraphOperation
from jit.codegen import BUDGET, ResponseBudget, spend

Key: TypeAlias = tuple[object, ...]
"""Identifies calls that may be joined."""

Identify: TypeAlias = Callable[[object], object]
"""Returns the identity of a session's customer."""


class EntityBatches(Struct, frozen=True):
    """Joins the entity fetches of subscription events; a `CallMiddleware` used only for their plans.

    Fetches are joined if they begin in the same turn of the event loop with the same document, variables,
    headers and customer. Fetches of public entities are joined across customers.

    Attributes:
        subgraphs: The names of the subgraphs over HTTP. In-process subgraphs batch their own reads.
        most: The maximum number of entities in one call.
        ignored_headers: Headers that do not affect responses.
        is_public: Returns whether a fetch has the same result for all customers.
        identify: Returns the identity of a session's customer.
    """

    subgraphs: frozenset[str]
    most: int
    ignored_headers: frozenset[str]
    is_public: Callable[[Fetch], bool]
    identify: Identify

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Return a joining call for an entity fetch, or the call itself for any other fetch."""
        if kind != "query" or fetch.subgraph not in self.subgraphs or fetch.context_batch is not None:
            return call
        match fetch.returns:
            case (Entities() as entities,):
                return _JoinedCalls(self, call, entities, self.is_public(fetch)).ask
        return call


@dataclass(slots=True)
class _Batch:
    """A call that has not been sent yet.

    Attributes:
        sent: The representations to send, without duplicates.
        places: The index of each representation in `sent`, by its JSON.
        asking: The waiting fetches, each with the indexes of its entities in `sent`.
        spent: The response's cost in units of the response budget.
    """

    sent: list[Mapping[str, Any]] = field(default_factory=list)
    places: dict[bytes, int] = field(default_factory=dict)
    asking: list[tuple[Future[Mapping[str, Any] | None], list[int]]] = field(default_factory=list)
    spent: int = 0

    def add(self, representations: list[Mapping[str, Any]]) -> list[int]:
        """Add representations, and return their indexes."""
        indexes = []
        for representation in representations:
            text = orjson.dumps(representation, option=orjson.OPT_SORT_KEYS)
            place = self.places.setdefault(text, len(self.sent))
            if place == len(self.sent):
                self.sent.append(representation)
            indexes.append(place)
        return indexes


@dataclass(slots=True)
class _JoinedCalls:
    """The calls of one prepared entity fetch."""

    batches: EntityBatches
    call: SubgraphOperation
    entities: Entities
    is_public: bool
    _open: dict[Key, _Batch] = field(default_factory=dict, init=False)
    _sending: set[Task[None]] = field(default_factory=set, init=False)

    async def ask(
        self, variables: Mapping[str, Any], headers: Mapping[str, str], session: object
    ) -> Mapping[str, Any]:
        """Return the response for these representations from a call shared with other fetches."""
        loop, name = get_running_loop(), self.entities.variable
        own = variables[name]
        rest = {other: value for other, value in variables.items() if other != name}
        key = self._key(rest, headers, session)
        batch = self._open.get(key)
        if batch is None or len(batch.sent) + len(own) > self.batches.most:
            batch = self._open[key] = _Batch()
            # Send in the next turn of the loop, so that other fetches can join until then.
            loop.call_soon(self._begin, key, batch, rest, headers, session, context=copy_context())
        answered: Future[Mapping[str, Any] | None] = loop.create_future()
        batch.asking.append((answered, batch.add(own)))
        response = await answered
        if response is None:
            return await self.call(variables, headers, session)
        spend(batch.spent * len(own) // len(batch.sent))
        return response

    def _key(self, rest: Mapping[str, Any], headers: Mapping[str, str], session: object) -> Key:
        ignored = self.batches.ignored_headers | (SESSION_HEADERS if self.is_public else frozenset())
        seen = tuple([header for header in headers.items() if header[0] not in ignored])
        whose = None if self.is_public or session is None else self.batches.identify(session)
        return (orjson.dumps(rest), seen, whose)

    def _begin(
        self, key: Key, batch: _Batch, rest: Mapping[str, Any], headers: Mapping[str, str], session: object
    ) -> None:
        if self._open.get(key) is batch:
            del self._open[key]
        sending = get_running_loop().create_task(self._send(batch, rest, headers, session))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def _send(
        self, batch: _Batch, rest: Mapping[str, Any], headers: Mapping[str, str], session: object
    ) -> None:
        # Each waiting fetch is charged its part of the response from its own budget.
        meter = ResponseBudget(maxsize)
        BUDGET.set(meter)
        try:
            response = await self.call({**rest, self.entities.variable: batch.sent}, headers, session)
        except Exception as error:  # noqa: BLE001 - it is raised where it is awaited
            for answered, _ in batch.asking:
                if not answered.done():
                    answered.set_exception(fresh(error))
            return
        finally:
            batch.spent = maxsize - meter.places
        alone = len(batch.asking) == 1
        # The errors may concern only the customer whose headers were sent, so each fetch asks again.
        is_doubtful = not alone and self.is_public and bool(response.get("errors"))
        for answered, places in batch.asking:
            if answered.done():
                continue
            if is_doubtful:
                answered.set_result(None)
            elif alone and len(places) == len(batch.sent):
                answered.set_result(response)
            else:
                answered.set_result(self._part(response, places, len(batch.sent)))

    def _part(self, response: Mapping[str, Any], places: list[int], count: int) -> Mapping[str, Any]:
        """Return one waiting fetch's part of a response as a copy of its own."""
        alias, data = self.entities.alias, response.get("data")
        values = data.get(alias) if isinstance(data, Mapping) else None
        errors = response.get("errors")
        own = _errors_at(errors, alias, places) if isinstance(errors, list) else errors
        if values is None and errors and not own:
            values = [None] * count  # the errors of others explain the null
        if not isinstance(values, list) or len(values) != count:
            whole = copied({**response, "errors": own} if errors else response)
            return FailedResponse(whole) if isinstance(response, FailedResponse) else whole
        part: dict[str, Any] = {"data": {alias: [values[place] for place in places]}}
        if own:
            part["errors"] = own
        return copied(part)


def _errors_at(errors: list[Any], alias: str, places: list[int]) -> list[Any]:
    """Return the errors of the given entities, with paths adjusted to the part."""
    own = []
    for error in errors:
        path = error.get("path") if isinstance(error, Mapping) else None
        match path:
            case [first, int(place), *below] if first == alias:
                own += [
                    {**error, "path": [alias, index, *below]}
                    for index, known in enumerate(places)
                    if known == place
                ]
            case _:
                own.append(error)
    return own
