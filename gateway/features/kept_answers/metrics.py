"""Metrics: how often a kept answer could be given again, and what it costs where it could not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.caching import WeightedCache
from gateway.monitoring import SummedGauge


class KeptAnswerMetrics(Collector):
    """Counts requests of known customers for queries.

    Args:
        kept: The kept answers.

    Attributes:
        same: Kept answers that were given again.
        changed: Kept answers of which something has changed.
        new: Requests for which no answer was kept.
        uncovered: Answers that were not kept, because they depend on something that is not recorded.
        compared_seconds: Seconds spent to find out that something has changed; what was read is used.
    """

    def __init__(self, kept: WeightedCache[Any, Any]) -> None:
        self._kept = kept
        self.same = self.changed = self.new = self.uncovered = 0
        self.compared_seconds = 0.0

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        requests = CounterMetricFamily(
            "furlong_gateway_kept_answers",
            "Queries of known customers by what became of the kept answer: same (given again), changed, new "
            "(none was kept).",
            labels=["result"],
        )
        for result, count in (("same", self.same), ("changed", self.changed), ("new", self.new)):
            requests.add_metric([result], count)
        yield requests
        yield CounterMetricFamily(
            "furlong_gateway_kept_answers_uncovered",
            "Answers that cannot be kept, because a subgraph does not say all that they depend on.",
            value=self.uncovered,
        )
        yield CounterMetricFamily(
            "furlong_gateway_kept_answers_compared_seconds",
            "Seconds spent to find out that a kept answer has changed; what was read meanwhile is used.",
            value=self.compared_seconds,
        )
        held = SummedGauge("furlong_gateway_kept_answers_bytes", "Bytes of kept answers.", labels=[])
        held.add_metric([], self._kept.held)
        yield held
        entries = SummedGauge("furlong_gateway_kept_answers_entries", "Kept answers.", labels=[])
        entries.add_metric([], len(self._kept))
        yield entries
