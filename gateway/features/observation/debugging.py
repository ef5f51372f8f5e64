"""Adds the query plan and timings to a response, for permitted clients that ask for them by a header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any, Final

from msgspec.structs import replace

from gateway.clients import Identification
from gateway.errors import RequestError
from gateway.features.observation.observation import Observation, Timing
from gateway.pipeline.graphql_response import GraphQLResponse
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.plan import plan_as_json, show

PLAN: Final = "plan"
TIMING: Final = "timing"
_MAX_LENGTH: Final = 64
_NANOSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class DebugReport:
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


@dataclass(frozen=True, slots=True)
class Debugging:
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
        wanted = {each.strip() for each in value.decode("latin-1").lower().split(",")}
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
        "stages": [_stage(each, observation.began) for each in observation.timings],
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
