"""Settings: where subgraphs' responses are cached, and for how long."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class ResponseCacheSettings(BaseSettings):
    """Where subgraphs' responses are cached, and for how long."""

    response_cache: bool = Field(
        default=False,
        description="Whether to cache subgraphs' responses for as long as @cacheControl allows.",
    )
    response_cache_bytes: int = Field(
        default=64 * 1024 * 1024, gt=0, description="The most bytes of cached responses in memory."
    )
    response_cache_valkey_url: str | None = Field(
        default=None,
        pattern=r"^(redis|rediss|unix)://",
        json_schema_extra={"writeOnly": True},
        description="The Valkey or Redis in which all processes share responses, such as "
        "redis://127.0.0.1:6379/0; without it, each process has its own cache, and an "
        "invalidation reaches only one.",
    )
    response_cache_valkey_seconds: float = Field(
        default=0.05,
        gt=0,
        description="How long to wait for Valkey; after that, subgraphs are called without the cache for a "
        "second.",
    )
    response_cache_longest_seconds: int = Field(
        default=86_400,
        gt=0,
        description="The longest time that a response is cached, whatever @cacheControl says.",
    )
    response_cache_private: bool = Field(
        default=False,
        description="Whether to cache PRIVATE responses as well, under the key of their customer; those "
        "without a known customer are not cached.",
    )
    response_cache_ignored_headers: tuple[str, ...] = Field(
        default=("authorization", "traceparent", "tracestate", "baggage"),
        description="Headers that PUBLIC responses do not depend on; every other header that subgraphs see "
        "is part of a response's key.",
    )
    response_cache_invalidation_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="The bearer token that POST /invalidation requires; without it, there is no such path.",
    )
