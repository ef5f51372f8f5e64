"""What workers serve beside their work: `/health` and `/metrics`.

Of workers that work in rounds: when the last one ended well, and what is wrong now.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import structlog
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from foundation.storage.clock import Clock
from foundation.storage.rehearsal import rehearsal_marks

log = structlog.get_logger(__name__)

Health: TypeAlias = Callable[[], Awaitable[Mapping[str, object]]]
"""Returns the body of `/health`. `live` is false if the process should be restarted."""

Figures: TypeAlias = Callable[[], Awaitable[CollectorRegistry]]
"""Returns the figures of this moment."""


def status_app(name: str, health: Health, figures: CollectorRegistry | Figures) -> FastAPI:
    """Build an application with `/health` and `/metrics`.

    `/health` responds with 503 if the process should be restarted. A process that waits for others is
    healthy, because a restart would not help.

    Args:
        name: What runs, such as "consumer".
        health: The state of the process.
        figures: The registry for Prometheus, or what makes one for each request.
    """
    app = FastAPI(title=f"Furlong {name}", openapi_url=None)

    @app.get("/health")
    async def state(response: Response) -> Mapping[str, object]:
        body = await health()
        response.status_code = 200 if body["live"] else 503
        return body

    @app.get("/metrics")
    async def metrics() -> Response:
        registry = figures if isinstance(figures, CollectorRegistry) else await figures()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return app


@dataclass(slots=True)
class RoundStatus:
    """What a worker has done.

    Attributes:
        worker: Its name, as in `furlong worker NAME`.
        rounds: The number of rounds that ended well.
        trouble: Why the present round cannot end well; empty if nothing is wrong.
        waiting: How many records wait, by what they wait for.
    """

    worker: str
    rounds: int = 0
    trouble: str = ""
    waiting: dict[str, int] = field(default_factory=dict)

    def wait_for(self, reason: str) -> None:
        """Note what must happen before the first round."""
        self.trouble = f"waits for {reason}"
        log.info("worker_waits", worker=self.worker, waits_for=reason)

    def round_ended(self, **waiting: int) -> None:
        """Note a round that ended well, and how many records still wait."""
        self.rounds += 1
        self.trouble = ""
        self.waiting |= waiting


@dataclass(frozen=True, slots=True, eq=False)
class RoundMetrics(Collector):
    """Reports a worker to Prometheus."""

    status: RoundStatus

    def collect(self) -> Iterator[Metric]:
        """Yield the present figures."""
        rounds = CounterMetricFamily(
            "furlong_worker_rounds", "Rounds of a worker that ended well", labels=["worker"]
        )
        rounds.add_metric([self.status.worker], self.status.rounds)
        up = GaugeMetricFamily(
            "furlong_worker_up", "Whether what the worker depends on responds", labels=["worker"]
        )
        up.add_metric([self.status.worker], not self.status.trouble)
        waiting = GaugeMetricFamily(
            "furlong_worker_waiting", "Records that wait, by what they wait for", labels=["worker", "for"]
        )
        for what, number in self.status.waiting.items():
            waiting.add_metric([self.status.worker, what], number)
        yield from (rounds, up, waiting)


def round_status_app(status: RoundStatus, clock: Clock) -> FastAPI:
    """Build the application with `/health` and `/metrics` of a worker that works in rounds."""
    registry = CollectorRegistry()
    registry.register(RoundMetrics(status))

    async def health() -> Mapping[str, object]:
        return {
            "live": True,
            "working": not status.trouble and status.rounds > 0,
            "rounds": status.rounds,
            "waiting": status.waiting,
            "detail": status.trouble or ("working" if status.rounds else "starting"),
            **rehearsal_marks(clock),
        }

    return status_app(f"{status.worker} worker", health, registry)
