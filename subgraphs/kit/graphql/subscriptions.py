"""Subscriptions of a subgraph: compiled code executes each event, and server-sent events carry them.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final, Self

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    get_operation_ast,
    parse,
    validate,
)
from graphql import OperationType as Kind
from starlette.responses import StreamingResponse

from foundation.graphql_http.encoded_event import EncodedEvent
from jit import subscribe
from jit.operation import MAX_KEPT_LENGTH
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.graphql.operations import answer_of, failed
from subgraphs.kit.graphql.schema_building import DOCUMENTS_KEPT

NO_SUBSCRIPTION = "This is not a subscription."


@dataclass(frozen=True, slots=True)
class PreparedSubscription:
    """A document that has been parsed and validated.

    Attributes:
        refusals: The errors that prevent its execution; empty if it is valid.
    """

    schema: GraphQLSchema
    document: DocumentNode | None
    operation_name: str | None
    refusals: tuple[GraphQLError, ...] = ()

    @classmethod
    def of(cls, schema: GraphQLSchema, document: str, operation_name: str | None) -> Self:
        """Parse and validate a document."""
        try:
            parsed = parse(document, no_location=True)
            operation = get_operation_ast(parsed, operation_name)
            errors = validate(schema, parsed)
        except (GraphQLError, RecursionError) as error:
            broken = error if isinstance(error, GraphQLError) else GraphQLError("The document is too deep.")
            return cls(schema, None, operation_name, (broken,))
        if not errors and (operation is None or operation.operation is not Kind.SUBSCRIPTION):
            errors = [GraphQLError(NO_SUBSCRIPTION)]
        return cls(schema, parsed, operation_name, tuple(errors))

    async def start(self, variables: Mapping[str, Any], context: RequestContext) -> "Events":
        """Subscribe; any refusal is reported by the first event."""
        if self.refusals or self.document is None:
            return Events(ExecutionResult(None, list(self.refusals)))
        try:
            source = subscribe(
                self.schema, self.document, None, context, dict(variables), self.operation_name
            )
            return Events(await source if inspect.isawaitable(source) else source)
        except Exception as error:  # noqa: BLE001 - a fault is masked and logged
            return Events(failed(error))


class Subscriptions:
    """The subscriptions of a schema, each parsed, validated and compiled once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept = lru_cache(maxsize=DOCUMENTS_KEPT)(partial(PreparedSubscription.of, schema))

    def prepared(self, document: str, operation_name: str | None) -> PreparedSubscription:
        """Return a subscription; longer documents than `MAX_KEPT_LENGTH` are prepared each time."""
        if len(document) > MAX_KEPT_LENGTH:
            return PreparedSubscription.of(self._schema, document, operation_name)
        return self._kept(document, operation_name)


def encoded(event: EncodedEvent) -> ExecutionResult:
    """Return an encoded event as a resolver of a subscription yields it: it is sent as it is."""
    data: Any = event
    return ExecutionResult(data)


class Events:
    """The events of a subscription, each a dict with `data` and, if there are any, `errors`; or encoded.

    Faults are masked. If the source fails, a last event reports the error.
    """

    __slots__ = ("_last", "_source")

    def __init__(self, source: AsyncIterator[ExecutionResult] | ExecutionResult) -> None:
        self._last = source if isinstance(source, ExecutionResult) else None
        self._source = None if isinstance(source, ExecutionResult) else source

    def __aiter__(self) -> Self:
        """Return the iterator itself."""
        return self

    async def __anext__(self) -> dict[str, Any] | EncodedEvent:
        """Return the next event.

        Raises:
            StopAsyncIteration: There are no more events.
        """
        source, last = self._source, self._last
        if source is not None:
            try:
                result = await source.__anext__()
                data: Any = result.data
                return data if data.__class__ is EncodedEvent else answer_of(result)
            except StopAsyncIteration:
                self._source = None
                raise
            except Exception as error:  # noqa: BLE001 - a fault is masked and logged
                self._source = None
                return answer_of(failed(error))
        if last is None:
            raise StopAsyncIteration
        self._last = None
        return answer_of(last)

    async def aclose(self) -> None:
        """End the subscription; must not be called while `__anext__` is awaited."""
        source, self._source, self._last = self._source, None, None
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()


MEDIA_TYPE: Final = "text/event-stream"
HEARTBEAT_SECONDS: Final = 12.0
HEARTBEAT: Final = b":\n\n"
COMPLETE: Final = b"event: complete\ndata:\n\n"


def event_stream(events: Events) -> StreamingResponse:
    """Return a response that streams the events, and ends the subscription if the client disconnects."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_sent(events), media_type=MEDIA_TYPE, headers=headers)


async def _sent(events: Events) -> AsyncIterator[bytes]:
    waiting: asyncio.Task[bytes] | None = None
    try:
        while True:
            waiting = waiting or asyncio.create_task(_next(events))
            await asyncio.wait({waiting}, timeout=HEARTBEAT_SECONDS)
            if not waiting.done():
                yield HEARTBEAT
                continue
            sent, waiting = waiting.result(), None
            yield sent
            if sent is COMPLETE:
                return
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.wait({waiting})
        await events.aclose()


async def _next(events: Events) -> bytes:
    try:
        event = await anext(events)
    except StopAsyncIteration:
        return COMPLETE
    if not isinstance(event, EncodedEvent):
        return b"event: next\ndata: %b\n\n" % orjson.dumps(event)
    if event.position is None:
        return b"event: next\ndata: %b\n\n" % event.content
    return b"event: next\nid: %b\ndata: %b\n\n" % (event.position.encode(), event.content)
