"""Metrics of the response cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.caching import WeightedCache
from gateway.monitoring import SummedGauge


class ResponseCacheMetrics(Collector):
    """Counts look-ups and invalidations.

    Args:
        kept: The responses in memory; None if they are stored elsewhere.

    Attributes:
        lookups: Look-ups by subgraph and result: hit, miss.
        invalidations: Invalidations by kind: cache_tag, subgraph, type.
    """

    def __init__(self, kept: WeightedCache[bytes, Any] | None = None) -> None:
        self._kept = kept
        self.lookups: Counter[tuple[str, str]] = Counter()
        self.invalidations: Counter[str] = Counter()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        lookups = CounterMetricFamily(
            "furlong_gateway_response_cache_lookups",
            "Entities and root fetches that were looked up, by subgraph and result: hit, miss.",
            labels=["subgraph", "result"],
        )
        for labels, count in self.lookups.items():
            lookups.add_metric(labels, count)
        invalidations = CounterMetricFamily(
            "furlong_gateway_response_cache_invalidations",
            "Invalidations by kind: cache_tag, subgraph, type.",
            labels=["kind"],
        )
        for kind, count in self.invalidations.items():
            invalidations.add_metric([kind], count)
        yield from (lookups, invalidations)
        if self._kept is not None:
            yield SummedGauge(
                "furlong_gateway_response_cache_bytes", "Bytes of responses in memory.", self._kept.held
            )
            yield SummedGauge(
                "furlong_gateway_response_cache_entries", "Responses in memory.", len(self._kept)
            )
            yield CounterMetricFamily(
                "furlong_gateway_response_cache_evictions",
                "Responses that were evicted, or not kept because others are used more often.",
                self._kept.evictions,
            )
