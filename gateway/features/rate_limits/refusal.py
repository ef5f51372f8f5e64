"""Refusals by rate limits, with the headers that tell clients when to retry."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gateway.errors import InvalidDocument, TooManyRequests
from gateway.features.rate_limits.rule import NANOSECONDS, RateLimitRule

CODE = "RATE_LIMITED"


@dataclass(frozen=True, slots=True)
class Shortage:
    """A bucket that has too few points for a request.

    Attributes:
        rule: The rule of the bucket.
        available: The points in the bucket.
        wait: The nanoseconds until the bucket has enough points.
    """

    rule: RateLimitRule
    available: int
    wait: int


class RateLimited(TooManyRequests):
    """A request that has to wait; its headers are those of draft-ietf-httpapi-ratelimit-headers-11."""

    def __init__(self, shortage: Shortage) -> None:
        seconds = max(1, math.ceil(shortage.wait / NANOSECONDS))
        rule = shortage.rule
        super().__init__(
            f"Too many requests in a short time: try again in {seconds} s.",
            code=CODE,
            headers=(
                (b"retry-after", b"%d" % seconds),
                (b"ratelimit-policy", str(rule).encode()),
                (b"ratelimit", f'"{rule.name}";r={shortage.available};t={seconds}'.encode()),
            ),
        )


def too_costly(rule: RateLimitRule, cost: int) -> InvalidDocument:
    """Return the refusal of a request that costs more than a full bucket holds."""
    message = (
        f"The request costs {cost} points, but at most {rule.size} may be spent at once: "
        "waiting does not help, ask for less."
    )
    return InvalidDocument([{"message": message}], "COST_ABOVE_RATE_LIMIT")
