"""Metrics of rate limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.features.rate_limits.limiter import Limiter
from gateway.monitoring import SummedGauge


class Decisions(Protocol):
    """A store that counts its decisions."""

    decisions: int


@dataclass(frozen=True, eq=False)
class RateLimitMetrics(Collector):
    """The metrics of rate limits.

    Attributes:
        limiter: Takes points from buckets.
        stores: The stores that decide, by name: memory, and valkey if it is used.
    """

    limiter: Limiter
    stores: Mapping[str, Decisions]

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        refused = CounterMetricFamily(
            "furlong_gateway_rate_limited",
            "Requests that rate limits refused, by what the rule counts by.",
            labels=["by"],
        )
        for by, count in self.limiter.refused.items():
            refused.add_metric([by], count)
        yield refused
        decisions = CounterMetricFamily(
            "furlong_gateway_rate_limit_decisions",
            "Requests that rate limits decided on, by where the buckets are; memory if Valkey is down",
            labels=["source"],
        )
        for source, store in self.stores.items():
            decisions.add_metric([source], store.decisions)
        yield decisions
        kept = SummedGauge(
            "furlong_gateway_rate_limit_buckets", "Buckets in memory by rule.", labels=["rule"]
        )
        for buckets in self.limiter.rules:
            kept.add_metric([buckets.rule.name], len(buckets))
        yield kept
