"""What verification counts, and its metrics."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tokens.errors import Reason
from tokens.keys.key_source import RefreshCounts


@dataclass(slots=True)
class TokenCounts:
    """What a verifier counts.

    Attributes:
        refreshes: Refreshes of keys by issuer.
        refused: Refused tokens by reason.
        unavailable: Tokens that nobody could check.
    """

    refreshes: Mapping[str, RefreshCounts]
    refused: Counter[Reason] = field(default_factory=Counter)
    unavailable: int = 0


class TokenMetrics(Collector):
    """The metrics of a verifier, for a registry.

    Args:
        counts: What it counts.
        now: Returns the time in seconds since the epoch.
    """

    def __init__(self, counts: TokenCounts, now: Callable[[], float] = time.time) -> None:
        self._counts = counts
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        refused = CounterMetricFamily(
            "furlong_token_refusals", "Refused bearer tokens by reason.", labels=["reason"]
        )
        for reason, count in self._counts.refused.items():
            refused.add_metric([reason.value], count)
        yield refused
        yield CounterMetricFamily(
            "furlong_token_unavailable",
            "Bearer tokens that nobody could check: no fresh key, or no answer of the issuer.",
            self._counts.unavailable,
        )
        refreshes = CounterMetricFamily(
            "furlong_token_key_refreshes",
            "Refreshes of issuers' key sets by outcome: ok, failed.",
            labels=["issuer", "outcome"],
        )
        ages = GaugeMetricFamily(
            "furlong_token_keys_age_seconds",
            "Time since an issuer's key set was fetched last.",
            labels=["issuer"],
        )
        for issuer, counts in self._counts.refreshes.items():
            refreshes.add_metric([issuer, "ok"], counts.refreshed)
            refreshes.add_metric([issuer, "failed"], counts.failed)
            if counts.fetched_at is not None:
                ages.add_metric([issuer], self._now() - counts.fetched_at)
        yield refreshes
        yield ages
