"""The buckets of a rule, by the generic cell rate algorithm (GCRA; ITU-T I.371), within bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.features.rate_limits.rule import RateLimitRule


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
