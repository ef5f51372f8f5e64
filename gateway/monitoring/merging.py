"""Merges the metrics of several processes into those of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from gateway.monitoring.snapshot import Family, Series


class MergedMetrics(Collector):
    """Adds up the metrics of processes, including ended ones, so that a counter never falls.

    Processes are named by any text. Gauges of ended processes no longer count.
    """

    def __init__(self) -> None:
        self._latest: dict[str, tuple[Family, ...]] = {}
        self._ended: dict[str, _MergedFamily] = {}

    def update(self, process: str, families: Iterable[Family]) -> None:
        """Replace the known metrics of a process."""
        self._latest[process] = tuple(families)

    def end(self, process: str) -> None:
        """Keep what an ended process has counted, and forget its gauges."""
        for family in self._latest.pop(process, ()):
            if family.is_monotonic:
                _merge(self._ended, family)

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics of all processes."""
        merged = {name: each.copy() for name, each in self._ended.items()}
        for families in self._latest.values():
            for family in families:
                _merge(merged, family)
        for each in merged.values():
            yield each.metric()


class _MergedFamily:
    """A metric with the values of the processes so far."""

    __slots__ = ("family", "values")

    def __init__(self, family: Family, values: dict[Series, float] | None = None) -> None:
        self.family = family
        self.values = {} if values is None else values

    def add(self, family: Family) -> None:
        values = self.values
        for name, labels, value in family.samples:
            known = values.get((name, labels))
            if known is None:
                values[name, labels] = value
            else:
                values[name, labels] = known + value if family.is_summed else max(known, value)

    def copy(self) -> _MergedFamily:
        return _MergedFamily(self.family, self.values.copy())

    def metric(self) -> Metric:
        metric = Metric(self.family.name, self.family.help, self.family.type)
        for (name, labels), value in self.values.items():
            metric.add_sample(name, dict(labels), value)
        return metric


def _merge(merged: dict[str, _MergedFamily], family: Family) -> None:
    known = merged.get(family.name)
    if known is None:
        known = merged[family.name] = _MergedFamily(family)
    known.add(family)
