"""The buckets of a rule: how points are taken from them in this process, and how a request is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic_ns
from typing import TypeAlias

from msgspec import Struct

from gateway.errors import InvalidDocument, TooManyRequests
from gateway.features.rate_limits.settings import NANOSECONDS, RateLimitRule

CODE = "RATE_LIMITED"


@dataclass(slots=True, eq=False)
class Buckets:
    """The buckets of a rule.

    A bucket is one number: the time at which it will be full again. A request moves that time forward by one
    interval per point of its cost, and passes if the time is then no further ahead than an empty bucket takes
    to fill.

    A full bucket need not be kept. Buckets are kept in two generations: a bucket that is used moves to the
    young generation; when that holds half of the most keys, it becomes the old one, and the previous old one
    is dropped. So a client gets a fresh bucket early only after that many other keys were used, and whoever
    controls that many keys has as many fresh buckets anyway. A refused client keeps its bucket as long as it
    keeps sending requests.

    Attributes:
        rule: The rule.
        keys: The most buckets.
        interval: The nanoseconds in which one point is added.
        tolerance: The nanoseconds in which an empty bucket fills up.
    """

    rule: RateLimitRule
    keys: int
    interval: int = field(init=False)
    tolerance: int = field(init=False)
    _young: dict[str, int] = field(default_factory=dict, repr=False)
    _old: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.interval = self.rule.interval
        self.tolerance = self.rule.size * self.interval

    def full_at(self, key: str, now: int) -> int:
        """Return when a bucket will be full; now, if it is full."""
        at = self._young.get(key)
        if at is None:
            at = self._old.get(key, now)
        return max(now, at)

    def put(self, key: str, full_at: int) -> None:
        """Set when a bucket will be full."""
        self._young[key] = full_at
        if len(self._young) * 2 >= self.keys:
            self._old, self._young = self._young, {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


Charges: TypeAlias = Sequence[tuple[Buckets, str]]
"""The buckets that a request's cost is charged to, each with the key of the bucket's owner."""


@dataclass(slots=True)
class MemoryStore:
    """Charges the buckets of this process.

    Attributes:
        clock: Returns a monotonic time in nanoseconds.
        decisions: How many requests it has decided on.
    """

    clock: Callable[[], int] = monotonic_ns
    decisions: int = 0

    def take(self, charges: Charges, cost: int, *, keep: bool = False) -> Shortage | None:
        """Charge all buckets, or none if one has too few points.

        Args:
            charges: The buckets.
            cost: The points.
            keep: Whether the points stay in the buckets: then this only checks that all have enough.
        """
        self.decisions += 1
        now = self.clock()
        taken = []
        for buckets, key in charges:
            before = buckets.full_at(key, now)
            after = before + cost * buckets.interval
            wait = after - now - buckets.tolerance
            if wait > 0:
                buckets.put(key, before)
                return Shortage(buckets.rule, (buckets.tolerance - before + now) // buckets.interval, wait)
            taken.append((buckets, key, after))
        if not keep:
            for buckets, key, after in taken:
                buckets.put(key, after)
        return None


class Shortage(Struct, frozen=True):
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
