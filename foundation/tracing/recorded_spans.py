"""Spans at a quarter of the cost of the SDK's own; the SDK's processors and exporters accept them.

The SDK's tracer calls a sampler, takes locks, and checks and copies each attribute. Here sampling is decided
beforehand, a span belongs to one task, and attributes are written by type-checked code. The SDK's limits on
the number and length of attributes do not apply.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import time_ns
from typing import Any, Final, cast

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    Link,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    get_current_span,
    use_span,
)
from opentelemetry.util.types import AnyValue, Attributes

SCOPE: Final = InstrumentationScope("furlong")
SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED | TraceFlags.RANDOM_TRACE_ID)


class RecordedSpan(Span, ReadableSpan):
    """A span that is recorded, and handed to a processor when it ends; after that it does not change."""

    _attributes: dict[str, AnyValue]

    def __init__(self, processor: SpanProcessor, **said: Any) -> None:
        ReadableSpan.__init__(self, **said, instrumentation_scope=SCOPE)
        self._processor = processor

    def end(self, end_time: int | None = None) -> None:
        """End the span, once."""
        if self._end_time is None:
            self._end_time = time_ns() if end_time is None else end_time
            self._processor.on_end(self)

    def get_span_context(self) -> SpanContext:
        """Return the span's context, which identifies it."""
        return cast("SpanContext", self._context)

    def is_recording(self) -> bool:
        """Return whether the span has not ended."""
        return self._end_time is None

    def set_attribute(self, key: str, value: AnyValue) -> None:
        """Set an attribute."""
        if self._end_time is None:
            self._attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, AnyValue]) -> None:
        """Set attributes."""
        if self._end_time is None:
            self._attributes |= attributes

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Set the status."""
        if self._end_time is None:
            self._status = status if isinstance(status, Status) else Status(status, description)

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """Add an event."""
        if self._end_time is None:
            self._events = (*self._events, Event(name, attributes, timestamp))

    def add_link(self, context: SpanContext, attributes: Attributes = None) -> None:
        """Add a link."""
        if self._end_time is None:
            self._links = (*self._links, Link(context, attributes))

    def update_name(self, name: str) -> None:
        """Rename the span."""
        if self._end_time is None:
            self._name = name

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,  # noqa: ARG002 - the interface's
        timestamp: int | None = None,
        escaped: bool = False,  # noqa: ARG002, FBT001, FBT002 - the same
    ) -> None:
        """Record the type of an exception; its message may contain a customer's data."""
        self.add_event("exception", {"exception.type": type(exception).__name__}, timestamp)


class RecordingTracer(Tracer):
    """Starts spans, each of which is recorded."""

    def __init__(self, processor: SpanProcessor, resource: Resource) -> None:
        self._processor = processor
        self._resource = resource

    def start_span(  # noqa: PLR0917 - the interface's
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = (),
        start_time: int | None = None,
        record_exception: bool = True,  # noqa: ARG002, FBT001, FBT002 - the same
        set_status_on_exception: bool = True,  # noqa: ARG002, FBT001, FBT002 - the same
    ) -> Span:
        """Start a span below that of the context; without one, it begins a trace."""
        above = get_current_span(context).get_span_context()
        parent = above if above.is_valid else None
        random_bits = random.getrandbits
        return RecordedSpan(
            self._processor,
            name=name,
            context=SpanContext(
                random_bits(128) or 1 if parent is None else parent.trace_id,
                random_bits(64) or 1,
                is_remote=False,
                trace_flags=SAMPLED,
                trace_state=None if parent is None else parent.trace_state,
            ),
            parent=parent,
            resource=self._resource,
            attributes=dict(attributes or {}),
            links=links or (),
            kind=kind,
            start_time=time_ns() if start_time is None else start_time,
        )

    @contextmanager
    def start_as_current_span(  # type: ignore[override] # the SDK's own returns such a context manager
        self, name: str, *arguments: Any, end_on_exit: bool = True, **options: Any
    ) -> Iterator[Span]:
        """Start a span that is current in the block, for code that knows only OpenTelemetry's interface."""
        span = self.start_span(name, *arguments, **options)
        with use_span(span, end_on_exit, record_exception=False, set_status_on_exception=False):
            yield span
