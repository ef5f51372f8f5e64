"""Metrics of subscriptions by operation and subgraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.monitoring import SummedGauge

OTHER = "other"


class OperationCounts(msgspec.Struct, eq=False):
    """Counts the subscriptions of one operation at one subgraph.

    Attributes:
        open: The number of open subscriptions.
        started: The number of subscriptions opened so far.
        events: The number of responses to events.
        merged: The number of events that a newer event replaced before the subscriber took them.
    """

    open: int = 0
    started: int = 0
    events: int = 0
    merged: int = 0

    def count_merged(self, events: int) -> None:
        """Count replaced events."""
        self.merged += events


class SubscriptionMetrics(Collector):
    """Counts subscriptions.

    Attributes:
        most: The maximum number of operations with labels of their own; others count as `other`.
        ended: The number of ended subscriptions by reason code: `COMPLETE` if the source completed the
            subscription, `CLIENT` if the client cancelled it.
        sources: The number of open sources by subgraph.
        joined: The number of subscribers that joined an open source.
    """

    def __init__(self, most: int = 200) -> None:
        self.most = most
        self.ended: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.joined = 0
        self._counts: dict[tuple[str, str], OperationCounts] = {}

    def of(self, operation: str, subgraph: str) -> OperationCounts:
        """Return the counts of an operation."""
        known = self._counts.get((operation, subgraph))
        if known is None:
            if len(self._counts) >= self.most:
                operation = OTHER
            known = self._counts.setdefault((operation, subgraph), OperationCounts())
        return known

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        labels = ["operation", "subgraph"]
        is_open = SummedGauge("furlong_gateway_subscriptions_open", "Open subscriptions.", labels=labels)
        started = CounterMetricFamily("furlong_gateway_subscriptions", "Opened subscriptions.", labels=labels)
        events = CounterMetricFamily(
            "furlong_gateway_subscription_events", "Responses to subscription events.", labels=labels
        )
        merged = CounterMetricFamily(
            "furlong_gateway_subscription_events_merged",
            "Events that a newer event replaced before their subscriber took them.",
            labels=labels,
        )
        for names, counts in self._counts.items():
            is_open.add_metric(names, counts.open)
            started.add_metric(names, counts.started)
            events.add_metric(names, counts.events)
            merged.add_metric(names, counts.merged)
        yield from (is_open, started, events, merged)
        sources = SummedGauge(
            "furlong_gateway_subscription_sources_open",
            "Open subscriptions at subgraphs; several subscribers may share one.",
            labels=["subgraph"],
        )
        for subgraph, count in self.sources.items():
            sources.add_metric([subgraph], count)
        yield sources
        yield CounterMetricFamily(
            "furlong_gateway_subscriptions_joined",
            "Subscriptions that joined the source of an equal subscription.",
            self.joined,
        )
        ended = CounterMetricFamily(
            "furlong_gateway_subscriptions_ended",
            "Ended subscriptions by reason code; COMPLETE: completed by the source, CLIENT: cancelled by the "
            "client.",
            labels=["reason"],
        )
        for reason, count in self.ended.items():
            ended.add_metric([reason], count)
        yield ended
