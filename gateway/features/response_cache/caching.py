"""The response cache of all fetches: its keys hold everything that a value may depend on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import orjson
from msgspec import Struct
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.caching import WeightedCache
from gateway.features.response_cache.stores import Store
from gateway.monitoring import SummedGauge
from gateway.pipeline.cache_control import CachePolicy
from gateway.transport import BYTES_A_PLACE
from jit.codegen import spend

VERSION: Final = 1
"""Part of each key: a new version invalidates the entries of older releases."""


class Caching(Struct, frozen=True):
    """The response cache.

    Attributes:
        store: Stores the responses.
        keys: Builds the keys of responses.
        metrics: Counts look-ups.
        longest: The longest that a response is kept, in seconds.
    """

    store: Store
    keys: EntryKeys
    metrics: ResponseCacheMetrics
    longest: int

    def seconds(self, policy: CachePolicy) -> int:
        """Return how long a response may be kept."""
        return min(policy.max_age, self.longest)


def read(content: bytes) -> Any:
    """Return a copy of a cached value, and charge the request's budget for it.

    Raises:
        BudgetSpent: The value would make the response too large.
    """
    spend(len(content) // BYTES_A_PLACE)
    return orjson.loads(content)


@dataclass(frozen=True, slots=True)
class KeyPrefix:
    """The common part of the keys of one field's values in one request."""

    _hash: Any = field(repr=False)

    def key(self, representation: Mapping[str, Any] | None = None) -> bytes:
        """Return the key of an entity, or of a whole response."""
        hasher = self._hash.copy()
        hasher.update(orjson.dumps(representation, option=orjson.OPT_SORT_KEYS))
        digest: bytes = hasher.digest()
        return digest


class EntryKeys(Struct, frozen=True):
    """Builds keys.

    Attributes:
        ignored_headers: The headers that PUBLIC responses do not depend on.
        customer_of: Returns the key of a session's customer; if None, PRIVATE responses are not cached.
    """

    ignored_headers: frozenset[str]
    customer_of: Callable[[object], str | None] | None = None

    def prefix(
        self,
        subgraph: str,
        text: str,
        values: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Callable[[CachePolicy, object], KeyPrefix | None]:
        """Return the prefix for values with a policy, or None for values that belong to an unknown customer.

        Args:
            subgraph: The subgraph's name.
            text: The selections.
            values: The values of the variables that it uses.
            headers: The headers that the subgraph sees.
        """
        known: dict[bool, KeyPrefix | None] = {}

        def of(policy: CachePolicy, session: object) -> KeyPrefix | None:
            if policy.is_private not in known:
                customer = self._customer(session) if policy.is_private else None
                if policy.is_private and customer is None:
                    known[True] = None
                else:
                    ignored = self.ignored_headers
                    seen = sorted(header for header in headers.items() if header[0] not in ignored)
                    parts = [VERSION, subgraph, text, values, seen, customer]
                    known[policy.is_private] = KeyPrefix(
                        sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS))
                    )
            return known[policy.is_private]

        return of

    def _customer(self, session: object) -> str | None:
        return None if self.customer_of is None or session is None else self.customer_of(session)


def used(names: Collection[str], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the variables that a field uses."""
    return {name: variables[name] for name in names if name in variables}


class ResponseCacheMetrics(Collector):
    """Counts look-ups and invalidations.

    Args:
        kept: The responses in memory; None if they are stored elsewhere.

    Attributes:
        lookups: Look-ups by subgraph and result: hit, miss.
        invalidations: Invalidations by kind: cache_tag, subgraph, type.
    """

    def __init__(self, kept: WeightedCache[bytes, Any] | None = None) -> None:
        self._kept = kept
        self.lookups: Counter[tuple[str, str]] = Counter()
        self.invalidations: Counter[str] = Counter()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        lookups = CounterMetricFamily(
            "furlong_gateway_response_cache_lookups",
            "Entities and root fetches that were looked up, by subgraph and result: hit, miss.",
            labels=["subgraph", "result"],
        )
        for labels, count in self.lookups.items():
            lookups.add_metric(labels, count)
        invalidations = CounterMetricFamily(
            "furlong_gateway_response_cache_invalidations",
            "Invalidations by kind: cache_tag, subgraph, type.",
            labels=["kind"],
        )
        for kind, count in self.invalidations.items():
            invalidations.add_metric([kind], count)
        yield from (lookups, invalidations)
        if self._kept is not None:
            yield SummedGauge(
                "furlong_gateway_response_cache_bytes", "Bytes of responses in memory.", self._kept.held
            )
            yield SummedGauge(
                "furlong_gateway_response_cache_entries", "Responses in memory.", len(self._kept)
            )
            yield CounterMetricFamily(
                "furlong_gateway_response_cache_evictions",
                "Responses that were evicted, or not kept because others are used more often.",
                self._kept.evictions,
            )
