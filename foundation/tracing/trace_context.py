"""W3C Trace Context: headers that continue a trace in another process, and the span of the current task."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeAlias

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import (
    INVALID_SPAN_ID,
    INVALID_TRACE_ID,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    TraceState,
    set_span_in_context,
)

CURRENT: Final[ContextVar[Span | None]] = ContextVar("recorded span", default=None)
"""The recorded span that the current task works for; None for most tasks. Set it by `within`."""


@contextmanager
def within(span: Span) -> Iterator[None]:
    """Make everything in the block belong to a span; it becomes OpenTelemetry's current span as well."""
    if not span.is_recording():
        yield
        return
    before, token = CURRENT.set(span), attach(set_span_in_context(span))
    try:
        yield
    finally:
        detach(token)
        CURRENT.reset(before)


_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
OTHER: Final = "_OTHER"
"""The name of an unknown error in the semantic conventions."""


def error_type(error: object) -> str:
    """Return the code that an error has, or else the name of its type."""
    code = error if isinstance(error, str) else getattr(error, "code", None)
    if isinstance(code, str) and _CODE.fullmatch(code):
        return code
    return type(error).__name__ if isinstance(error, BaseException) else OTHER


def fail(span: Span, error: object) -> None:
    """Mark a span as failed."""
    span.set_attribute("error.type", error_type(error))
    span.set_status(Status(StatusCode.ERROR))


TRACEPARENT: Final = "traceparent"
TRACESTATE: Final = "tracestate"
MAX_STATE: Final = 512
"""The longest `tracestate` that is passed on: the minimum that the recommendation requires."""

_FORM: Final = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_VERSION_0: Final = 55
"""The length of a header of version 00, which has nothing after the flags."""


def span_context_of(traceparent: str | None, tracestate: str | None = None) -> SpanContext | None:
    """Return the span that a header names; None if the header is missing or malformed."""
    match = None if traceparent is None else _FORM.fullmatch(traceparent)
    if match is None or traceparent is None:
        return None
    if traceparent.startswith("00") and len(traceparent) != _VERSION_0:
        return None
    trace_id, span_id = int(match[1], 16), int(match[2], 16)
    if trace_id == INVALID_TRACE_ID or span_id == INVALID_SPAN_ID:
        return None
    state = None
    if tracestate and len(tracestate) <= MAX_STATE:
        state = TraceState.from_header([tracestate])
    return SpanContext(
        trace_id, span_id, is_remote=True, trace_flags=TraceFlags(int(match[3], 16)), trace_state=state
    )


def header_of(span: SpanContext) -> str:
    """Return the `traceparent` that names a span."""
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"


def is_sampled(traceparent: str | None) -> bool:
    """Return whether a header says that its trace is recorded, without parsing all of it."""
    return (
        traceparent is not None
        and len(traceparent) >= _VERSION_0
        and traceparent[54] in "13579bdf"
        and _FORM.fullmatch(traceparent) is not None
    )


def unsampled() -> str:
    """Return the header of a new trace that is not recorded, so that no later process starts to record it."""
    drawn = random.getrandbits(192)  # ids need to be unique, not secret
    # Formatting them like this takes a third of the time of an f-string.
    return "00-%032x-%016x-00" % (drawn >> 64 or 1, drawn & 0xFFFFFFFFFFFFFFFF or 1)  # noqa: UP031


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
    return [*(header for header in headers if header[0] != TRACEPARENT), told]


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
