"""A snapshot of a registry that can be sent to another process, which merges those of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from gateway.monitoring.families import SummedGauge

ADDED: Final = frozenset({"counter", "histogram", "summary", "gaugehistogram"})
"""The types of metrics whose values are added up over processes."""

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""Names and values, in the order of the metric's labels."""

Series: TypeAlias = tuple[str, Labels]
"""The name of a sample, which has a suffix for histograms and counters, and its labels."""


class Family(msgspec.Struct, frozen=True, array_like=True):
    """All samples of one metric.

    Attributes:
        name: Its name without a suffix.
        help: Its meaning.
        type: Its type, as Prometheus names it.
        is_summed: Whether the values of processes are added up; otherwise the largest value counts.
        samples: The samples, each with the name of its series.
    """

    name: str
    help: str
    type: str
    is_summed: bool
    samples: tuple[tuple[str, Labels, float], ...]

    @property
    def is_monotonic(self) -> bool:
        """Whether the values only grow, so that those of an ended process still count."""
        return self.type in ADDED


def snapshot(registry: CollectorRegistry) -> tuple[Family, ...]:
    """Return the current values of all metrics."""
    return tuple(_family(metric) for metric in registry.collect())


def _family(metric: Metric) -> Family:
    return Family(
        metric.name,
        metric.documentation,
        metric.type,
        metric.type in ADDED or isinstance(metric, SummedGauge),
        tuple((sample.name, _labels(sample.labels), float(sample.value)) for sample in metric.samples),
    )


def _labels(labels: Mapping[str, str]) -> Labels:
    # A library's own string type, such as that of a table's name, cannot be sent.
    return tuple((name, str(value)) for name, value in labels.items())


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
        merged = {name: family.copy() for name, family in self._ended.items()}
        for families in self._latest.values():
            for family in families:
                _merge(merged, family)
        for total in merged.values():
            yield total.metric()


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
