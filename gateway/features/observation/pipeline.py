"""The pipeline for observed requests, whose parts record what they do; all others take the plain one."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import replace
from time import perf_counter_ns
from typing import Any, Final

from msgspec import Struct
from opentelemetry.trace import INVALID_SPAN, NoOpTracer, Span

from foundation.graphql_http import BatchRefused, GraphQLRequest
from gateway.executor import FetchedData
from gateway.features.observation.observation import CACHE, MISS, OBSERVED, Observation
from gateway.features.observation.reports import Debugging, DebugReport
from gateway.features.observation.tracing import EventTracing, RequestTracing, note_failure, note_operation
from gateway.pipeline.components import (
    AuthenticationComponent,
    BodiesComponent,
    ExecutorComponent,
    PlanningComponent,
)
from gateway.pipeline.in_parts import ResponseInParts
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.stages import GraphQLResponse, HttpRequest, Response, ResponseStream
from gateway.settings.limits import ResponseLimits

AUTHENTICATE: Final = "authenticate"
PREPARE: Final = "prepare"
POLICIES: Final = "policies"
PLAN: Final = "plan"
PROJECT: Final = "project"


class ObservedPipeline(Struct, frozen=True):
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

    async def stream(self, request: HttpRequest) -> ResponseStream:
        """Start an operation as a stream, and trace its events; raises what `Pipeline.stream` raises.

        The span of the start ends when the stream is open. Clients get no reports about events. A response in
        parts is started in the same way; its later fetches belong to the span as well.
        """
        if self.tracing is None:
            return await self.pipeline.stream(request)
        span = self.tracing.begin(request)
        self.tracing.tell_untraced(request)
        if span is None:
            return await self._following(self.pipeline, None).stream(request)
        observation = Observation(self.tracing.tracer, span)
        token = OBSERVED.set(observation)
        try:
            return await self._following(self._observed(observation, None), span).stream(request)
        except BaseException as error:
            note_failure(span, error)
            raise
        finally:
            OBSERVED.reset(token)
            span.end()

    def _following(self, pipeline: Pipeline, start: Span | None) -> Pipeline:
        """Return the pipeline with traces of events."""
        subscriptions = pipeline.subscriptions
        if subscriptions is None or self.tracing is None:
            return pipeline
        observe = EventTracing(self.tracing, start).observe
        return replace(pipeline, subscriptions=subscriptions.observed_by(observe))

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
        # A trace tells what was done; who asks for a plan wants to see how an answer is made.
        executor = given.executor if report is None else given.executor.fresh
        return replace(
            given,
            authentication=ObservedAuthentication(given.authentication, observation),
            planning=ObservedPlanning(given.planning, observation),
            checks=(ObservedPolicies(observation).check,),
            executor=ObservedExecutor(executor, observation, report),
            known_bodies=ObservedBodies(given.known_bodies, observation),
        )


class ObservedAuthentication(Struct, frozen=True):
    """Finds the session of an observed request."""

    part: AuthenticationComponent
    observation: Observation

    @property
    def is_required(self) -> bool:
        """Whether requests need a session."""
        return self.part.is_required

    def cached(self, forwarded: Mapping[str, str]) -> object:
        """Return the session if it is known without waiting, else None."""
        began = perf_counter_ns()
        session = self.part.cached(forwarded)
        if session is not None:
            self.observation.noted(AUTHENTICATE, began, {CACHE: "sessions"})
        return session

    async def session(self, request: HttpRequest) -> object:
        """Return the session of a request; raises what the part raises."""
        if not self.is_required:
            return await self.part.session(request)
        with self.observation.stage(AUTHENTICATE) as attributes:
            attributes[CACHE] = MISS
            return await self.part.session(request)


class ObservedBodies(Struct, frozen=True):
    """Recognizes the body of an observed request."""

    part: BodiesComponent
    observation: Observation

    def get(self, body: bytes) -> PreparedRequest | None:
        """Return the prepared request of an equal body; None if it is not known."""
        began = perf_counter_ns()
        prepared = self.part.get(body)
        if prepared is not None:
            self.observation.noted(PREPARE, began, {CACHE: "bodies"})
        return prepared

    def put(self, body: bytes, prepared: PreparedRequest) -> None:
        """Remember the prepared request of a body."""
        self.part.put(body, prepared)


class ObservedPlanning(Struct, frozen=True):
    """Prepares and plans an observed request."""

    part: PlanningComponent
    observation: Observation

    def is_known(self, graphql_request: GraphQLRequest) -> bool:
        """Return whether a document is in the cache."""
        return self.part.is_known(graphql_request)

    async def prepare(self, graphql_request: GraphQLRequest) -> PreparedRequest:
        """Prepare a request; raises what the part raises."""
        with self.observation.stage(PREPARE) as attributes:
            attributes[CACHE] = "documents" if self.part.is_known(graphql_request) else MISS
            return await self.part.prepare(graphql_request)

    def known_plan(self, prepared: PreparedRequest) -> PlannedOperation | None:
        """Return the plan of a request if it is known; raises what the part raises."""
        began = perf_counter_ns()
        planned = self.part.known_plan(prepared)
        if planned is not None:
            self.observation.noted(PLAN, began, {CACHE: "plans"})
        return planned

    async def plan(self, prepared: PreparedRequest) -> PlannedOperation:
        """Return the plan of a request; raises what the part raises."""
        with self.observation.stage(PLAN) as attributes:
            attributes[CACHE] = MISS
            return await self.part.plan(prepared)


class ObservedExecutor(Struct, frozen=True):
    """Executes an observed request.

    Attributes:
        report: The report that the client gets with the response; None for no report.
    """

    part: ExecutorComponent
    observation: Observation
    report: DebugReport | None

    @property
    def fresh(self) -> ExecutorComponent:
        """This executor: it fetches for each request."""
        return self

    @property
    def limits(self) -> ResponseLimits:
        """Limits on the data of a response."""
        return self.part.limits

    def fetch(
        self,
        planned: PlannedOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        session: object = None,
    ) -> Coroutine[Any, Any, FetchedData]:
        """Fetch from subgraphs."""
        return self.part.fetch(planned, variables, headers, session)

    def project(
        self, prepared: PreparedRequest, planned: PlannedOperation, fetched: FetchedData
    ) -> GraphQLResponse:
        """Project fetched data to the client's response, and add the report that the client asked for."""
        with self.observation.stage(PROJECT):
            response = self.part.project(prepared, planned, fetched)
        return response if self.report is None else self.report.complete(response, planned, self.observation)


class ObservedPolicies(Struct, frozen=True):
    """All checks of a document, as one stage of an observed request; their input names the request's span."""

    observation: Observation

    async def check(self, policy_input: PolicyInput) -> None:
        """Check what the policies left for the document; raises what they raise."""
        note_operation(self.observation.span, policy_input)
        with self.observation.stage(POLICIES):
            for check in policy_input.prepared.document.checks:
                undecided = check(policy_input)
                if undecided is not None:
                    await undecided
