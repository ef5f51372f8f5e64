"""Metrics of the bus, for `/metrics` of each process that has a bus."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from subgraphs.kit.live.event_bus import EventBus


class BusMetrics(Collector):
    """Reports the counts of a bus."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    def collect(self) -> Iterator[Metric]:
        """Yield the counts so far."""
        counts = self._bus.counts
        yield CounterMetricFamily(
            "furlong_live_messages_published",
            "Messages with notices sent to other processes.",
            counts.published,
        )
        yield CounterMetricFamily(
            "furlong_live_messages_heard",
            "Messages with notices received from other processes.",
            counts.heard,
        )
        yield CounterMetricFamily(
            "furlong_live_bus_faults",
            "Failed connections and messages of the bus between processes.",
            counts.faults,
        )
        yield GaugeMetricFamily(
            "furlong_live_bus_away",
            "1 while notices of other processes cannot be received.",
            float(counts.is_away),
        )
