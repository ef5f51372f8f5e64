"""Metrics of a worker's process: processor time, memory, open files, and event loop lag."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.monitoring.families import BucketCounts, SummedGauge

PROBE_SECONDS: Final = 0.1
"""How often the event loop lag is measured."""

_STATISTICS: Final = Path("/proc/self/statm")
_OPEN_FILES: Final = Path("/proc/self/fd")


class ProcessMetrics(Collector):
    """The metrics of this process.

    Attributes:
        lag: How late the event loop runs what is due: the time that a request waits for its turn.
    """

    def __init__(self) -> None:
        self.lag = BucketCounts()

    async def watch_event_loop(self) -> None:
        """Measure the event loop lag until cancelled."""
        while True:
            due = time.perf_counter() + PROBE_SECONDS
            await asyncio.sleep(PROBE_SECONDS)
            self.lag.add(max(0.0, time.perf_counter() - due))

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics, except those that this system does not report."""
        yield HistogramMetricFamily(
            "furlong_gateway_event_loop_lag_seconds",
            "How late the event loop runs what is due: how long requests wait for their turn.",
            buckets=self.lag.cumulative(),
            sum_value=self.lag.total,
        )
        used = resource.getrusage(resource.RUSAGE_SELF)
        yield CounterMetricFamily(
            "furlong_gateway_cpu_seconds", "Processor time of all workers.", used.ru_utime + used.ru_stime
        )
        try:
            pages = int(_STATISTICS.read_text(encoding="ascii").split()[1])
            files = len(os.listdir(_OPEN_FILES))  # noqa: PTH208 - only their number is wanted
        except (OSError, ValueError, IndexError):
            return
        yield SummedGauge(
            "furlong_gateway_resident_memory_bytes", "Memory of all workers.", pages * resource.getpagesize()
        )
        yield SummedGauge("furlong_gateway_open_files", "Open files and connections of all workers.", files)
