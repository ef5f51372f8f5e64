"""Traces the events of subscriptions: a trace for each sampled event, linked to the subscription's start."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind

from gateway.features.observation.observation import OBSERVED, Observation
from gateway.features.observation.outcomes import note_failure, note_operation
from gateway.features.observation.request_tracing import RequestTracing
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.stages import Response

EVENT: Final = "subscription event"


@dataclass(frozen=True, slots=True)
class EventTracing:
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
