"""How the outboxes are: what waits in each, since when, and what holds it up; over HTTP for operators."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from storage.clock import Clock
from storage.rehearsal import rehearsal_marks


@dataclass(slots=True)
class OutboxStatus:
    """One outbox as its relay last found it.

    Attributes:
        waiting: facts that are not published yet, by this relay or another.
        oldest_at: when the oldest of them was written.
        published: facts that this relay has published and forgotten.
        leads: whether it is this relay that publishes; others stand by.
        kafka: what is wrong with the brokers; empty for nothing.
        database: what is wrong with the database; empty for nothing.
    """

    waiting: int = 0
    oldest_at: datetime | None = None
    published: int = 0
    leads: bool = False
    kafka: str = ""
    database: str = ""

    @property
    def trouble(self) -> str:
        """The first thing that is wrong."""
        return self.database or self.kafka

    def oldest_seconds(self, now: datetime) -> float:
        """How long the oldest fact has waited."""
        if not self.waiting or self.oldest_at is None:
            return 0.0
        return max(0.0, (now - self.oldest_at).total_seconds())


@dataclass(frozen=True, slots=True, eq=False)
class OutboxMetrics(Collector):
    """What Prometheus sees of the outboxes."""

    statuses: Mapping[str, OutboxStatus]
    clock: Clock

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        now = self.clock.now()
        published = CounterMetricFamily(
            "furlong_outbox_published", "Facts published by this process", labels=["outbox"]
        )
        gauges = {
            "waiting": "Facts not published yet",
            "oldest_seconds": "How long the oldest of them has waited",
            "leads": "Whether this process publishes them, or stands by",
            "up": "Whether Kafka and the database answer",
        }
        families = {
            name: GaugeMetricFamily(f"furlong_outbox_{name}", meaning, labels=["outbox"])
            for name, meaning in gauges.items()
        }
        for name, status in self.statuses.items():
            published.add_metric([name], status.published)
            families["waiting"].add_metric([name], status.waiting)
            families["oldest_seconds"].add_metric([name], status.oldest_seconds(now))
            families["leads"].add_metric([name], status.leads)
            families["up"].add_metric([name], not status.trouble)
        yield published
        yield from families.values()


def outbox_status_app(statuses: Mapping[str, OutboxStatus], clock: Clock) -> FastAPI:
    """`/health`, which is 200 as long as the process should live, and `/metrics`."""
    app = FastAPI(title="Furlong outbox worker", openapi_url=None)
    registry = CollectorRegistry()
    registry.register(OutboxMetrics(statuses, clock))

    @app.get("/health")
    async def health() -> dict[str, object]:
        """What waits and what is wrong; it goes on by itself when that is mended."""
        troubles = sorted(
            {f"{name}: {status.trouble}" for name, status in statuses.items() if status.trouble}
        )
        return {
            "live": True,
            "publishing": not troubles,
            "kafka": not any(status.kafka for status in statuses.values()),
            "database": not any(status.database for status in statuses.values()),
            "waiting": sum(status.waiting for status in statuses.values()),
            "detail": "; ".join(troubles) or "publishing",
            **rehearsal_marks(clock),
        }

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return app
