"""What an operator sees of a consumer."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counters and gauges of one consumer, in a registry of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        prefix, topic = "furlong_consumer", ("topic",)
        self.records = Counter(f"{prefix}_records", "Records read", topic, registry=registry)
        self.batches = Counter(f"{prefix}_batches", "Batches committed", topic, registry=registry)
        self.stale = Counter(
            f"{prefix}_stale", "Duplicates and old revisions that changed nothing", topic, registry=registry
        )
        self.dead_letters = Counter(
            f"{prefix}_dead_letters", "Records put into the dead letters", topic, registry=registry
        )
        self.retries = Counter(
            f"{prefix}_retries", "Transactions begun anew after a clash", topic, registry=registry
        )
        self.failures = Counter(
            f"{prefix}_failures", "Batches put off, the database being away", topic, registry=registry
        )
        self.fenced = Counter(
            f"{prefix}_fenced", "Batches refused, the stored position having moved", topic, registry=registry
        )
        self.batch_seconds = Histogram(
            f"{prefix}_batch_seconds",
            "Time of a batch's transaction",
            topic,
            registry=registry,
            buckets=_SECONDS,
        )
        self.lag = Gauge(
            f"{prefix}_lag_records", "Records not applied yet", ("topic", "partition"), registry=registry
        )
