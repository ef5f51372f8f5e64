"""Settings: where subgraphs' responses are cached, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from gateway.settings.feature_settings import FeatureSettings


class ResponseCacheSettings(FeatureSettings, prefix="FURLONG_GATEWAY__RESPONSE_CACHE__"):
    """Where subgraphs' responses are cached, and for how long."""

    former: ClassVar[Mapping[str, str]] = {
        "enabled": "response_cache",
        "bytes": "response_cache_bytes",
        "valkey_url": "response_cache_valkey_url",
        "valkey_seconds": "response_cache_valkey_seconds",
        "longest_seconds": "response_cache_longest_seconds",
        "private": "response_cache_private",
        "ignored_headers": "response_cache_ignored_headers",
        "invalidation_key": "response_cache_invalidation_key",
    }

    enabled: bool = Field(
        default=False,
        description="Whether to cache subgraphs' responses for as long as @cacheControl allows.",
    )
    bytes: int = Field(
        default=64 * 1024 * 1024, gt=0, description="The most bytes of cached responses in memory."
    )
    valkey_url: str | None = Field(
        default=None,
        pattern=r"^(redis|rediss|unix)://",
        json_schema_extra={"writeOnly": True},
        description="The Valkey or Redis in which all processes share responses, such as "
        "redis://127.0.0.1:6379/0; without it, each process has its own cache, and an "
        "invalidation reaches only one.",
    )
    valkey_seconds: float = Field(
        default=0.05,
        gt=0,
        description="How long to wait for Valkey; after that, subgraphs are called without the cache for a "
        "second.",
    )
    longest_seconds: int = Field(
        default=86_400,
        gt=0,
        description="The longest time that a response is cached, whatever @cacheControl says.",
    )
    private: bool = Field(
        default=False,
        description="Whether to cache PRIVATE responses as well, under the key of their customer; those "
        "without a known customer are not cached.",
    )
    ignored_headers: tuple[str, ...] = Field(
        default=("authorization", "traceparent", "tracestate", "baggage"),
        description="Headers that PUBLIC responses do not depend on; every other header that subgraphs see "
        "is part of a response's key.",
    )
    invalidation_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="The bearer token that POST /invalidation requires; without it, there is no such path.",
    )

    @model_validator(mode="after")
    def _has_something_to_invalidate(self) -> Self:
        if self.invalidation_key is not None and not self.enabled:
            raise ValueError("without FURLONG_GATEWAY__RESPONSE_CACHE__ENABLED nothing is cached")
        return self

    @property
    def is_on(self) -> bool:
        """Whether responses are cached."""
        return self.enabled
