"""Settings: how much memory the caches may take."""

from __future__ import annotations

from pydantic import Field

from gateway.settings.section import Section


class CacheSettings(Section, is_reloaded=True):
    """How much memory the caches of a process may take."""

    plan_cache_bytes: int = Field(
        default=64 * 1024 * 1024,
        gt=0,
        description="The most bytes of documents that are kept with their plans and compiled functions.",
    )
    pinned_plan_bytes: int = Field(
        default=32 * 1024 * 1024,
        ge=0,
        description="The most bytes of documents that are never evicted, such as those prepared at startup; "
        "further ones are cached like clients' documents.",
    )
    plans_per_document: int = Field(
        default=16,
        gt=0,
        description="The most plans that are kept for one document: it has one for each combination of "
        "values of its @skip and @include.",
    )
    body_cache_bytes: int = Field(
        default=4 * 1024 * 1024,
        gt=0,
        description="The most bytes of request bodies, with their variables, that are cached to recognize "
        "repeated queries.",
    )
    refusal_cache_bytes: int = Field(
        default=1024 * 1024,
        gt=0,
        description="The most bytes of refused documents that are remembered, to refuse them again at once.",
    )
