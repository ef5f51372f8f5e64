"""Metrics of live updates, for the gateway's `/metrics`."""

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

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
