"""Settings: how much each client may ask for in a time, as rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import ClassVar, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.settings.feature_settings import FeatureSettings

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


class RateLimitSettings(FeatureSettings, prefix="FURLONG_GATEWAY__RATE_LIMITS__"):
    """How much each client may ask for in a time."""

    former: ClassVar[Mapping[str, str]] = {
        "rules": "rate_limits",
        "refusal_points": "rate_limit_refusal_points",
        "keys": "rate_limit_keys",
        "valkey_url": "rate_limit_valkey_url",
        "valkey_seconds": "rate_limit_valkey_seconds",
    }

    rules: tuple[RateLimitRule, ...] = Field(
        default=(),
        description='Rules such as [{"by":"customer","points":6000,"seconds":60}]: buckets of cost points by '
        "customer, address, client or class, with an optional burst and client_class; none: no limits.",
    )
    refusal_points: int = Field(
        default=10,
        gt=0,
        description="The cost of a request that is refused before its cost is known, such as one with an "
        "invalid document.",
    )
    keys: int = Field(default=100_000, ge=2, description="The most buckets in memory for each rule.")
    valkey_url: str | None = Field(
        default=None,
        pattern=r"^(redis|rediss|unix)://",
        json_schema_extra={"writeOnly": True},
        description="The Valkey or Redis in which all processes share their buckets, such as "
        "redis://127.0.0.1:6379/0; without it, each process has its own.",
    )
    valkey_seconds: float = Field(
        default=0.05,
        gt=0,
        description="How long to wait for Valkey; after that, this process limits by its own buckets "
        "for a second.",
    )

    @model_validator(mode="after")
    def _sensible_rules(self) -> Self:
        """Refuse rules with equal names, and buckets that are too small to pay for a refusal."""
        points = self.refusal_points
        small = [rule.name for rule in self.rules if rule.charges_refusals and rule.size < points]
        if small:
            raise ValueError(f"rules: {small[0]} holds less than a refusal costs, {points} points")
        twice = [name for name, count in Counter(rule.name for rule in self.rules).items() if count > 1]
        if twice:
            raise ValueError(f"rules: two rules are named {twice[0]}")
        return self

    @property
    def is_on(self) -> bool:
        """Whether there are any rules."""
        return bool(self.rules)
