"""Charges what requests cost to the buckets of their senders, and counts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.clients import ClientAddresses
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.rate_limits.buckets import MemoryStore
from gateway.features.rate_limits.limiter import Limiter, Store
from gateway.features.rate_limits.settings import RateLimitSettings
from gateway.monitoring import SummedGauge


class RateLimits(Feature):
    """Refuses requests of senders that have spent their points."""

    limiter: Limiter

    def install(self, core: Core) -> None:
        """Open the buckets, which all versions share, with their metrics."""
        settings = core.settings.of(RateLimitSettings)
        memory = MemoryStore()
        stores: dict[str, Decisions] = {"memory": memory}
        store: Store = memory
        if settings.valkey_url is not None:
            # Importing the client library takes longer than importing all of the gateway.
            from gateway.features.rate_limits.valkey_store import ValkeyStore  # noqa: PLC0415

            store = valkey = ValkeyStore.at(settings.valkey_url, settings.valkey_seconds, memory)
            stores["valkey"] = valkey
            core.close_at_end(valkey.close)
        addresses = ClientAddresses(core.settings.trusted_proxies, core.settings.forwarded_for_header)
        self.limiter = Limiter(settings, addresses, core.customer_of, store)
        core.register(RateLimitMetrics(self.limiter, stores))

    def of(self, version: Version) -> VersionParts:
        """Charge each request, and those that are refused."""
        del version
        return VersionParts(
            new_documents=(self.limiter.check_refusal,),
            policies=(self.limiter,),
            refusals=(self.limiter.take_refusal,),
        )


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
