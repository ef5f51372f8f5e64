"""Adds the query plan and timings to a response, whole or in parts, for permitted clients that ask for them.

Fetches of later parts belong to the trace in which the response was started: their tasks take over its
context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter_ns
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from opentelemetry.trace import INVALID_SPAN, NoOpTracer

from foundation.graphql_http.media import IncrementalSpec
from gateway.errors import RequestError
from gateway.features.observation.observation import OBSERVED, Observation, Timing
from gateway.pipeline.hooks import ResponseHook
from gateway.pipeline.identification import Identification
from gateway.pipeline.in_parts import AnswersInParts, StreamOfParts
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import GraphQLResponse
from gateway.plan import plan_as_json, show

PLAN: Final = "plan"
TIMING: Final = "timing"
_MAX_LENGTH: Final = 64
_NANOSECONDS: Final = 1_000_000


class DebugReport(Struct, frozen=True):
    """The report that a client gets with a response.

    Attributes:
        plan: Whether the report contains the query plan.
        timing: Whether the report contains the time of each stage and fetch.
    """

    plan: bool
    timing: bool

    def complete(
        self, response: GraphQLResponse, planned: PlannedOperation, observation: Observation
    ) -> GraphQLResponse:
        """Return the response with the report in its extensions."""
        report: dict[str, Any] = {}
        if self.plan:
            report["queryPlan"] = {"text": show(planned.plan), "json": plan_as_json(planned.plan)}
        if self.timing:
            report["timing"] = timings(observation)
        extensions = {**response.body.get("extensions", {}), **report}
        return replace(response, body={**response.body, "extensions": extensions})


class Debugging(Struct, frozen=True):
    """Decides which report a client gets with a response.

    Attributes:
        header: The header by which a client asks: `plan`, `timing`, or both with a comma.
        in_response: Whether classes of clients without a setting of their own may ask.
        identification: Finds the client of a request.
    """

    header: bytes
    in_response: bool
    identification: Identification

    def asked(self, headers: Mapping[bytes, bytes]) -> DebugReport | None:
        """Return the report that a request's client asks for and may get; None for no report."""
        value = headers.get(self.header)
        if value is None or len(value) > _MAX_LENGTH:
            return None
        wanted = {part.strip() for part in value.decode("latin-1").lower().split(",")}
        report = DebugReport(PLAN in wanted, TIMING in wanted)
        return report if (report.plan or report.timing) and self._may_ask(headers) else None

    def _may_ask(self, headers: Mapping[bytes, bytes]) -> bool:
        try:
            own = self.identification.identify(headers).client_class.debug_in_response
        except RequestError:  # the pipeline will refuse the request for this
            return False
        return self.in_response if own is None else own


def timings(observation: Observation) -> dict[str, Any]:
    """Return how long the stages and fetches of a request have taken until now, in milliseconds."""
    return {
        "unit": "ms",
        "total": _milliseconds(perf_counter_ns() - observation.began),
        "stages": [_stage(timing, observation.began) for timing in observation.timings],
    }


def _stage(timing: Timing, began: int) -> dict[str, Any]:
    said = {_CAMEL.get(name, name): value for name, value in timing.attributes.items()}
    return {
        "name": timing.name,
        "start": _milliseconds(timing.began - began),
        "duration": _milliseconds(timing.ended - timing.began),
        **said,
    }


_CAMEL: Final = {
    "subgraph.name": "subgraph",
    "fetch.number": "fetch",
    "fetch.kind": "kind",
    "fetch.entities": "entities",
    "graphql.operation.type": "operation",
    "graphql.error.count": "errors",
    "error.type": "error",
}


def _milliseconds(nanoseconds: int) -> float:
    return round(nanoseconds / _NANOSECONDS, 3)


class ReportedIncremental(Struct, frozen=True):
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


class _Reporting(Struct, frozen=True):
    """Adds the report of one response."""

    report: DebugReport
    planned: PlannedOperation
    observation: Observation

    def complete(self, _policy_input: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Return the response with the report."""
        return self.report.complete(response, self.planned, self.observation)
