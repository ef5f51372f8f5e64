"""Settings: which replies are compressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from gateway.settings.feature_settings import FeatureSettings


class CompressionSettings(FeatureSettings, prefix="FURLONG_GATEWAY__COMPRESSION__"):
    """Which replies are compressed."""

    former: ClassVar[Mapping[str, str]] = {"enabled": "compression", "bytes": "compression_bytes"}
    reloaded: ClassVar[frozenset[str]] = frozenset({"enabled", "bytes"})

    enabled: bool = Field(
        default=True, description="Whether responses are compressed with gzip for clients that accept it."
    )
    bytes: int = Field(default=4096, gt=0, description="The shortest response that is compressed, in bytes.")

    @property
    def is_on(self) -> bool:
        """Whether anything is compressed."""
        return self.enabled
