"""The parts of the pipeline for observed requests: each records what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any, Final

from foundation.graphql_http import GraphQLRequest
from gateway.executor import FetchedData, ResponseLimits
from gateway.features.observation.debugging import DebugReport
from gateway.features.observation.observation import CACHE, MISS, Observation
from gateway.features.observation.outcomes import note_operation
from gateway.pipeline.components import (
    AuthenticationComponent,
    BodiesComponent,
    ExecutorComponent,
    PlanningComponent,
)
from gateway.pipeline.graphql_response import GraphQLResponse
from gateway.pipeline.policies import Policy, PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.stages import HttpRequest

AUTHENTICATE: Final = "authenticate"
PREPARE: Final = "prepare"
POLICIES: Final = "policies"
PLAN: Final = "plan"
PROJECT: Final = "project"


@dataclass(frozen=True, slots=True)
class ObservedAuthentication:
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


@dataclass(frozen=True, slots=True)
class ObservedBodies:
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


@dataclass(frozen=True, slots=True)
class ObservedPlanning:
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


@dataclass(frozen=True, slots=True)
class ObservedExecutor:
    """Executes an observed request.

    Attributes:
        report: The report that the client gets with the response; None for no report.
    """

    part: ExecutorComponent
    observation: Observation
    report: DebugReport | None

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


@dataclass(frozen=True, slots=True)
class ObservedPolicies:
    """All policies, as one stage of an observed request; their input names the request's span."""

    policies: tuple[Policy, ...]
    observation: Observation

    def check(self, policy_input: PolicyInput) -> Awaitable[None]:
        """Return an awaitable that checks all policies; raises what they raise."""
        return self._check(policy_input)

    async def _check(self, policy_input: PolicyInput) -> None:
        note_operation(self.observation.span, policy_input)
        with self.observation.stage(POLICIES):
            for policy in self.policies:
                undecided = policy.check(policy_input)
                if undecided is not None:
                    await undecided
