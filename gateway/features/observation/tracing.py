"""Decides which requests and events of subscriptions are traced, and records on spans how they ended."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Final

from msgspec import Struct
from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    set_span_in_context,
)

from foundation.tracing import (
    TRACEPARENT,
    TRACESTATE,
    Sampling,
    error_type,
    header_of,
    span_context_of,
    unsampled,
)
from gateway.errors import RequestError
from gateway.features.observation.observation import OBSERVED, Observation
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.stages import HttpRequest, Response

_PARENT: Final = TRACEPARENT.encode()
_STATE: Final = TRACESTATE.encode()
EVENT: Final = "subscription event"
SERVER_ERROR: Final = 500
CLIENT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}")
"""How many characters of a client's name are recorded: too few for a person's address."""


class RequestTracing(Struct, frozen=True):
    """Begins the traces of requests.

    Attributes:
        tracer: Starts spans.
        sampling: Decides which requests are traced.
        trusts_clients: Whether a client's `traceparent` is continued. Otherwise it is only linked to: anybody
            on the internet could have all of their requests recorded.
        tells: Whether subgraphs are told which requests are not traced. In-process subgraphs need not be
            told.
    """

    tracer: Tracer
    sampling: Sampling
    trusts_clients: bool = False
    tells: bool = True

    def begin(self, request: HttpRequest) -> Span | None:
        """Return the span of a traced request; for any other, tell subgraphs so and return None."""
        given = request.headers.get(_PARENT)
        if given is not None and self.trusts_clients:
            parent = self._parent(request, given)
            if parent is not None:
                return self._continue(request, parent)
        if not self.sampling.starts():
            if self.tells or given is not None:
                _tell(request, unsampled())
            return None
        caller = None if given is None else span_context_of(given.decode("latin-1"))
        return self._span(request, Context(), () if caller is None else (Link(caller),))

    def tell_untraced(self, request: HttpRequest) -> None:
        """Tell subgraphs that they are not part of a trace, unless a call says otherwise.

        Events are traced one by one, so that the headers of a subscription belong to no trace.
        """
        if self.tells or TRACEPARENT in request.forwarded:
            _tell(request, unsampled())

    def _continue(self, request: HttpRequest, parent: SpanContext) -> Span | None:
        if not self.sampling.continues(parent):
            header = header_of(parent)
            _tell(request, f"{header[:-2]}00")
            if parent.trace_state:
                request.forwarded[TRACESTATE] = parent.trace_state.to_header()
            return None
        return self._span(request, set_span_in_context(NonRecordingSpan(parent), Context()), ())

    def _parent(self, request: HttpRequest, given: bytes) -> SpanContext | None:
        state = request.headers.get(_STATE)
        return span_context_of(given.decode("latin-1"), None if state is None else state.decode("latin-1"))

    def _span(self, request: HttpRequest, context: Context, links: tuple[Link, ...]) -> Span:
        return self.tracer.start_span(
            f"{request.method} /graphql",
            context,
            kind=SpanKind.SERVER,
            attributes={"http.request.method": request.method, "http.route": "/graphql"},
            links=links,
        )


def _tell(request: HttpRequest, traceparent: str) -> None:
    """Replace the trace headers for subgraphs."""
    request.forwarded[TRACEPARENT] = traceparent
    request.forwarded.pop(TRACESTATE, None)


class EventTracing(Struct, frozen=True):
    """Traces the events of one subscription.

    A trace of a subscription that lasts for hours would never be complete. As OpenTelemetry advises for
    messages, each event is a trace of its own, which links to the span that started the subscription.

    Attributes:
        tracing: Decides which events are traced.
        start: The span of the subscription's start; None if the start was not traced.
    """

    tracing: RequestTracing
    start: Span | None

    async def observe(self, making: Awaitable[Response], policy_input: PolicyInput) -> Response:
        """Return the response to an event; raises what making it raises."""
        if not self.tracing.sampling.starts():
            return await making
        links = () if self.start is None else (Link(self.start.get_span_context()),)
        span = self.tracing.tracer.start_span(EVENT, Context(), kind=SpanKind.CONSUMER, links=links)
        note_operation(span, policy_input)
        observation = Observation(self.tracing.tracer, span)
        token = OBSERVED.set(observation)
        try:
            response = await making
        except BaseException as error:
            note_failure(span, error)
            raise
        else:
            span.set_attribute("graphql.response.outcome", response.outcome)
        finally:
            OBSERVED.reset(token)
            span.end()
        return response


def note_operation(span: Span, policy_input: PolicyInput) -> None:
    """Record the operation and its client."""
    document, client = policy_input.prepared.document, policy_input.client
    span.set_attribute("graphql.operation.type", document.kind)
    span.set_attribute("graphql.document.hash", document.token_digest.hex())
    if document.name is not None:
        span.set_attribute("graphql.operation.name", document.name)
    if client.name is not None and CLIENT_NAME.fullmatch(client.name):
        span.set_attribute("graphql.client.name", client.name)
    span.set_attribute("graphql.client.class", client.client_class.name)


def note_failure(span: Span, error: BaseException) -> None:
    """Record why a request failed; only the gateway's own faults mark the span as failed."""
    status = error.status if isinstance(error, RequestError) else SERVER_ERROR
    span.set_attribute("error.type", error_type(error))
    if isinstance(error, Exception):
        span.set_attribute("http.response.status_code", status)
        if status >= SERVER_ERROR:
            span.set_status(Status(StatusCode.ERROR))
