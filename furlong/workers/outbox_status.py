"""Health and metrics of the outbox worker: what waits in each outbox, since when, and for what reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from foundation.storage.clock import Clock
from foundation.storage.rehearsal import rehearsal_marks
from furlong.serve.status_app import status_app
from subgraphs.kit.records.outbox_relay import OutboxStatus


@dataclass(frozen=True, slots=True, eq=False)
class OutboxMetrics(Collector):
    """Reports the outboxes to Prometheus."""

    statuses: Mapping[str, OutboxStatus]
    clock: Clock

    def collect(self) -> Iterator[Metric]:
        """Yield the present figures."""
        now = self.clock.now()
        published = CounterMetricFamily(
            "furlong_outbox_published", "Facts published by this process", labels=["outbox"]
        )
        gauges = {
            "waiting": "Facts not published yet",
            "oldest_seconds": "How long the oldest of them has waited",
            "leads": "Whether this process publishes them or stands by",
            "up": "Whether Kafka and the database respond",
        }
        families = {
            name: GaugeMetricFamily(f"furlong_outbox_{name}", meaning, labels=["outbox"])
            for name, meaning in gauges.items()
        }
        for name, status in self.statuses.items():
            published.add_metric([name], status.published)
            families["waiting"].add_metric([name], status.waiting)
            families["oldest_seconds"].add_metric([name], status.oldest_seconds(now))
            families["leads"].add_metric([name], status.is_leader)
            families["up"].add_metric([name], not status.trouble)
        yield published
        yield from families.values()


def outbox_status_app(statuses: Mapping[str, OutboxStatus], clock: Clock) -> FastAPI:
    """Build the application with `/health` and `/metrics` of the outbox worker."""
    registry = CollectorRegistry()
    registry.register(OutboxMetrics(statuses, clock))

    async def health() -> Mapping[str, object]:
        troubles = sorted({f"{name}: {one.trouble}" for name, one in statuses.items() if one.trouble})
        return {
            "live": True,
            "publishing": not troubles,
            "kafka": not any(status.kafka for status in statuses.values()),
            "database": not any(status.database for status in statuses.values()),
            "waiting": sum(status.waiting for status in statuses.values()),
            "detail": "; ".join(troubles) or "publishing",
            **rehearsal_marks(clock),
        }

    return status_app("outbox worker", health, registry)
