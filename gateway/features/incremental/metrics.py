"""Counts responses in parts."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.monitoring.families import SummedGauge


class IncrementalMetrics(Collector):
    """Counts of one process.

    Attributes:
        responses: Responses in parts.
        parts: Their parts, including the first.
        failed: Deferred fragments and streamed lists that could not be delivered.
        open: Responses in parts that are in progress.
    """

    def __init__(self) -> None:
        self.responses = 0
        self.parts = 0
        self.failed = 0
        self.open = 0

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        counters = (
            ("responses", "Responses in parts.", self.responses),
            ("parts", "Parts of responses, including the first of each.", self.parts),
            ("failures", "Deferred fragments and streamed lists that could not be delivered.", self.failed),
        )
        for name, meaning, count in counters:
            yield CounterMetricFamily(f"furlong_gateway_incremental_{name}", meaning, value=count)
        yield SummedGauge("furlong_gateway_incremental_open", "Responses in parts in progress.", self.open)
