"""Settings: whether and where usage is counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from gateway.settings.feature_settings import FeatureSettings


class UsageSettings(FeatureSettings, prefix="FURLONG_GATEWAY__USAGE__"):
    """Whether and where usage is counted."""

    former: ClassVar[Mapping[str, str]] = {
        "file": "usage_file",
        "operations": "usage_operations",
        "days": "usage_days",
        "seconds": "usage_seconds",
    }

    file: Path | None = Field(
        default=None,
        description="An SQLite file in which all workers of a node count which clients use which operations "
        "and fields, for `furlong gateway usage`; without it, nothing is counted.",
    )
    operations: int = Field(
        default=5_000, gt=0, description="The most operations in the file; any others are not counted."
    )
    days: int = Field(default=400, gt=0, description="How many days of usage the file keeps.")
    seconds: float = Field(default=10.0, gt=0, description="How often workers write their counts.")

    @property
    def is_on(self) -> bool:
        """Whether usage is counted."""
        return self.file is not None
