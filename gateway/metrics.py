"""The gateway's metrics, in a registry of their own, so that a process may have several gateways.

Every request is counted, so counting only adds to numbers; metrics are built from these when they are
collected.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class AdmissionCounts(Protocol):
    """The counts of admission control."""

    inside: int
    limit: int
    refused: int


class Metrics(Collector):
    """The metrics of one gateway.

    Attributes:
        admission: The counts of admission control.
    """

    def __init__(self, admission: AdmissionCounts) -> None:
        self.registry = CollectorRegistry()
        self.admission = admission
        self._requests: Counter[str] = Counter()
        self._fetches: Counter[tuple[str, str]] = Counter()
        self._plans: Counter[bool] = Counter()
        self._deopts: Counter[tuple[str, str]] = Counter()
        self._refusals: Counter[str] = Counter()
        self._seconds = [0] * (len(BUCKETS) + 1)
        self._total_seconds = 0.0
        self.registry.register(self)

    def request(self, outcome: str, seconds: float) -> None:
        """Count an answered request."""
        self._requests[outcome] += 1
        self._seconds[bisect_left(BUCKETS, seconds)] += 1
        self._total_seconds += seconds

    def fetch(self, subgraph: str, outcome: str) -> None:
        """Count a fetch."""
        self._fetches[subgraph, outcome] += 1

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
        for outcome, count in self._requests.items():
            requests.add_metric([outcome], count)
        yield requests
        yield HistogramMetricFamily(
            "furlong_gateway_request_seconds",
            "Time to answer a GraphQL request.",
            buckets=self._cumulative(),
            sum_value=self._total_seconds,
        )
        fetches = CounterMetricFamily(
            "furlong_gateway_subgraph_fetches",
            "Fetches by subgraph and outcome: ok, errors, unreachable, timeout, rejected.",
            labels=["subgraph", "outcome"],
        )
        for labels, count in self._fetches.items():
            fetches.add_metric(labels, count)
        yield fetches
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
        yield from self._admitted()

    def _admitted(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "furlong_gateway_requests_inside", "Requests that are being answered.", self.admission.inside
        )
        yield GaugeMetricFamily(
            "furlong_gateway_requests_limit",
            "Requests that may be answered at once for now.",
            self.admission.limit,
        )
        yield CounterMetricFamily(
            "furlong_gateway_requests_overloaded",
            "Requests that were refused because too many were being answered.",
            self.admission.refused,
        )

    def _cumulative(self) -> list[tuple[str, float]]:
        bounds = [*map(str, BUCKETS), "+Inf"]
        counts, total = [], 0
        for bound, count in zip(bounds, self._seconds, strict=True):
            total += count
            counts.append((bound, float(total)))
        return counts
