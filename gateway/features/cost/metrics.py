"""Metrics of costs: histograms of estimates and of actual costs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS: Final = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000)


class _Counts:
    """How many costs fell into each bucket, and their sum."""

    __slots__ = ("buckets", "total")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.total = 0

    def add(self, cost: int) -> None:
        self.buckets[bisect_left(BUCKETS, cost)] += 1
        self.total += cost

    def cumulative(self) -> list[tuple[str, float]]:
        counts, total = [], 0
        for bound, count in zip([*map(str, map(float, BUCKETS)), "+Inf"], self.buckets, strict=True):
            total += count
            counts.append((bound, float(total)))
        return counts


class CostMetrics(Collector):
    """Counts costs; metrics are built from the counts when they are collected."""

    def __init__(self) -> None:
        self._estimated: dict[str, _Counts] = {}
        self._actual = _Counts()

    def estimated(self, cost: int, result: str) -> None:
        """Count an estimate by its result: ok, too_expensive, or invalid_slicing."""
        counts = self._estimated.get(result)
        if counts is None:
            counts = self._estimated[result] = _Counts()
        counts.add(cost)

    def actual(self, cost: int) -> None:
        """Count the actual cost of a response."""
        self._actual.add(cost)

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        estimated = HistogramMetricFamily(
            "furlong_gateway_cost_estimated",
            "Estimated cost of requests in points, by result: ok, too_expensive, invalid_slicing.",
            labels=["result"],
        )
        for result, counts in self._estimated.items():
            estimated.add_metric([result], counts.cumulative(), counts.total)
        yield estimated
        yield HistogramMetricFamily(
            "furlong_gateway_cost_actual",
            "Cost of responses in points, counted in a share of them.",
            buckets=self._actual.cumulative(),
            sum_value=self._actual.total,
        )
