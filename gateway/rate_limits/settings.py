"""Settings of rate limits, and how client addresses are determined."""

from __future__ import annotations

from collections import Counter
from typing import Literal, Self

from pydantic import Field, IPvAnyNetwork, model_validator
from pydantic_settings import BaseSettings

from gateway.rate_limits.rule import RateLimitRule


class RateLimitSettings(BaseSettings):
    """How much each client may ask for in a time, and how addresses are known."""

    rate_limits: tuple[RateLimitRule, ...] = Field(
        default=(),
        description='Rules such as [{"by":"customer","points":6000,"seconds":60}]: buckets of cost points by '
        "customer, address, client or class, with an optional burst and client_class; none: no limits.",
    )
    rate_limit_refusal_points: int = Field(
        default=10,
        gt=0,
        description="The cost of a request that is refused before its cost is known, such as one with an "
        "invalid document.",
    )
    rate_limit_keys: int = Field(
        default=100_000, ge=2, description="The most buckets in memory for each rule."
    )
    rate_limit_valkey_url: str | None = Field(
        default=None,
        pattern=r"^(redis|rediss|unix)://",
        json_schema_extra={"writeOnly": True},
        description="The Valkey or Redis in which all processes share their buckets, such as "
        "redis://127.0.0.1:6379/0; without it, each process has its own.",
    )
    rate_limit_valkey_seconds: float = Field(
        default=0.05,
        gt=0,
        description="How long to wait for Valkey; after that, this process limits by its own buckets "
        "for a second.",
    )
    trusted_proxies: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description='The networks of the proxies in front, such as ["10.0.0.0/8"]: only these are trusted '
        "to state a client's address.",
    )
    forwarded_for_header: Literal["x-forwarded-for", "forwarded"] = Field(
        default="x-forwarded-for", description="The header in which trusted proxies name a client's address."
    )

    @model_validator(mode="after")
    def _sensible_rules(self) -> Self:
        """Refuse rules with equal names, and buckets that are too small to pay for a refusal."""
        points = self.rate_limit_refusal_points
        small = [rule.name for rule in self.rate_limits if rule.charges_refusals and rule.size < points]
        if small:
            raise ValueError(f"rate_limits: {small[0]} holds less than a refusal costs, {points} points")
        twice = [name for name, count in Counter(rule.name for rule in self.rate_limits).items() if count > 1]
        if twice:
            raise ValueError(f"rate_limits: two rules are named {twice[0]}")
        return self
