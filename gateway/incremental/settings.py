"""Settings of incremental delivery."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class IncrementalSettings(BaseSettings):
    """Responses in parts, by `@defer` and `@stream`."""

    incremental_delivery: bool = Field(
        default=True,
        description="Whether clients may use @defer and @stream, and get responses in parts if they accept "
        "them; if not, the directives are unknown.",
    )
    incremental_items: int = Field(
        default=100,
        gt=0,
        description="How many later items of a list with @stream are fetched and sent together.",
    )
    incremental_records: int = Field(
        default=2_000,
        gt=0,
        description="The most deferred fragments and streamed lists of a response, counted for each object.",
    )
