"""Spans of the requests that a subgraph serves over HTTP, as part of the gateway's traces."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanKind, set_span_in_context

from foundation.graphql_http import GraphQLRequest
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
from subgraphs.kit.graphql.http import Answer

Run: TypeAlias = Callable[[GraphQLRequest, Mapping[str, str]], Awaitable[Answer]]


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
