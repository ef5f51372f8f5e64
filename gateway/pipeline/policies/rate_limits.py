"""Applies rate limits to prepared requests."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

from gateway.pipeline.policies.policy import PolicyInput
from gateway.rate_limits import RateLimits


@dataclass(frozen=True, slots=True)
class RateLimitPolicy:
    """Refuses requests of senders that are over a rate limit.

    Attributes:
        limits: The rate limits.
    """

    limits: RateLimits

    def check(self, policy_input: PolicyInput) -> Awaitable[None] | None:
        """Charge the request's cost to its sender's buckets.

        Raises:
            RequestError: A bucket has too few points.
        """
        return self.limits.take(
            policy_input.request, policy_input.session, policy_input.client, policy_input.prepared.cost
        )
