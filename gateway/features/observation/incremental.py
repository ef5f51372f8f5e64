"""Adds the report that a client asks for to a response in parts.

Fetches of later parts belong to the trace in which the response was started: their tasks take over its
context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from opentelemetry.trace import INVALID_SPAN, NoOpTracer

from gateway.features.observation.debugging import Debugging, DebugReport
from gateway.features.observation.observation import OBSERVED, Observation
from gateway.pipeline.graphql_response import GraphQLResponse
from gateway.pipeline.incremental import IncrementalResponses, IncrementalStream
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from graphql_http.parts import IncrementalSpec


@dataclass(frozen=True, slots=True)
class ReportedIncremental:
    """Answers in parts, the last of which has the report that the client asked for.

    Attributes:
        part: Answers in parts.
        debugging: Decides about clients' reports.
    """

    part: IncrementalResponses
    debugging: Debugging

    def stream(
        self,
        policy_input: PolicyInput,
        planned: PlannedOperation,
        headers: Mapping[str, str],
        spec: IncrementalSpec,
        release: Callable[[], None],
    ) -> IncrementalStream:
        """Return the response to a request, as `IncrementalResponses.stream` does."""
        report = self.debugging.asked(policy_input.request.headers)
        if report is None:
            return self.part.stream(policy_input, planned, headers, spec, release)
        observation = OBSERVED.get() or Observation(NoOpTracer(), INVALID_SPAN)
        reporting = _Reporting(report, planned, observation)
        part = replace(self.part, hooks=(*self.part.hooks, reporting))
        token = OBSERVED.set(observation)
        try:
            return part.stream(policy_input, planned, headers, spec, release)
        finally:
            OBSERVED.reset(token)


@dataclass(frozen=True, slots=True)
class _Reporting:
    """Adds the report of one response."""

    report: DebugReport
    planned: PlannedOperation
    observation: Observation

    def complete(self, _policy_input: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Return the response with the report."""
        return self.report.complete(response, self.planned, self.observation)
