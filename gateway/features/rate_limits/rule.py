"""A rate limit rule: who may spend how many points in which time."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

By: TypeAlias = Literal["customer", "address", "client", "class"]

NANOSECONDS: Final = 1_000_000_000


class RateLimitRule(BaseModel):
    """A bucket of points for each customer, address, client or class of clients.

    Attributes:
        by: Whose requests share a bucket. `customer`: one customer's. `address`: those from one address
            without a customer. `client`: those with one client name, which proves nothing. `class`: those of
            a class of clients.
        points: How many points are added to a bucket in the given time.
        seconds: The time in which the points are added.
        burst: The size of a bucket; by default `points`.
        client_class: The class of clients that the rule applies to. Without it, the rule applies to every
            class that has no rule of its own with the same `by`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: By
    points: int = Field(gt=0, le=10**9)
    seconds: int = Field(gt=0, le=86_400)
    burst: int | None = Field(default=None, gt=0, le=10**9)
    client_class: str | None = None

    @property
    def name(self) -> str:
        """The rule's name in headers and metrics."""
        return "-".join(filter(None, (self.by, self.client_class, f"{self.seconds}s")))

    @property
    def size(self) -> int:
        """The most points that a bucket holds."""
        return self.points if self.burst is None else self.burst

    @property
    def charges_refusals(self) -> bool:
        """Whether its buckets are charged for refused requests: not buckets that unrelated senders share."""
        return self.by in ("customer", "address")

    @property
    def interval(self) -> int:
        """The nanoseconds in which one point is added to a bucket, rounded up."""
        return -(-self.seconds * NANOSECONDS // self.points)

    def __str__(self) -> str:
        """Return the item of the RateLimit-Policy header."""
        return f'"{self.name}";q={self.points};w={self.seconds};furlong-unit="points"'
