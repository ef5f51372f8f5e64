"""Spans of messages that are sent, and the headers that continue their traces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Tracer, set_span_in_context

from foundation.tracing.errors import fail
from foundation.tracing.trace_context import TRACEPARENT, header_of, is_sampled, span_context_of

Headers: TypeAlias = Iterable[tuple[str, bytes]]


def sending(tracer: Tracer, topic: str, parent: SpanContext | None) -> Span:
    """Return the span of a message that is sent; without a parent it begins a trace."""
    context = Context() if parent is None else set_span_in_context(NonRecordingSpan(parent), Context())
    attributes = {
        "messaging.system": "kafka",
        "messaging.operation.type": "send",
        "messaging.operation.name": "send",
        "messaging.destination.name": topic,
    }
    return tracer.start_span(f"send {topic}", context, SpanKind.PRODUCER, attributes)


def continued(tracer: Tracer, topic: str, headers: Headers) -> tuple[list[tuple[str, bytes]], Span | None]:
    """Return the headers of a message, and the span of sending it if it belongs to a recorded trace."""
    kept = list(headers)
    given = next((value.decode("latin-1") for name, value in kept if name == TRACEPARENT), None)
    parent = span_context_of(given) if is_sampled(given) else None
    if parent is None:
        return kept, None
    span = sending(tracer, topic, parent)
    return replaced(kept, span), span


def replaced(headers: Headers, span: Span) -> list[tuple[str, bytes]]:
    """Return headers that name a span as the sender of the message."""
    told = (TRACEPARENT, header_of(span.get_span_context()).encode())
    return [*(each for each in headers if each[0] != TRACEPARENT), told]


@contextmanager
def ending(spans: Iterable[Span]) -> Iterator[None]:
    """End spans after the block; if the block fails, mark them as failed."""
    spans = list(spans)
    try:
        yield
    except BaseException as error:
        for span in spans:
            fail(span, error)
        raise
    finally:
        for span in spans:
            span.end()
