"""Counts what the gateway does, in a registry of its own, so that several may live in one process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The metrics of one gateway."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "furlong_gateway_requests",
            "GraphQL requests by outcome: ok, partial, refused, gone, fault.",
            ["outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "furlong_gateway_request_seconds",
            "Time to answer a GraphQL request.",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._fetches = Counter(
            "furlong_gateway_subgraph_fetches",
            "Fetches by subgraph and outcome: ok, errors, unreachable.",
            ["subgraph", "outcome"],
            registry=self.registry,
        )
        self._plans = Counter(
            "furlong_gateway_plan_cache",
            "Look-ups of plans by result: hit, miss.",
            ["result"],
            registry=self.registry,
        )

    def request(self, outcome: str, seconds: float) -> None:
        """Count an answered request."""
        self._requests.labels(outcome).inc()
        self._seconds.observe(seconds)

    def fetch(self, subgraph: str, outcome: str) -> None:
        """Count a fetch."""
        self._fetches.labels(subgraph, outcome).inc()

    def plan(self, *, hit: bool) -> None:
        """Count a look-up of a plan."""
        self._plans.labels("hit" if hit else "miss").inc()

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
