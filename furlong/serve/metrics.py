"""Metrics of live updates and of batched reads, for the gateway's `/metrics`."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from gateway.monitoring.families import SummedGauge
from subgraphs.kit.live.event_bus import BusMetrics, EventBus
from subgraphs.kit.live.watches import LAG_BOUNDS


class LiveMetrics(BusMetrics):
    """Reports the counts of streams and of their bus."""

    def __init__(self, bus: EventBus) -> None:
        super().__init__(bus)
        self._watches = bus.watches

    def collect(self) -> Iterator[Metric]:
        """Yield the counts so far."""
        yield from super().collect()
        counts = self._watches.counts
        yield SummedGauge("furlong_live_streams", "Open club streams.", len(self._watches))
        yield CounterMetricFamily("furlong_live_events", "Club states sent after a change.", counts.events)
        yield CounterMetricFamily(
            "furlong_live_changes_merged",
            "Changes of a club that were merged into one event with another change.",
            counts.merged,
        )
        lags = HistogramMetricFamily(
            "furlong_live_lag_seconds", "Time from the commit of a change to its event at the subgraph."
        )
        bounds = [*map(str, LAG_BOUNDS), "+Inf"]
        buckets = [(bound, float(n)) for bound, n in zip(bounds, accumulate(counts.lags), strict=True)]
        lags.add_metric([], buckets, sum_value=counts.lag_seconds)
        yield lags


BUCKETS: Final = (1, 2, 4, 8, 16, 32, 64, 128)
"""Numbers of keys; a batch has at most 128."""


class ReadMetrics(Collector):
    """Counts the batches of key lookups by table and number of keys."""

    def __init__(self) -> None:
        self._sizes: Counter[tuple[tuple[str, ...], int]] = Counter()
        self._keys: Counter[tuple[str, ...]] = Counter()

    def batch(self, tables: tuple[str, ...], keys: int) -> None:
        """Count a batch, which reads tables by one statement."""
        self._sizes[tables, bisect_left(BUCKETS, keys)] += 1
        self._keys[tables] += keys

    def collect(self) -> Iterator[Metric]:
        """Yield the counts so far."""
        family = HistogramMetricFamily(
            "furlong_read_batch_keys",
            "Keys in one SELECT of the graph's point reads, all requests together, by table.",
            labels=["table"],
        )
        for table in sorted({table for tables in self._keys for table in tables}):
            keys = sum(count for tables, count in self._keys.items() if table in tables)
            family.add_metric([table], self._cumulative(table), sum_value=keys)
        yield family

    def _cumulative(self, table: str) -> list[tuple[str, float]]:
        bounds, total = [*map(str, BUCKETS), "+Inf"], 0
        counted = []
        for bucket, bound in enumerate(bounds):
            total += sum(
                count for (tables, size), count in self._sizes.items() if size == bucket and table in tables
            )
            counted.append((bound, float(total)))
        return counted
