"""The gateway's metrics, in a registry of their own, so that one process can have several gateways.

Every request is counted, so counting only adds to numbers; metrics are built from them on collection.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import inf, nextafter
from typing import Any, Final, Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from gateway.monitoring.families import SECONDS, BucketCounts, OutcomeTimes, SummedGauge

OUTCOMES: Final = ("ok", "partial", "refused", "gone", "fault")
"""All outcomes are counted from 0: Prometheus sees no increase in a counter that starts at 1."""

OTHER: Final = "other"
"""The label of errors without a code, and of all codes beyond the maximum."""

ERROR_CODES: Final = 100
"""The most error codes in metrics, because subgraphs choose their own."""

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


class AdmissionCounts(Protocol):
    """The counts of admission control."""

    inside: int
    limit: int
    refused: int


class Metrics(Collector):
    """The metrics of one gateway.

    Attributes:
        admission: The counts of admission control.
        request: Counts an answered request by its outcome, with its time in seconds.
    """

    def __init__(self, admission: AdmissionCounts) -> None:
        self.registry = CollectorRegistry()
        self.admission = admission
        self._requests = OutcomeTimes(OUTCOMES)
        self.request = self._requests.observe
        self._fetches: defaultdict[tuple[str, str], BucketCounts] = defaultdict(BucketCounts)
        self._plans: Counter[bool] = Counter()
        self._deopts: Counter[tuple[str, str]] = Counter()
        self._refusals: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._started: dict[float, None] = {}
        self.registry.register(self)

    def begin(self) -> float:
        """Record that a request has arrived; return its time by `time.perf_counter`, which identifies it."""
        started = time.perf_counter()
        while started in self._started:
            started = nextafter(started, inf)
        self._started[started] = None
        return started

    def end(self, started: float) -> None:
        """Record that a request has been answered or abandoned."""
        del self._started[started]

    def fetch(self, subgraph: str, outcome: str, seconds: float) -> None:
        """Count a fetch."""
        times = self._fetches[subgraph, outcome]
        times.counts[bisect_left(SECONDS, seconds)] += 1  # as `add` does: each fetch comes here
        times.total += seconds

    def errors(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Count the errors in a response by their codes."""
        for error in errors:
            self._errors[self._error_code(error.get("extensions"))] += 1

    def _error_code(self, extensions: object) -> str:
        """Return the label of an error: its code, unless there are too many codes."""
        code = extensions.get("code") if isinstance(extensions, dict) else None
        if not isinstance(code, str):
            return OTHER
        is_new = code not in self._errors
        return OTHER if is_new and (len(self._errors) >= ERROR_CODES or not _CODE.fullmatch(code)) else code

    def plan(self, hit: bool) -> None:  # noqa: FBT001 - called back with this alone
        """Count a look-up of a plan."""
        self._plans[hit] += 1

    def refusal(self, code: str) -> None:
        """Count a refused request by the code of its error."""
        self._refusals[code] += 1

    def deopt(self, stage: str, error: str) -> None:
        """Count a deoptimization of compiled code."""
        self._deopts[stage, error] += 1

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        requests = CounterMetricFamily(
            "furlong_gateway_requests",
            "GraphQL requests by outcome: ok, partial, refused, gone, fault.",
            labels=["outcome"],
        )
        for outcome, count in self._requests.outcomes():
            requests.add_metric([outcome], count)
        yield requests
        seconds = self._requests.seconds()
        yield HistogramMetricFamily(
            "furlong_gateway_request_seconds",
            "Time to answer a GraphQL request.",
            buckets=seconds.cumulative(),
            sum_value=seconds.total,
        )
        yield from self._fetched()
        plans = CounterMetricFamily(
            "furlong_gateway_plan_cache", "Look-ups of plans by result: hit, miss.", labels=["result"]
        )
        for hit, count in self._plans.items():
            plans.add_metric(["hit" if hit else "miss"], count)
        yield plans
        deopts = CounterMetricFamily(
            "furlong_gateway_deoptimizations",
            "Data that compiled code left to the interpreter, by stage and error; 0 for usual responses.",
            labels=["stage", "error"],
        )
        for labels, count in self._deopts.items():
            deopts.add_metric(labels, count)
        yield deopts
        refusals = CounterMetricFamily(
            "furlong_gateway_refusals", "Refused requests by the code of their error.", labels=["code"]
        )
        for code, count in self._refusals.items():
            refusals.add_metric([code], count)
        yield refusals
        errors = CounterMetricFamily(
            "furlong_gateway_errors", "Errors in partial responses by their code.", labels=["code"]
        )
        for code, count in self._errors.items():
            errors.add_metric([code], count)
        yield errors
        yield from self._admitted()

    def _fetched(self) -> Iterator[Metric]:
        fetches = CounterMetricFamily(
            "furlong_gateway_subgraph_fetches",
            "Fetches by subgraph and outcome: ok, errors, unreachable, timeout, rejected.",
            labels=["subgraph", "outcome"],
        )
        seconds = HistogramMetricFamily(
            "furlong_gateway_fetch_seconds",
            "Time of a fetch, from the call to the response, by subgraph.",
            labels=["subgraph"],
        )
        of_subgraphs: defaultdict[str, BucketCounts] = defaultdict(BucketCounts)
        for (subgraph, outcome), times in self._fetches.items():
            fetches.add_metric([subgraph, outcome], times.count)
            of_subgraphs[subgraph].add_all(times)
        for subgraph, added in of_subgraphs.items():
            seconds.add_metric([subgraph], added.cumulative(), added.total)
        yield from (fetches, seconds)

    def _admitted(self) -> Iterator[Metric]:
        oldest = next(iter(self._started), None)
        yield GaugeMetricFamily(
            "furlong_gateway_oldest_request_seconds",
            "For how long the oldest request has been waiting for its response.",
            0.0 if oldest is None else time.perf_counter() - oldest,
        )
        yield SummedGauge(
            "furlong_gateway_requests_inside", "Requests that are being answered.", self.admission.inside
        )
        yield SummedGauge(
            "furlong_gateway_requests_limit",
            "Requests that may be answered at once for now.",
            self.admission.limit,
        )
        yield CounterMetricFamily(
            "furlong_gateway_requests_overloaded",
            "Requests that were refused because too many were being answered.",
            self.admission.refused,
        )
