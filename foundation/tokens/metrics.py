"""The counts of verification, and its metrics."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from foundation.tokens.errors import Reason
from foundation.tokens.keys.key_store import RefreshCounts
from foundation.tokens.revocations import RevocationFollower


@dataclass(slots=True)
class TokenCounts:
    """The counts of a verifier.

    Attributes:
        refreshes: Refreshes of keys by issuer.
        refused: Refused tokens by reason.
        unavailable: Tokens that could not be verified.
        revocations: Follows revocations; None if tokens are not revoked.
    """

    refreshes: Mapping[str, RefreshCounts]
    refused: Counter[Reason] = field(default_factory=Counter)
    unavailable: int = 0
    revocations: RevocationFollower | None = None


class TokenMetrics(Collector):
    """The metrics of a verifier, for a registry.

    Args:
        counts: The counts of the verifier.
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
            "Bearer tokens that could not be verified: no fresh key, or no response from the issuer.",
            self._counts.unavailable,
        )
        refreshes = CounterMetricFamily(
            "furlong_token_key_refreshes",
            "Refreshes of issuers' key sets by outcome: ok, failed.",
            labels=["issuer", "outcome"],
        )
        ages = GaugeMetricFamily(
            "furlong_token_keys_age_seconds",
            "Time since an issuer's key set was last fetched.",
            labels=["issuer"],
        )
        for issuer, counts in self._counts.refreshes.items():
            refreshes.add_metric([issuer, "ok"], counts.refreshed)
            refreshes.add_metric([issuer, "failed"], counts.failed)
            if counts.fetched_at is not None:
                ages.add_metric([issuer], self._now() - counts.fetched_at)
        yield refreshes
        yield ages
        yield from self._revocations()

    def _revocations(self) -> Iterator[Metric]:
        following = self._counts.revocations
        if following is None:
            return
        yield GaugeMetricFamily(
            "furlong_token_revocations", "Revocations of tokens in memory.", len(following.list)
        )
        yield GaugeMetricFamily(
            "furlong_token_revocations_fresh",
            "1 while revocations are up to date; 0: tokens cannot be verified.",
            following.is_fresh,
        )
        yield CounterMetricFamily(
            "furlong_token_revocation_failures",
            "How often the stream of revocations could not be read.",
            following.failed,
        )
