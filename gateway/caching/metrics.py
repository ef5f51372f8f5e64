"""Metrics of caches: what they hold, and how often they are of use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.caching.weighted_cache import WeightedCache


class CacheMetrics(Collector):
    """The metrics of caches by their names."""

    def __init__(self, caches: Mapping[str, WeightedCache[Any, Any]]) -> None:
        self._caches = caches

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of all caches."""
        held = GaugeMetricFamily(
            "furlong_gateway_cache_bytes", "Bytes that a cache holds, as measured.", labels=["cache"]
        )
        entries = GaugeMetricFamily("furlong_gateway_cache_entries", "Entries of a cache.", labels=["cache"])
        lookups = CounterMetricFamily(
            "furlong_gateway_cache_lookups",
            "Look-ups in a cache by result: hit, miss.",
            labels=["cache", "result"],
        )
        evictions = CounterMetricFamily(
            "furlong_gateway_cache_evictions",
            "Entries that a cache evicted, or did not keep because others are used more often.",
            labels=["cache"],
        )
        for name, cache in self._caches.items():
            held.add_metric([name], cache.held)
            entries.add_metric([name], len(cache))
            lookups.add_metric([name, "hit"], cache.hits)
            lookups.add_metric([name, "miss"], cache.misses)
            evictions.add_metric([name], cache.evictions)
        yield from (held, entries, lookups, evictions)
