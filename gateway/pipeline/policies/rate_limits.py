"""Who may spend how much."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

from gateway.pipeline.policies.policy import PolicyInput
from gateway.rate_limits import RateLimits


@dataclass(frozen=True, slots=True)
class RateLimitPolicy:
    """Refuses requests of those who spent too much in a time.

    Attributes:
        limits: The rate limits.
    """

    limits: RateLimits

    def check(self, asked: PolicyInput) -> Awaitable[None] | None:
        """Take the request's cost from its sender's buckets.

        Raises:
            RequestError: A bucket has too few points.
        """
        return self.limits.take(asked.request, asked.session, asked.client, asked.prepared.cost)
