"""What is noted of one observed request: its stages and fetches, as spans and as timings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter_ns, time_ns
from typing import Final, TypeAlias

from opentelemetry.trace import Span, SpanKind, Tracer, set_span_in_context

from tracing import TRACEPARENT, TRACESTATE, error_type, fail, header_of, within

Attributes: TypeAlias = dict[str, str | int | bool]
CACHE: Final = "cache"
"""The attribute of a stage that names the cache which spared it its work, or `miss`."""

MISS: Final = "miss"
SHORTEST: Final = 100_000
"""A stage that took less time, in nanoseconds, has no span, which would cost more than the stage did."""


@dataclass(slots=True)
class Timing:
    """One stage or fetch of a request.

    Attributes:
        name: What was done.
        began: When it began, in nanoseconds of `perf_counter_ns`.
        ended: When it ended; 0 while it goes on.
        attributes: What else is known of it; never data of a customer.
    """

    name: str
    began: int
    ended: int = 0
    attributes: Attributes = field(default_factory=dict)


@dataclass(slots=True)
class Observation:
    """What is noted of one request.

    Attributes:
        tracer: Starts spans; one that records nothing if the request is not traced.
        span: The span of the whole request.
        began: When the request began, in nanoseconds of `perf_counter_ns`.
        timings: Its stages and fetches, in the order of their ends.
        clock: What is added to `perf_counter_ns` to get the time of day.
        shortest: The shortest stage that has a span, in nanoseconds.
        hits: The caches that spared stages their work.
    """

    tracer: Tracer
    span: Span
    began: int = field(default_factory=perf_counter_ns)
    timings: list[Timing] = field(default_factory=list)
    clock: int = field(default_factory=lambda: time_ns() - perf_counter_ns())
    shortest: int = field(default_factory=lambda: SHORTEST)
    hits: list[str] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[Attributes]:
        """Note a stage that takes as long as the block; yield its attributes, which the block may add to."""
        timing = Timing(name, perf_counter_ns())
        failure: BaseException | None = None
        try:
            yield timing.attributes
        except BaseException as error:
            failure = error
            raise
        finally:
            if failure is not None:
                # A refusal is what the stage is for: only a fault of ours makes the span a failed one.
                timing.attributes["error.type"] = error_type(failure)
            self._end_stage(timing)

    def noted(self, name: str, began: int, attributes: Attributes) -> None:
        """Note a stage that is over already."""
        self._end_stage(Timing(name, began, 0, attributes))

    @contextmanager
    def fetch(self, name: str, attributes: Attributes, kind: SpanKind) -> Iterator[FetchSpan]:
        """Note a fetch; whatever the block calls in this process belongs to its span."""
        timing = Timing(name, perf_counter_ns(), 0, attributes)
        span = self._started(timing, kind)
        try:
            with within(span):
                yield FetchSpan(span, attributes)
        except BaseException as error:
            attributes["error.type"] = error_type(error)
            fail(span, error)
            raise
        finally:
            self._end(timing)
            span.end(timing.ended + self.clock)

    def _started(self, timing: Timing, kind: SpanKind) -> Span:
        return self.tracer.start_span(
            timing.name,
            set_span_in_context(self.span),
            kind=kind,
            attributes=timing.attributes,
            start_time=timing.began + self.clock,
        )

    def _end_stage(self, timing: Timing) -> None:
        self._end(timing)
        cache = timing.attributes.get(CACHE)
        if isinstance(cache, str) and cache != MISS:
            self.hits.append(cache)
        if timing.ended - timing.began >= self.shortest:
            self._started(timing, SpanKind.INTERNAL).end(timing.ended + self.clock)

    def _end(self, timing: Timing) -> None:
        timing.ended = perf_counter_ns()
        self.timings.append(timing)


@dataclass(frozen=True, slots=True)
class FetchSpan:
    """The span of a fetch that goes on."""

    span: Span
    attributes: Attributes

    def headers(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Return headers that continue the trace in the subgraph."""
        if not self.span.is_recording():
            return headers
        context = self.span.get_span_context()
        sent = {name: value for name, value in headers.items() if name != TRACESTATE}
        sent[TRACEPARENT] = header_of(context)
        if context.trace_state:
            sent[TRACESTATE] = context.trace_state.to_header()
        return sent

    def answered_with_errors(self, count: int, code: object) -> None:
        """Note that the response has errors, and the code of the first."""
        self.attributes["graphql.error.count"] = count
        self.attributes["error.type"] = error_type(code)
        self.span.set_attribute("graphql.error.count", count)
        fail(self.span, code)


OBSERVED: Final[ContextVar[Observation | None]] = ContextVar("observed request", default=None)
"""The request that the current task belongs to, if it is observed."""
