"""The pipeline with requests that are observed; all others take it as it is."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace

from opentelemetry.trace import INVALID_SPAN, NoOpTracer, Span, Status, StatusCode

from gateway.errors import RequestError
from gateway.observation.debugging import Debugging, DebugReport
from gateway.observation.observation import OBSERVED, Observation
from gateway.observation.parts import (
    ObservedAuthentication,
    ObservedBodies,
    ObservedExecutor,
    ObservedPlanning,
    ObservedPolicies,
)
from gateway.observation.request_tracing import RequestTracing
from gateway.pipeline.parts import AuthenticationPart
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.stages import HttpRequest, Response
from tracing import error_type

SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class ObservedPipeline:
    """Answers requests, and observes those that are traced or whose clients ask for a report.

    Attributes:
        pipeline: Answers requests.
        tracing: Begins traces; None if they are switched off.
        debugging: Decides what clients are told beside answers; None if none may ask.
    """

    pipeline: Pipeline
    tracing: RequestTracing | None
    debugging: Debugging | None

    @property
    def authentication(self) -> AuthenticationPart:
        """Finds the session of a request."""
        return self.pipeline.authentication

    def respond(self, request: HttpRequest) -> Awaitable[Response]:
        """Answer a request; awaiting the result raises what `Pipeline.respond` raises."""
        span = None if self.tracing is None else self.tracing.begin(request)
        report = None if self.debugging is None else self.debugging.asked(request.headers)
        if span is None and report is None:
            return self.pipeline.respond(request)
        return self._observe(request, span, report)

    async def _observe(self, request: HttpRequest, span: Span | None, report: DebugReport | None) -> Response:
        if span is None or self.tracing is None:
            observation = Observation(NoOpTracer(), INVALID_SPAN)
        else:
            observation = Observation(self.tracing.tracer, span)
        token = OBSERVED.set(observation)
        try:
            response = await self._observed(observation, report).respond(request)
        except BaseException as error:
            _failed(observation.span, error)
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
        """Return the pipeline with parts that note what they do."""
        given = self.pipeline
        return replace(
            given,
            authentication=ObservedAuthentication(given.authentication, observation),
            planning=ObservedPlanning(given.planning, observation),
            hooks=replace(given.hooks, policies=(ObservedPolicies(given.hooks.policies, observation),)),
            executor=ObservedExecutor(given.executor, observation, report),
            known_bodies=ObservedBodies(given.known_bodies, observation),
        )


def _failed(span: Span, error: BaseException) -> None:
    """Note why a request got no answer; only what the gateway is to blame for makes the span a failed one."""
    status = error.status if isinstance(error, RequestError) else SERVER_ERROR
    span.set_attribute("error.type", error_type(error))
    if isinstance(error, Exception):
        span.set_attribute("http.response.status_code", status)
        if status >= SERVER_ERROR:
            span.set_status(Status(StatusCode.ERROR))
