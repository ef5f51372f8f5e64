"""Gauges that are summed over processes, and histograms that are counted in plain lists."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from prometheus_client.core import GaugeMetricFamily

SECONDS: Final = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""The bounds of time buckets: from the time of a known request to the deadline of a subgraph."""


class SummedGauge(GaugeMetricFamily):
    """A gauge that is summed over processes; of any other gauge, the largest value counts."""


class BucketCounts:
    """How many values fell into each bucket of a histogram, and their sum.

    Attributes:
        bounds: The upper bounds of the buckets, in ascending order.
        counts: The values in each bucket, and those above all bounds.
        total: The sum of all values.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def add_all(self, others: BucketCounts) -> None:
        """Count all values of another histogram with the same bounds."""
        self.counts = [own + other for own, other in zip(self.counts, others.counts, strict=True)]
        self.total += others.total

    @property
    def count(self) -> int:
        """How many values were counted."""
        return sum(self.counts)

    def cumulative(self) -> list[tuple[str, float]]:
        """Return cumulative counts, as Prometheus expects them: each bucket includes all smaller ones."""
        buckets, total = [], 0
        for bound, count in zip([*map(str, self.bounds), "+Inf"], self.counts, strict=True):
            total += count
            buckets.append((bound, float(total)))
        return buckets


class OutcomeTimes:
    """Times by outcome; one look-up counts both."""

    __slots__ = ("_times",)

    def __init__(self, outcomes: Iterable[str] = ()) -> None:
        self._times = {outcome: BucketCounts() for outcome in outcomes}

    def observe(self, outcome: str, seconds: float) -> None:
        """Count a time and an outcome."""
        times = self._times.get(outcome)
        if times is None:
            times = self._times[outcome] = BucketCounts()
        times.counts[bisect_left(SECONDS, seconds)] += 1
        times.total += seconds

    def outcomes(self) -> list[tuple[str, int]]:
        """Return how often each outcome occurred."""
        return [(outcome, times.count) for outcome, times in self._times.items()]

    def seconds(self) -> BucketCounts:
        """Return the times of all outcomes together."""
        added = BucketCounts()
        for times in self._times.values():
            added.add_all(times)
        return added
