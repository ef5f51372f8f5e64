"""Settings of incremental delivery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, Field

from gateway.settings import GatewaySettings
from gateway.settings.feature_settings import FeatureSettings


class IncrementalSettings(FeatureSettings, prefix="FURLONG_GATEWAY__INCREMENTAL__"):
    """Responses in parts, by `@defer` and `@stream`; INCREMENTAL_DELIVERY switches them on."""

    former: ClassVar[Mapping[str, str]] = {"items": "incremental_items", "records": "incremental_records"}
    reloaded: ClassVar[frozenset[str]] = frozenset({"items", "records"})

    items: int = Field(
        default=100,
        gt=0,
        description="How many later items of a list with @stream are fetched and sent together.",
    )
    records: int = Field(
        default=2_000,
        gt=0,
        description="The most deferred fragments and streamed lists of a response, counted for each object.",
    )

    def is_used(self, gateway: BaseModel) -> bool:
        """Return whether the directives are known, and streams are served."""
        if not isinstance(gateway, GatewaySettings):
            return False
        return gateway.execution.incremental_delivery and gateway.live.enabled
