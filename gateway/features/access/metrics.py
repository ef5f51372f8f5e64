"""Metrics of access control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector


class AccessMetrics(Collector):
    """Counts requests for fields that the client may not see, and decisions of policies.

    Attributes:
        requests: Such requests by result: restricted, rejected or answered.
        decisions: Decisions of policies by the application or a coprocessor: ok, failed.
    """

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.decisions: Counter[str] = Counter()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        for name, text, counts in (
            (
                "furlong_gateway_access_denials",
                "Requests for what the client may not see, by result: restricted, rejected, answered.",
                self.requests,
            ),
            (
                "furlong_gateway_policy_decisions",
                "Decisions of policies by the application or a coprocessor, by result: ok, failed.",
                self.decisions,
            ),
        ):
            family = CounterMetricFamily(name, text, labels=["result"])
            for result, count in counts.items():
                family.add_metric([result], count)
            yield family
