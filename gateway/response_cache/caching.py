"""How the responses of all fetches are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from gateway.cache_control import CachePolicy
from gateway.response_cache.entry_keys import EntryKeys
from gateway.response_cache.metrics import ResponseCacheMetrics
from gateway.response_cache.stores import Store
from gateway.transport import BYTES_A_PLACE
from jit.codegen import spend


@dataclass(frozen=True, slots=True)
class Caching:
    """How responses are kept.

    Attributes:
        store: What keeps them.
        keys: Makes their keys.
        metrics: Counts look-ups.
        longest: The longest that a response is kept, in seconds.
    """

    store: Store
    keys: EntryKeys
    metrics: ResponseCacheMetrics
    longest: int

    def seconds(self, policy: CachePolicy) -> int:
        """Return for how long a response may be kept."""
        return min(policy.max_age, self.longest)


def read(content: bytes) -> Any:
    """Return a cached value as an object of its own, at the expense of the request's budget.

    Raises:
        BudgetSpent: The answer is too large with it.
    """
    spend(len(content) // BYTES_A_PLACE)
    return orjson.loads(content)
