"""Settings: what subgraphs' responses are kept in, and for how long."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class ResponseCacheSettings(BaseSettings):
    """What subgraphs' responses are kept in, and for how long."""

    response_cache: bool = Field(
        default=False,
        description="Whether to keep what subgraphs answer for as long as @cacheControl allows.",
    )
    response_cache_bytes: int = Field(
        default=64 * 1024 * 1024, gt=0, description="The most bytes of responses that are kept in memory."
    )
    response_cache_valkey_url: str | None = Field(
        default=None,
        pattern=r"^(redis|rediss|unix)://",
        description="The Valkey or Redis that all processes share responses in, such as "
        "redis://127.0.0.1:6379/0; without it, each process has its own, and an invalidation reaches one.",
    )
    response_cache_valkey_seconds: float = Field(
        default=0.05,
        gt=0,
        description="How long to wait for Valkey; after that, subgraphs are asked for a second.",
    )
    response_cache_longest_seconds: int = Field(
        default=86_400, gt=0, description="The longest that a response is kept, whatever @cacheControl says."
    )
    response_cache_private: bool = Field(
        default=False,
        description="Whether to keep PRIVATE responses too, under the key of their customer; those of "
        "nobody known are not kept.",
    )
    response_cache_ignored_headers: tuple[str, ...] = Field(
        default=("authorization", "traceparent", "tracestate", "baggage"),
        description="Headers that PUBLIC responses do not depend on; each other header that subgraphs see "
        "is part of a response's key.",
    )
    response_cache_invalidation_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="The bearer token that POST /invalidation asks for; without it there is no such path.",
    )
