"""Metrics of trusted documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class DocumentMetrics(Collector):
    """Counts documents and manifests by result.

    Attributes:
        trusted: How many documents are trusted at present.
        is_broken: Whether a manifest on disk is broken, so that an earlier set is still in use.
        reloads: Changed manifests by result: ok, broken.
        untrusted: Requests with documents that are not trusted, by class of client and result: answered,
            refused.
        automatic: Automatic persisted queries by result: hit, miss, registered, or failed for calls of the
            shared store.
    """

    def __init__(self) -> None:
        self.trusted = 0
        self.is_broken = False
        self.reloads: Counter[str] = Counter()
        self.untrusted: Counter[tuple[str, str]] = Counter()
        self.automatic: Counter[str] = Counter()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        yield GaugeMetricFamily(
            "furlong_gateway_trusted_documents", "Documents that are trusted.", self.trusted
        )
        yield GaugeMetricFamily(
            "furlong_gateway_manifests_broken",
            "1 if a manifest on disk is broken, so that the earlier ones remain in use.",
            self.is_broken,
        )
        reloads = CounterMetricFamily(
            "furlong_gateway_manifest_reloads", "Changed manifests by result: ok, broken.", labels=["result"]
        )
        for result, count in self.reloads.items():
            reloads.add_metric([result], count)
        yield reloads
        untrusted = CounterMetricFamily(
            "furlong_gateway_untrusted_requests",
            "Requests with untrusted documents, by class of clients and result: answered, refused.",
            labels=["class", "result"],
        )
        for labels, count in self.untrusted.items():
            untrusted.add_metric(labels, count)
        yield untrusted
        automatic = CounterMetricFamily(
            "furlong_gateway_automatic_persisted_queries",
            "Automatic persisted queries: hit, miss, registered, and failed calls of the shared store.",
            labels=["result"],
        )
        for result, count in self.automatic.items():
            automatic.add_metric([result], count)
        yield automatic
