"""Adds the report that a client asks for to a response in parts.

Fetches of later parts belong to the trace in which the response was started: their tasks take over its
context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from opentelemetry.trace import INVALID_SPAN, NoOpTracer

from foundation.graphql_http.media import IncrementalSpec
from gateway.features.observation.debugging import Debugging, DebugReport
from gateway.features.observation.observation import OBSERVED, Observation
from gateway.pipeline.graphql_response import GraphQLResponse
from gateway.pipeline.hooks import ResponseHook
from gateway.pipeline.in_parts import AnswersInParts, StreamOfParts
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation


@dataclass(frozen=True, slots=True)
class ReportedIncremental:
    """Answers in parts, the last of which has the report that the client asked for.

    Attributes:
        part: Answers in parts.
        debugging: Decides about clients' reports.
    """

    part: AnswersInParts
    debugging: Debugging

    def stream(
        self,
        policy_input: PolicyInput,
        planned: PlannedOperation,
        headers: Mapping[str, str],
        spec: IncrementalSpec,
        release: Callable[[], None],
    ) -> StreamOfParts:
        """Return the response to a request, as `AnswersInParts.stream` does."""
        report = self.debugging.asked(policy_input.request.headers)
        if report is None:
            return self.part.stream(policy_input, planned, headers, spec, release)
        observation = OBSERVED.get() or Observation(NoOpTracer(), INVALID_SPAN)
        reporting = _Reporting(report, planned, observation)
        part = self.part.with_hook(reporting)
        token = OBSERVED.set(observation)
        try:
            return part.stream(policy_input, planned, headers, spec, release)
        finally:
            OBSERVED.reset(token)

    def with_hook(self, hook: ResponseHook) -> ReportedIncremental:
        """Return one that shows the whole response to a further hook."""
        return ReportedIncremental(self.part.with_hook(hook), self.debugging)


@dataclass(frozen=True, slots=True)
class _Reporting:
    """Adds the report of one response."""

    report: DebugReport
    planned: PlannedOperation
    observation: Observation

    def complete(self, _policy_input: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Return the response with the report."""
        return self.report.complete(response, self.planned, self.observation)
