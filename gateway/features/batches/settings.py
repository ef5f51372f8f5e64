"""Settings: how many requests a body may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from gateway.settings.feature_settings import FeatureSettings


class BatchSettings(FeatureSettings, prefix="FURLONG_GATEWAY__BATCHES__"):
    """How many requests a body may have."""

    former: ClassVar[Mapping[str, str]] = {"requests": "batch_requests", "seconds": "batch_seconds"}

    requests: int = Field(
        default=0,
        ge=0,
        le=1_000,
        description="The most requests in a batch: a body that is a list of requests, each of which is "
        "answered by itself. 0 refuses batches.",
    )
    seconds: float = Field(
        default=5.0,
        gt=0,
        description="The time limit for all requests of a batch together; a mutation that has begun is "
        "completed.",
    )

    @property
    def is_on(self) -> bool:
        """Whether batches are answered."""
        return self.requests > 0
