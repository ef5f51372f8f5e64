"""Metrics of feeds."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge


class FeedMetrics:
    """The counters and gauges of all feeds of a process, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self.records = self._counter("records", "Records forwarded or published as dead letters")
        self.batches = self._counter("batches", "Batches whose offsets were committed")
        self.dead_letters = self._counter("dead_letters", "Records published to the feed's `.dlq` topic")
        self.assignments = self._counter("assignments", "Times that the group assigned partitions")
        self.stalls = self._counter("stalls", "Times that waiting records did not arrive")
        self.lag = self._gauge("lag_records", "Records not forwarded yet, of this process's partitions")
        self.kafka_up = self._gauge("kafka_up", "Whether the brokers answer")
        self._ages = self._gauge("newest_event_age_seconds", "Age of the newest forwarded record")
        self._newest: dict[str, float] = {}

    def forwarded(self, feed: str, newest: float | None) -> None:
        """Record the time of a batch's newest record, in seconds since 1970."""
        if newest is None:
            return
        if feed not in self._newest:
            self._ages.labels(feed).set_function(lambda: time.time() - self._newest[feed])
        self._newest[feed] = max(newest, self._newest.get(feed, 0.0))

    def _counter(self, name: str, meaning: str) -> Counter:
        return Counter(f"furlong_feed_{name}", meaning, ("feed",), registry=self._registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"furlong_feed_{name}", meaning, ("feed",), registry=self._registry)
