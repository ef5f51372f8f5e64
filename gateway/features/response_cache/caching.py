"""The response cache of all fetches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from gateway.cache_control import CachePolicy
from gateway.features.response_cache.entry_keys import EntryKeys
from gateway.features.response_cache.metrics import ResponseCacheMetrics
from gateway.features.response_cache.stores import Store
from gateway.transport import BYTES_A_PLACE
from jit.codegen import spend


@dataclass(frozen=True, slots=True)
class Caching:
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
