"""Records the stages and subgraph calls of one observed request, as spans and as timings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter_ns, time_ns
from typing import Any, ClassVar, Final, TypeAlias

from msgspec import Struct
from opentelemetry.trace import Span, SpanKind, Tracer, set_span_in_context

from foundation.tracing import TRACEPARENT, TRACESTATE, error_type, fail, header_of, within
from gateway.plan import Fetch, OperationKind, RootFields
from gateway.transport import SubgraphOperation

Attributes: TypeAlias = dict[str, str | int | bool]
CACHE: Final = "cache"
"""The attribute of a stage that names the cache that saved its work, or is `miss`."""
MISS: Final = "miss"
SHORTEST: Final = 100_000
"""In nanoseconds: a shorter stage has no span, which would cost more than the stage itself."""
FETCH: Final = "fetch"


@dataclass(slots=True)
class Timing:
    """One stage or fetch of a request.

    Attributes:
        name: The name of the stage or fetch.
        began: When it began, in nanoseconds of `perf_counter_ns`.
        ended: When it ended; 0 while it is in progress.
        attributes: Additional information; never a customer's data.
    """

    name: str
    began: int
    ended: int = 0
    attributes: Attributes = field(default_factory=dict)


@dataclass(slots=True)
class Observation:
    """The record of one request.

    Attributes:
        tracer: Starts spans; a tracer that records nothing if the request is not traced.
        span: The span of the whole request.
        began: When the request began, in nanoseconds of `perf_counter_ns`.
        timings: The request's stages and fetches, in the order in which they ended.
        clock: The difference between the time of day and `perf_counter_ns`.
        shortest: The shortest stage that gets a span, in nanoseconds.
        hits: The caches that saved the work of stages.
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
        """Record the block as a stage; yield its attributes, which the block may add to."""
        timing = Timing(name, perf_counter_ns())
        failure: BaseException | None = None
        try:
            yield timing.attributes
        except BaseException as error:
            failure = error
            raise
        finally:
            if failure is not None:
                # Refusing is part of the stage's task: only an internal fault marks the span as failed.
                timing.attributes["error.type"] = error_type(failure)
            self._end_stage(timing)

    def noted(self, name: str, began: int, attributes: Attributes) -> None:
        """Record a stage that has already ended."""
        self._end_stage(Timing(name, began, 0, attributes))

    @contextmanager
    def fetch(self, name: str, attributes: Attributes, kind: SpanKind) -> Iterator[FetchSpan]:
        """Record a fetch; everything that the block calls in this process belongs to its span."""
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


class FetchSpan(Struct, frozen=True):
    """The span of a fetch in progress."""

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
        """Record that the response has errors, and the code of the first."""
        self.attributes["graphql.error.count"] = count
        self.attributes["error.type"] = error_type(code)
        self.span.set_attribute("graphql.error.count", count)
        fail(self.span, code)


OBSERVED: Final[ContextVar[Observation | None]] = ContextVar("observed request", default=None)
"""The request that the current task belongs to, if it is observed."""


class ObservedCalls(Struct, frozen=True):
    """The middleware that records fetches; a call of any other request costs only one more look-up.

    Attributes:
        remote: The subgraphs that are called over HTTP.
    """

    only_observes: ClassVar[bool] = True
    remote: frozenset[str]

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Return a call that is recorded."""
        observed_call = _ObservedCall(
            call, fetch, kind, SpanKind.CLIENT if fetch.subgraph in self.remote else SpanKind.INTERNAL
        )
        observation_of = OBSERVED.get

        # Not a coroutine function, so that the call of an unobserved request needs no additional coroutine.
        def observed(variables: Mapping[str, Any], headers: Mapping[str, str], session: object) -> Any:
            observation = observation_of()
            if observation is None:
                return call(variables, headers, session)
            return observed_call.send(observation, variables, headers, session)

        return observed


class _ObservedCall(Struct, frozen=True):
    call: SubgraphOperation
    fetch: Fetch
    kind: OperationKind
    span_kind: SpanKind

    async def send(
        self,
        observation: Observation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        session: object,
    ) -> Mapping[str, Any]:
        """Call the subgraph, and record the call."""
        name = f"{FETCH} {self.fetch.subgraph}"
        with observation.fetch(name, self._attributes(variables), self.span_kind) as span:
            response = await self.call(variables, span.headers(headers), session)
            errors = response.get("errors")
            if errors:
                span.answered_with_errors(len(errors) if isinstance(errors, list) else 1, _code(errors))
        return response

    def _attributes(self, variables: Mapping[str, Any]) -> Attributes:
        """Return the attributes of the call: how many entities it fetches, but never which."""
        fetch = self.fetch
        attributes: Attributes = {
            "subgraph.name": fetch.subgraph,
            "fetch.number": fetch.number,
        }
        if self.kind != "query":
            attributes["graphql.operation.type"] = self.kind
        if isinstance(fetch.returns, RootFields):
            return attributes | {"fetch.kind": "root"}
        names = tuple(entities.variable for entities in fetch.returns)
        sent = [value for name, value in variables.items() if name.startswith(names)]
        return attributes | {
            "fetch.kind": "entities",
            "fetch.entities": sum(len(value) for value in sent if isinstance(value, list)),
        }


def _code(errors: object) -> object:
    """Return the code of the first error; its message may contain a customer's data."""
    first = errors[0] if isinstance(errors, list) else None
    extensions = first.get("extensions") if isinstance(first, dict) else None
    return extensions.get("code") if isinstance(extensions, dict) else None
