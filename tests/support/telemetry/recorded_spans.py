"""Spans that stay in the process, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from foundation.tracing import Sampling, Tracing
from foundation.tracing.recorded_spans import RecordingTracer


@dataclass(frozen=True, slots=True)
class Recording:
    """Records traces in memory.

    Attributes:
        sampling: Decides which traces are recorded.
        exporter: Keeps them.
    """

    sampling: Sampling = field(default_factory=Sampling)
    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    tracing: Tracing = field(init=False)

    def __post_init__(self) -> None:
        processor = SimpleSpanProcessor(self.exporter)
        tracer = RecordingTracer(processor, Resource({"service.name": "test"}))
        made = Tracing(tracer, self.sampling, processor, self.exporter)
        object.__setattr__(self, "tracing", made)

    @property
    def spans(self) -> list[ReadableSpan]:
        """All spans that have ended."""
        return list(self.exporter.get_finished_spans())

    def named(self, name: str) -> ReadableSpan:
        """Return the only span with a name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def children(self, parent: ReadableSpan) -> list[ReadableSpan]:
        """Return the spans directly below a span."""
        return [
            span
            for span in self.spans
            if span.parent is not None
            and span.parent.span_id == parent.context.span_id
            and span.parent.trace_id == parent.context.trace_id
        ]

    def tree(self, root: ReadableSpan) -> dict[str, object]:
        """Return the names below a span, nested."""
        return {child.name: self.tree(child) for child in sorted(self.children(root), key=_began)}


def _began(span: ReadableSpan) -> int:
    return span.start_time or 0


def attributes_of(span: ReadableSpan) -> Mapping[str, Any]:
    """Return what a span says; nothing if it has no attributes."""
    return span.attributes or {}
