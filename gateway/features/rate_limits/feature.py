"""Charges what requests cost to the buckets of their senders, and counts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.errors import RequestError
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.rate_limits.buckets import (
    Buckets,
    Charges,
    MemoryStore,
    RateLimited,
    Shortage,
    too_costly,
)
from gateway.features.rate_limits.settings import RateLimitRule, RateLimitSettings
from gateway.monitoring import SummedGauge
from gateway.pipeline.client_address import ClientAddresses
from gateway.pipeline.identification import ClientIdentity, CustomerOf
from gateway.pipeline.policies import PolicyInput


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
        addresses = ClientAddresses.of(core.settings.addresses)
        self.limiter = Limiter(settings, addresses, core.sessions.customer_of, store)
        core.register(RateLimitMetrics(self.limiter, stores))

    def of(self, version: Version) -> VersionParts:
        """Charge each request, and those that are refused."""
        del version
        return VersionParts(refusals=(self.limiter,), policies=(self.limiter,))


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


class Store(Protocol):
    """A store of buckets."""

    def take(
        self, charges: Charges, cost: int, *, keep: bool = False
    ) -> Awaitable[Shortage | None] | Shortage | None:
        """Charge all buckets, or none if one has too few points."""
        ...


class Sender(Protocol):
    """The information about the machine that sent a request."""

    @property
    def peer(self) -> str | None:
        """The address at the other end of the connection; None if it has none."""
        ...

    @property
    def headers(self) -> Mapping[bytes, bytes]:
        """All headers as bytes, by name in lower case."""
        ...


class Limiter:
    """Takes points from the buckets of senders.

    Args:
        settings: The rules.
        addresses: Finds the addresses of clients behind proxies.
        customer_of: Returns the key of a session's customer; None if no customers are known.
        store: Where the points are taken from.

    Attributes:
        refused: How many requests were refused, by the `by` of the rule.
        rules: The buckets of all rules.
    """

    def __init__(
        self,
        settings: RateLimitSettings,
        addresses: ClientAddresses,
        customer_of: CustomerOf | None,
        store: Store,
    ) -> None:
        self.refused: Counter[str] = Counter()
        self.rules = tuple(Buckets(rule, settings.keys) for rule in settings.rules)
        self._customer_of = customer_of or _nobody
        self._store = store
        self._refusal_points = settings.refusal_points
        self._addresses = addresses
        self._general = _rules_of(self.rules, None)
        named = {buckets.rule.client_class for buckets in self.rules} - {None}
        self._by_class = {name: _rules_of(self.rules, name) for name in named}

    def check(self, policy_input: PolicyInput) -> Awaitable[None] | None:
        """Charge the cost of a prepared request to its sender's buckets.

        Raises:
            RequestError: A bucket has too few points.
        """
        return self.take(
            policy_input.request, policy_input.session, policy_input.client, policy_input.prepared.cost
        )

    def take(
        self, sender: Sender, session: object, client: ClientIdentity, cost: int
    ) -> Awaitable[None] | None:
        """Charge the cost of a request to its sender's buckets.

        Raises:
            RequestError: A bucket has too few points; then no bucket is charged. Awaiting may raise it as
                well.
        """
        return self._decide(self._charges(sender, session, client), cost)

    def check_refusal(
        self, sender: Sender, session: object, client: ClientIdentity
    ) -> Awaitable[None] | None:
        """Check that a sender can pay for a refusal, before a new document is worked on.

        Raises:
            RequestError: The sender cannot pay; awaiting may raise it as well.
        """
        charges = self._charges_of_refusal(sender, session, client)
        return self._decide(charges, self._refusal_points, keep=True)

    def take_refusal(self, sender: Sender, session: object, client: ClientIdentity) -> Awaitable[None] | None:
        """Charge for a request that was refused before its cost was known.

        Raises:
            RequestError: A bucket has too few points; this is then the reason to give to the sender. Awaiting
                may raise it as well.
        """
        return self._decide(self._charges_of_refusal(sender, session, client), self._refusal_points)

    def _charges(self, sender: Sender, session: object, client: ClientIdentity) -> list[tuple[Buckets, str]]:
        customer = None if session is None else self._customer_of(session)
        charges = []
        for buckets in self._by_class.get(client.client_class.name, self._general):
            match buckets.rule.by:
                case "customer":
                    key = customer
                case "address":
                    key = self._addresses.find(sender.peer, sender.headers) if customer is None else None
                case "client":
                    key = client.name
                case "class":
                    key = client.client_class.name
            if key is not None:
                charges.append((buckets, key))
        return charges

    def _charges_of_refusal(
        self, sender: Sender, session: object, client: ClientIdentity
    ) -> list[tuple[Buckets, str]]:
        charges = self._charges(sender, session, client)
        return [charge for charge in charges if charge[0].rule.charges_refusals]

    def _decide(self, charges: Charges, cost: int, *, keep: bool = False) -> Awaitable[None] | None:
        if not charges:
            return None
        shortage = self._store.take(charges, cost, keep=keep)
        if shortage is None:
            return None
        if isinstance(shortage, Shortage):
            raise self._refusal(shortage, cost)
        return self._decide_later(shortage, cost)

    async def _decide_later(self, undecided: Awaitable[Shortage | None], cost: int) -> None:
        shortage = await undecided
        if shortage is not None:
            raise self._refusal(shortage, cost)

    def _refusal(self, shortage: Shortage, cost: int) -> RequestError:
        rule = shortage.rule
        self.refused[rule.by] += 1
        return too_costly(rule, cost) if cost > rule.size else RateLimited(shortage)


def _nobody(_session: object) -> None:
    return None


def _rules_of(rules: tuple[Buckets, ...], name: str | None) -> tuple[Buckets, ...]:
    """Return the rules for a class of clients: its own, and the general rules with another `by`."""
    own: set[RateLimitRule] = {buckets.rule for buckets in rules if buckets.rule.client_class == name}
    bys = {rule.by for rule in own} if name is not None else set()
    return tuple(
        buckets
        for buckets in rules
        if buckets.rule in own or (buckets.rule.client_class is None and buckets.rule.by not in bys)
    )
