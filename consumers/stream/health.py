"""The present problems of a consumer, the only source of its health, and its metrics."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


@dataclass(frozen=True, slots=True)
class Health:
    """The health of a consumer.

    Attributes:
        live: Whether its loop is running; if not, it has to be restarted.
        consuming: Whether it has its partitions and applies records as they arrive.
        kafka: Whether the brokers answer.
        database: Whether the database accepts writes.
        lag: How many records of its partitions are not applied yet.
        detail: What is wrong, in words; `consuming` if nothing is.
    """

    live: bool
    consuming: bool
    kafka: bool
    database: bool
    lag: int
    detail: str


@dataclass(slots=True)
class HealthState:
    """What the parts of a consumer report; an empty text means that nothing is wrong.

    Attributes:
        ended: Why nothing is consumed any more.
        phase: What has to be done before anything can be consumed.
        kafka: What is wrong with the brokers.
        database: What is wrong with the database.
    """

    ended: str = ""
    phase: str = "starting"
    kafka: str = ""
    database: str = ""

    @property
    def problem(self) -> str:
        """Return the first thing that is wrong."""
        return self.ended or self.kafka or self.database or self.phase


_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters and gauges of one consumer, in a registry of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self.records = self._counter("records", "Records applied or stored as dead letters")
        self.batches = self._counter("batches", "Transactions committed")
        self.stale = self._counter("stale", "Records that changed nothing because something newer is stored")
        self.duplicates = self._counter("duplicates", "Records that changed nothing because they were known")
        self.conflicts = self._counter("conflicts", "Duplicates whose contents differ from what is stored")
        self.dead_letters = self._counter("dead_letters", "Records stored as dead letters")
        self.retries = self._counter("retries", "Transactions retried after a conflict")
        self.failures = self._counter("failures", "Batches deferred because the database was unavailable")
        self.fenced = self._counter("fenced", "Batches refused because a stored position had moved")
        self.batch_seconds = Histogram(
            "furlong_consumer_batch_seconds",
            "Duration of a batch, including retries",
            ("topic",),
            registry=registry,
            buckets=_SECONDS,
        )
        self.lag = Gauge(
            "furlong_consumer_lag_records",
            "Records not applied yet",
            ("topic", "partition"),
            registry=registry,
        )
        self.rebalances = self._count("rebalances", "Assignments adopted")
        self.stalls = self._count("stalls", "Times that waiting records did not arrive")
        self.published = self._count("published_dead_letters", "Dead letters published to `.dlq` topics")
        self._newest: dict[str, float] = {}
        self._ages = Gauge(
            "furlong_consumer_newest_event_age_seconds",
            "Age of the newest applied record",
            ("topic",),
            registry=registry,
        )

    def applied(self, topic: str, newest: float | None) -> None:
        """Record the time of a batch's newest record, in seconds since 1970."""
        if newest is None:
            return
        if topic not in self._newest:
            self._ages.labels(topic).set_function(lambda: time.time() - self._newest[topic])
        self._newest[topic] = max(newest, self._newest.get(topic, 0.0))

    def report_up(self, kafka: Callable[[], bool], database: Callable[[], bool]) -> None:
        """Report whether the brokers and the database answer."""
        for name, is_up in (("kafka", kafka), ("database", database)):
            gauge = Gauge(
                f"furlong_consumer_{name}_up", f"Whether the {name} answers", registry=self._registry
            )
            gauge.set_function(lambda is_up=is_up: float(is_up()))  # type: ignore[misc] # mypy#15459: defaults

    def _counter(self, name: str, meaning: str) -> Counter:
        return Counter(f"furlong_consumer_{name}", meaning, ("topic",), registry=self._registry)

    def _count(self, name: str, meaning: str) -> Counter:
        return Counter(f"furlong_consumer_{name}", meaning, registry=self._registry)
