"""One subscription: its events become responses on demand, one at a time."""

from __future__ import annotations

import asyncio
import time
import uuid
from asyncio import Future, Task, TimerHandle, get_running_loop
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import Executor
from typing import Any, Final, TypeAlias

import orjson
import structlog
from msgspec import Struct
from msgspec.structs import replace

from foundation.graphql_http.encoded_event import EncodedEvent
from foundation.graphql_http.positions import position_in
from gateway.errors import RequestError, ResponseTooLarge, SubgraphUnreachable
from gateway.executor import is_large, too_many_bytes
from gateway.features.subscriptions.open_subscriptions import OperationCounts, SessionEnded, source_failed
from gateway.features.subscriptions.positions import PositionTooOld, is_too_old, positioned
from gateway.pipeline.components import AuthenticationComponent
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import Response, encode, refused
from gateway.pipeline.subscriptions import Make, ObserveEvent
from gateway.transport import BYTES_A_PLACE, Event, EventSource
from jit.codegen import BudgetSpent, spend

Begin: TypeAlias = Callable[[], None]
"""Starts the deadline and the response budget of the next event for the current task."""

COMPLETE: Final = "COMPLETE"
CLIENT: Final = "CLIENT"
MAX_TIMER_SECONDS: Final = 24 * 3600.0
"""The maximum delay of a timer in seconds; the expiry is checked again, as the clock may be changed."""


class EventResponses(Struct, frozen=True):
    """Turns events into responses.

    Attributes:
        authentication: Finds the session again for each event, because it may have been revoked.
        executor: Fetches missing fields.
        make: Projects and encodes responses.
        large_responses: An executor with a thread for large responses.
        begin: Called before each event is requested.
        policy_input: The subscription request.
        planned: The subscription's plan.
        headers: The headers that are forwarded to subgraphs.
        counts: Counts responses.
        passes: Whether encoded events are the client's responses.
        is_extended: Whether responses may have `extensions` of features.
        continues: Whether the client continues behind a position.
        observe: Observes how each response is made; None if nothing is observed.
    """

    authentication: AuthenticationComponent
    executor: OperationExecutor
    make: Make
    large_responses: Executor
    begin: Begin
    policy_input: PolicyInput
    planned: PlannedOperation
    headers: Mapping[str, str]
    counts: OperationCounts
    passes: bool = False
    is_extended: bool = False
    continues: bool = False
    observe: ObserveEvent | None = None

    def response(self, event: Event) -> Awaitable[Response]:
        """Return the response to an event; awaiting it raises `Unauthenticated` if the session has ended."""
        if self.observe is not None:
            return self.observe(self._build_response(event), self.policy_input)
        return self._build_response(event)

    async def _build_response(self, event: Event) -> Response:
        if self.passes and isinstance(event, EncodedEvent):
            return self._passed(event)
        request = self.policy_input.request
        session = self.authentication.cached(request.forwarded)
        if session is None and self.authentication.is_required:
            session = await self.authentication.session(request)
        self.counts.events += 1
        planned, variables = self.planned, self.policy_input.prepared.variables
        try:
            if isinstance(event, EncodedEvent):
                event = _decoded(event)
            if self.continues and event.get("data") is None and is_too_old(event):
                raise PositionTooOld
            # Further fetches may write into the event.
            position = position_in(event)
            fetched = await self.executor.fetch_event(planned, variables, self.headers, session, event)
            if is_large(self.executor.limits):
                loop = get_running_loop()
                response = await loop.run_in_executor(
                    self.large_responses, self.make, self.policy_input, planned, fetched
                )
            else:
                response = self.make(self.policy_input, planned, fetched)
            if position is None:
                return response
            return positioned(response, position, is_extended=self.is_extended)
        except ResponseTooLarge as error:
            return encode(refused(error))

    def _passed(self, event: EncodedEvent) -> Response:
        """Return an encoded event as the response; the connection that sends it checks the session."""
        self.counts.events += 1
        if len(event.content) > self.executor.limits.bytes:
            return encode(refused(too_many_bytes(self.executor.limits.bytes)))
        return Response(event.content, "ok", position=event.position)


def _decoded(event: EncodedEvent) -> Mapping[str, Any]:
    """Decode an event of which the client gets something else; raises `BudgetSpent`."""
    spend(len(event.content) // BYTES_A_PLACE)
    decoded: Mapping[str, Any] = orjson.loads(event.content)
    return decoded


def too_large(_spent: BudgetSpent) -> Response:
    """Return the response to an event that exceeds its budget."""
    error = ResponseTooLarge("The response is too large: select less, or ask for shorter lists.")
    return encode(refused(error))


class SubscriptionStream:
    """A subscription as a `ResponseStream`.

    A task takes one event from the source and makes its response. If the waiting consumer is cancelled, the
    task continues, so that no event is lost. It is cancelled when the stream ends.

    Args:
        source: The source of events.
        subgraph: The name of the source's subgraph.
        answers: Turns events into responses.
        expires: When the session expires, in seconds since the epoch; None if unknown.
        ended: Called once with the reason after the stream has ended.
    """

    __slots__ = (
        "__weakref__",
        "_answers",
        "_closing",
        "_ended",
        "_is_over",
        "_pull",
        "_reason",
        "_source",
        "_subgraph",
        "_timer",
        "_waiter",
        "expires",
    )

    def __init__(
        self,
        source: EventSource,
        subgraph: str,
        answers: EventResponses,
        expires: float | None,
        ended: Callable[[SubscriptionStream, str], None],
    ) -> None:
        self.expires = expires
        self._source = source
        self._subgraph = subgraph
        self._answers = answers
        self._ended = ended
        self._pull: Task[Response | None] | None = None
        self._waiter: Future[None] | None = None
        self._reason: RequestError | None = None
        self._is_over = False
        self._closing: Task[None] | None = None
        self._timer: TimerHandle | None = None
        self._watch_expiry()

    def __aiter__(self) -> AsyncIterator[Response]:
        """Return the stream itself."""
        return self

    async def __anext__(self) -> Response:
        """Return the next response; after a cancelled wait, the method can be called again.

        Raises:
            StopAsyncIteration: The stream has ended.
        """
        response = None
        if not self._is_over and self._reason is None:
            if self._pull is None:
                self._pull = get_running_loop().create_task(self._next())
            while self._pull is not None and not self._pull.done():
                self._waiter = get_running_loop().create_future()
                await self._waiter
            pull, self._pull = self._pull, None
            if pull is not None and not pull.cancelled():
                response = pull.result()
        if self._is_over:
            raise StopAsyncIteration
        if response is not None and self._reason is None:
            return response
        self._is_over = True
        await self._close(COMPLETE if self._reason is None else self._reason.code)
        if self._reason is None:
            raise StopAsyncIteration
        last = encode(refused(self._reason), "ended")
        # A browser would continue behind the same position for ever.
        return replace(last, position="") if isinstance(self._reason, PositionTooOld) else last

    def end(self, reason: RequestError) -> None:
        """End the stream with the reason as its last response; the source is closed at once."""
        if self._is_over or self._reason is not None:
            return
        self._reason = reason
        self._start_closing(reason.code)

    async def aclose(self) -> None:
        """End the subscription at its source, cancelling any work in progress."""
        self._is_over = True
        await self._close(CLIENT)

    async def closed(self) -> None:
        """Wait until the source of an ended stream is closed."""
        if self._closing is not None:
            await asyncio.shield(self._closing)

    async def _close(self, reason: str) -> None:
        self._start_closing(reason)
        await self.closed()

    def _start_closing(self, reason: str) -> None:
        """Close the source once, in its own task, because waiting callers may be cancelled."""
        if self._closing is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
        pull, self._pull = self._pull, None  # a cancelled task refers to the stream by its traceback
        if pull is not None:
            pull.cancel()
        self._wake()  # a task that is cancelled before its first step does not do it
        self._closing = get_running_loop().create_task(self._close_source(pull, reason))

    async def _close_source(self, pull: Task[Response | None] | None, reason: str) -> None:
        try:
            if pull is not None:
                await asyncio.wait((pull,))
            await self._source.aclose()
        except Exception as error:  # noqa: BLE001 - the stream ends even if its source cannot be closed
            structlog.get_logger("gateway").warning(
                "subscription_not_closed", service=self._subgraph, exc_info=error
            )
        finally:
            self._ended(self, reason)

    async def _next(self) -> Response | None:
        """Return the response to the next event; None at the end of the source."""
        try:
            self._answers.begin()
            return await self._answers.response(await anext(self._source))
        except StopAsyncIteration:
            return None
        except BudgetSpent as spent:
            return too_large(spent)
        except SubgraphUnreachable as error:
            structlog.get_logger("gateway").warning(
                "subscription_lost", service=self._subgraph, reason=error.reason
            )
            self._reason = self._reason or source_failed(self._subgraph, error)
        except RequestError as error:
            self._reason = self._reason or error
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            self._reason = self._reason or _masked(error)
        finally:
            self._wake()
        return None

    def _wake(self) -> None:
        """Wake the consumer. A callback of the task would do so as well, but take more memory."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _watch_expiry(self) -> None:
        if self.expires is not None:
            left = self.expires - time.time()
            if left <= 0:
                self.end(SessionEnded())
            else:
                wait = min(left, MAX_TIMER_SECONDS)
                self._timer = get_running_loop().call_later(wait, self._watch_expiry)


class _Masked(RequestError):
    """An internal error; clients see only its id."""

    def __init__(self, reference: str) -> None:
        super().__init__("Internal error.", code="INTERNAL_SERVER_ERROR", status=500)
        self.reference = reference

    def formatted(self) -> list[dict[str, Any]]:
        """Return the response's `errors`."""
        return [{"message": self.message, "extensions": {"code": self.code, "id": self.reference}}]


def _masked(error: Exception) -> RequestError:
    reference = uuid.uuid4().hex
    structlog.get_logger("gateway").error("gateway_fault", id=reference, exc_info=error)
    return _Masked(reference)
