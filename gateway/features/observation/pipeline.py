"""The pipeline for observed requests; all others take the plain one."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace

from opentelemetry.trace import INVALID_SPAN, NoOpTracer, Span

from foundation.graphql_http import BatchRefused
from gateway.features.observation.debugging import Debugging, DebugReport
from gateway.features.observation.events import EventTracing
from gateway.features.observation.observation import OBSERVED, Observation
from gateway.features.observation.outcomes import note_failure
from gateway.features.observation.parts import (
    ObservedAuthentication,
    ObservedBodies,
    ObservedExecutor,
    ObservedPlanning,
    ObservedPolicies,
)
from gateway.features.observation.request_tracing import RequestTracing
from gateway.pipeline.components import AuthenticationComponent
from gateway.pipeline.in_parts import ResponseInParts
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.stages import HttpRequest, Response, ResponseStream


@dataclass(frozen=True, slots=True)
class ObservedPipeline:
    """Answers requests, and observes those that are traced or whose clients ask for a report.

    Attributes:
        pipeline: Answers requests.
        tracing: Begins traces; None if tracing is switched off.
        debugging: Decides about clients' reports; None if no client may ask for one.
    """

    pipeline: Pipeline
    tracing: RequestTracing | None
    debugging: Debugging | None

    @property
    def authentication(self) -> AuthenticationComponent:
        """Finds the session of a request."""
        return self.pipeline.authentication

    def respond(self, request: HttpRequest) -> Awaitable[Response]:
        """Answer a request; awaiting the result raises what `Pipeline.respond` raises."""
        span = None if self.tracing is None else self.tracing.begin(request)
        report = None if self.debugging is None else self.debugging.asked(request.headers)
        if span is None and report is None:
            return self.pipeline.respond(request)
        return self._observe(request, span, report)

    async def subscribe(self, request: HttpRequest) -> ResponseStream:
        """Start a subscription, and trace its events; raises what `Pipeline.subscribe` raises.

        The span of the start ends when the stream is open. Clients get no reports about events. A response in
        parts is started in the same way; its later fetches belong to the span as well.
        """
        if self.tracing is None:
            return await self.pipeline.subscribe(request)
        span = self.tracing.begin(request)
        self.tracing.tell_untraced(request)
        if span is None:
            return await self._following(self.pipeline, None).subscribe(request)
        observation = Observation(self.tracing.tracer, span)
        token = OBSERVED.set(observation)
        try:
            return await self._following(self._observed(observation, None), span).subscribe(request)
        except BaseException as error:
            note_failure(span, error)
            raise
        finally:
            OBSERVED.reset(token)
            span.end()

    def _following(self, pipeline: Pipeline, start: Span | None) -> Pipeline:
        """Return the pipeline with traces of events."""
        subscribing = pipeline.subscribing
        if subscribing is None or self.tracing is None:
            return pipeline
        observe = EventTracing(self.tracing, start).observe
        return replace(pipeline, subscribing=subscribing.observed_by(observe))

    async def _observe(self, request: HttpRequest, span: Span | None, report: DebugReport | None) -> Response:
        if span is None or self.tracing is None:
            observation = Observation(NoOpTracer(), INVALID_SPAN)
        else:
            observation = Observation(self.tracing.tracer, span)
        token = OBSERVED.set(observation)
        try:
            response = await self._observed(observation, report).respond(request)
        except BaseException as error:
            if not isinstance(error, ResponseInParts | BatchRefused):
                note_failure(observation.span, error)
            raise
        else:
            observation.span.set_attribute("http.response.status_code", response.status)
            observation.span.set_attribute("graphql.response.outcome", response.outcome)
        finally:
            OBSERVED.reset(token)
            if observation.hits:
                observation.span.set_attribute("cache.hits", ",".join(observation.hits))
            observation.span.end()
        return response

    def _observed(self, observation: Observation, report: DebugReport | None) -> Pipeline:
        """Return the pipeline with parts that record what they do."""
        given = self.pipeline
        return replace(
            given,
            authentication=ObservedAuthentication(given.authentication, observation),
            planning=ObservedPlanning(given.planning, observation),
            hooks=replace(given.hooks, policies=(ObservedPolicies(given.hooks.policies, observation),)),
            executor=ObservedExecutor(given.executor, observation, report),
            known_bodies=ObservedBodies(given.known_bodies, observation),
        )
