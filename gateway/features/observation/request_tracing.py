"""Decides whether a request is traced, before anything is built for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Tracer,
    set_span_in_context,
)

from foundation.tracing import TRACEPARENT, TRACESTATE, Sampling, header_of, span_context_of, unsampled
from gateway.pipeline.stages import HttpRequest

_PARENT: Final = TRACEPARENT.encode()
_STATE: Final = TRACESTATE.encode()


@dataclass(frozen=True, slots=True)
class RequestTracing:
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
