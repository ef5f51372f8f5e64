"""Metrics of caches, whose counts continue from one version of the graph to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.caching import WeightedCache
from gateway.monitoring.families import SummedGauge


class CacheMetrics(Collector):
    """The metrics of caches by name; when a cache is replaced, its counts continue."""

    def __init__(self, caches: Mapping[str, WeightedCache[Any, Any]]) -> None:
        self._caches = caches
        self._former: Counter[tuple[str, str]] = Counter()

    def replace(self, caches: Mapping[str, WeightedCache[Any, Any]]) -> None:
        """Replace the caches by new ones."""
        for name, cache in self._caches.items():
            self._former[name, "hit"] += cache.hits
            self._former[name, "miss"] += cache.misses
            self._former[name, "evicted"] += cache.evictions
        self._caches = caches

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of all caches."""
        held = SummedGauge(
            "furlong_gateway_cache_bytes", "Bytes that a cache holds, as measured.", labels=["cache"]
        )
        entries = SummedGauge("furlong_gateway_cache_entries", "Entries of a cache.", labels=["cache"])
        lookups = CounterMetricFamily(
            "furlong_gateway_cache_lookups",
            "Look-ups in a cache by result: hit, miss.",
            labels=["cache", "result"],
        )
        evictions = CounterMetricFamily(
            "furlong_gateway_cache_evictions",
            "Entries that a cache evicted, or did not admit because others are used more often.",
            labels=["cache"],
        )
        for name, cache in self._caches.items():
            held.add_metric([name], cache.held)
            entries.add_metric([name], len(cache))
            lookups.add_metric([name, "hit"], cache.hits + self._former[name, "hit"])
            lookups.add_metric([name, "miss"], cache.misses + self._former[name, "miss"])
            evictions.add_metric([name], cache.evictions + self._former[name, "evicted"])
        yield from (held, entries, lookups, evictions)
