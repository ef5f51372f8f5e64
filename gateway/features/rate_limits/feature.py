"""Charges what requests cost to the buckets of their senders."""

from __future__ import annotations

from gateway.clients import ClientAddresses
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.rate_limits.limiter import Limiter, Store
from gateway.features.rate_limits.memory_store import MemoryStore
from gateway.features.rate_limits.metrics import Decisions, RateLimitMetrics
from gateway.features.rate_limits.settings import RateLimitSettings


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
