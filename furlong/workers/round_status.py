"""Health and metrics of workers that work in rounds: when the last one ended well, and what is wrong now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from foundation.storage.clock import Clock
from foundation.storage.rehearsal import rehearsal_marks
from furlong.serve.status_app import status_app


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
