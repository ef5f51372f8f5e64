"""What an operator sees of the feeds of a process."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge


class FeedMetrics:
    """Counters and gauges of all feeds that a process carries, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self.records = self._counter("records", "Records carried over, or put into the dead letters")
        self.batches = self._counter("batches", "Batches whose position was committed")
        self.dead_letters = self._counter("dead_letters", "Records published to the feed's `.dlq` topic")
        self.assignments = self._counter("assignments", "Times that the group gave out partitions")
        self.stalls = self._counter("stalls", "Times that records waited and did not come")
        self.lag = self._gauge("lag_records", "Records not carried over yet, of this process's partitions")
        self.kafka_up = self._gauge("kafka_up", "Whether the brokers answer")
        self._ages = self._gauge("newest_event_age_seconds", "Age of the newest record carried over")
        self._newest: dict[str, float] = {}

    def carried(self, feed: str, newest: float | None) -> None:
        """Notes the time of the newest record of a batch, as seconds since 1970."""
        if newest is None:
            return
        if feed not in self._newest:
            self._ages.labels(feed).set_function(lambda: time.time() - self._newest[feed])
        self._newest[feed] = max(newest, self._newest.get(feed, 0.0))

    def _counter(self, name: str, meaning: str) -> Counter:
        return Counter(f"furlong_feed_{name}", meaning, ("feed",), registry=self._registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"furlong_feed_{name}", meaning, ("feed",), registry=self._registry)
