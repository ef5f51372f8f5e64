"""A snapshot of a registry that can be sent to another process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

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
        tuple((each.name, _labels(each.labels), float(each.value)) for each in metric.samples),
    )


def _labels(labels: Mapping[str, str]) -> Labels:
    # A library's own string type, such as that of a table's name, cannot be sent.
    return tuple((name, str(value)) for name, value in labels.items())
