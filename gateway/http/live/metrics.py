"""The metrics of WebSockets and streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.monitoring import SummedGauge


class LiveMetrics(Collector):
    """Counts connections, operations and events.

    Attributes:
        open: The number of open connections by transport: websocket, sse, multipart.
        operations: The number of operations in progress over all transports.
        closes: The number of closed connections by transport and code; streams over HTTP use words as codes.
        events: The number of responses sent as events.
        refused: The number of refused connections by the limit or rule that refused them.
    """

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.operations = 0
        self.closes: Counter[tuple[str, str]] = Counter()
        self.events = 0
        self.refused: Counter[str] = Counter()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        connections = SummedGauge(
            "furlong_gateway_live_connections",
            "Open connections by transport: websocket, sse, multipart.",
            labels=["transport"],
        )
        for transport, count in self.open.items():
            connections.add_metric([transport], count)
        yield connections
        yield SummedGauge(
            "furlong_gateway_live_operations", "Operations in progress on live connections.", self.operations
        )
        closes = CounterMetricFamily(
            "furlong_gateway_live_closes",
            "Closed connections by transport and close code.",
            labels=["transport", "code"],
        )
        for labels, count in self.closes.items():
            closes.add_metric(labels, count)
        yield closes
        yield CounterMetricFamily(
            "furlong_gateway_live_events", "Responses sent over live connections.", self.events
        )
        refused = CounterMetricFamily(
            "furlong_gateway_live_refusals", "Refused connections by reason.", labels=["reason"]
        )
        for reason, count in self.refused.items():
            refused.add_metric([reason], count)
        yield refused
