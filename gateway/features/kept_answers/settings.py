"""Settings: how many bytes of answers are kept."""

from __future__ import annotations

from pydantic import Field

from gateway.settings.feature_settings import FeatureSettings


class KeptAnswerSettings(FeatureSettings, prefix="FURLONG_GATEWAY__KEPT_ANSWERS__"):
    """How many bytes of answers are kept."""

    bytes: int = Field(
        default=0,
        ge=0,
        description="The most bytes of whole answers that are kept for known customers. A kept answer is "
        "given again only if what it was made of is read again and is the same, and only subgraphs in the "
        "gateway's process say what that is. 0 keeps none.",
    )

    @property
    def is_on(self) -> bool:
        """Whether answers are kept."""
        return self.bytes > 0
