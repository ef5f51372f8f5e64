"""What a subgraph that runs as a server records: metrics of responses and refusals, spans of requests."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Final, TypeAlias

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanKind, set_span_in_context
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric

from foundation.graphql_http import GraphQLRequest, RequestError
from foundation.signatures import Reason
from foundation.tracing import (
    TRACEPARENT,
    TRACESTATE,
    Tracing,
    error_type,
    fail,
    header_of,
    span_context_of,
    within,
)
from subgraphs.kit.domain.errors import AuthenticationUnavailable, Unauthenticated, WrongCell
from subgraphs.kit.graphql.http import Answer

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

Run: TypeAlias = Callable[[GraphQLRequest, Mapping[str, str]], Awaitable[Answer]]
"""Answers a GraphQL request, or raises `RequestError`."""


class SubgraphMetrics:
    """The counts of one process of a subgraph; no metric names a customer.

    Attributes:
        refused: Requests that were refused for their signature, by the reason; `replayed` are repeated ones.
        registry: All metrics of the process.
        unshared: Returns how many signatures were accepted while the shared memory was unavailable.
    """

    def __init__(self, unshared: Callable[[], int] = lambda: 0) -> None:
        self.refused: Counter[Reason] = Counter()
        self.unshared = unshared
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "furlong_subgraph_request_seconds",
            "Duration of GraphQL requests, by outcome: ok, errors, refused, failed",
            ("outcome",),
            registry=self.registry,
            buckets=SECONDS,
        )
        self.registry.register(self)

    def measured(self, run: Run) -> Run:
        """Return a handler that also measures requests."""

        async def measured(graphql_request: GraphQLRequest, headers: Mapping[str, str]) -> Answer:
            began, outcome = perf_counter(), "failed"
            try:
                answer = await run(graphql_request, headers)
                outcome = "errors" if answer.body.get("errors") else "ok"
            except (RequestError, Unauthenticated, WrongCell, AuthenticationUnavailable):
                outcome = "refused"
                raise
            finally:
                self._seconds.labels(outcome).observe(perf_counter() - began)
            return answer

        return measured

    def exposition(self) -> bytes:
        """Return the metrics as Prometheus reads them."""
        return generate_latest(self.registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the counters of signatures; each starts at 0, so that a first refusal is an increase."""
        refused = CounterMetricFamily(
            "furlong_subgraph_refused_requests", "Requests refused for their signature", labels=("reason",)
        )
        for reason in Reason:
            refused.add_metric((reason.value,), self.refused[reason])
        yield refused
        yield CounterMetricFamily(
            "furlong_subgraph_unshared_signatures",
            "Signatures accepted while the processes' common memory of signatures was unavailable",
            value=self.unshared(),
        )


@dataclass(frozen=True, slots=True)
class TracedRequests:
    """Runs operations, each with a span if its trace is recorded.

    Attributes:
        run: Runs an operation; see `GraphQLRoute`.
        tracing: Records spans.
    """

    run: Run
    tracing: Tracing

    async def __call__(self, graphql_request: GraphQLRequest, headers: Mapping[str, str]) -> Answer:
        """Run an operation; raises what `run` raises."""
        caller = span_context_of(headers.get(TRACEPARENT), headers.get(TRACESTATE))
        sampling = self.tracing.sampling
        if not (sampling.starts() if caller is None else sampling.continues(caller)):
            return await self.run(graphql_request, headers)
        context = Context() if caller is None else set_span_in_context(NonRecordingSpan(caller), Context())
        span = self.tracing.tracer.start_span("POST /graphql", context, SpanKind.SERVER)
        try:
            with within(span):
                # What the operation writes belongs to this span: see `follow_request`.
                answer = await self.run(
                    graphql_request, {**headers, TRACEPARENT: header_of(span.get_span_context())}
                )
            if answer.body.get("errors"):
                span.set_attribute("graphql.error.count", len(answer.body["errors"]))
        except Exception as error:
            if getattr(error, "code", None) is None:
                fail(span, error)
            else:
                span.set_attribute("error.type", error_type(error))
            raise
        else:
            return answer
        finally:
            span.end()
