"""The workers as seen by the operators' port, which collects and merges their reports."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.monitoring import MergedMetrics
from gateway.serving.operators.messages import Report, decoder, read_message, write_message

REPORT_SECONDS: Final = 3.0
"""How long to wait for a worker's report: its event loop may be busy, and Prometheus waits for 10 s."""

READY_SECONDS: Final = 15.0
"""How long a worker's report that it is ready remains valid: a busy machine must not be taken for a broken
one.
"""

_ASK: Final = b"?"


@dataclass(eq=False, slots=True)
class _Worker:
    """A connected worker.

    Attributes:
        report: Its last report.
        reported_at: When that report arrived, by the monotonic clock.
        asked: Whether it has been asked for another report.
        answered: Set when a report arrives.
    """

    writer: asyncio.StreamWriter
    name: str
    report: Report | None = None
    reported_at: float = 0.0
    asked: bool = False
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class Workers(Collector):
    """The workers of one gateway.

    Attributes:
        expected: How many workers there should be.
        metrics: The metrics of all workers, including ended ones.
    """

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.metrics = MergedMetrics()
        self._workers: set[_Worker] = set()
        self._seen = 0
        self._late = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Receive the reports of a worker until it ends."""
        self._seen += 1
        worker = _Worker(writer, f"{self._seen}", asked=True)
        self._workers.add(worker)
        try:
            while True:
                self._take(worker, decoder.decode(await read_message(reader)))
        except (OSError, EOFError):
            pass
        except msgspec.DecodeError as error:
            structlog.get_logger("gateway").error("worker_report_unreadable", reason=str(error))
        finally:
            self._workers.discard(worker)
            self.metrics.end(worker.name)
            worker.answered.set()
            writer.close()

    async def refresh(self) -> None:
        """Ask all workers for a report, and wait for the reports up to a limit."""
        waited = [asyncio.ensure_future(self._ask(worker)) for worker in self._workers]
        if not waited:
            return
        _, late = await asyncio.wait(waited, timeout=REPORT_SECONDS)
        self._late += len(late)
        for task in late:
            task.cancel()

    @property
    def ready(self) -> int:
        """How many workers have recently reported that they are ready."""
        oldest = time.monotonic() - READY_SECONDS
        reports = [worker.report for worker in self._workers if worker.reported_at >= oldest]
        return sum(report is not None and report.ready for report in reports)

    @property
    def remark(self) -> str:
        """The line for operators, which is the same for all workers."""
        return next((worker.report.remark for worker in self._workers if worker.report is not None), "")

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of the workers themselves."""
        yield GaugeMetricFamily("furlong_gateway_workers", "Workers that should be running.", self.expected)
        yield GaugeMetricFamily("furlong_gateway_workers_ready", "Workers that are ready.", self.ready)
        yield CounterMetricFamily(
            "furlong_gateway_workers_started", "Workers that have started so far.", self._seen
        )
        yield CounterMetricFamily(
            "furlong_gateway_worker_reports_late",
            "Reports that a scrape did not wait for: it has the values of the previous report.",
            self._late,
        )

    def _take(self, worker: _Worker, report: Report) -> None:
        worker.report, worker.reported_at, worker.asked = report, time.monotonic(), False
        self.metrics.update(worker.name, report.metrics)
        worker.answered.set()

    async def _ask(self, worker: _Worker) -> None:
        """Wait for the next report; do not ask a worker again that has not answered yet."""
        worker.answered.clear()
        if not worker.asked:
            worker.asked = True
            write_message(worker.writer, _ASK)
        await worker.answered.wait()
