"""Settings: what a request may cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from gateway.settings.feature_settings import FeatureSettings

CostMode: TypeAlias = Literal["off", "measure", "enforce"]


class CostSettings(FeatureSettings, prefix="FURLONG_GATEWAY__COST__"):
    """What a request may cost."""

    former: ClassVar[Mapping[str, str]] = {
        "mode": "cost_mode",
        "limit": "cost_limit",
        "list_size": "cost_list_size",
        "in_response": "cost_in_response",
        "header": "cost_header",
        "actual_share": "cost_actual_share",
    }
    reloaded: ClassVar[frozenset[str]] = frozenset(former)

    mode: CostMode = Field(
        default="enforce",
        description="Whether requests that cost too much are refused (enforce), or costs are only measured "
        "(measure), or not even computed (off).",
    )
    limit: int = Field(
        default=50_000,
        gt=0,
        description="The most points that a request may cost, as estimated before it is planned; roughly the "
        "number of objects in its response.",
    )
    list_size: int = Field(
        default=10, ge=0, description="The length of a list without @listSize, for estimates."
    )
    in_response: bool = Field(
        default=False,
        description="Whether clients may ask for extensions.cost by the header that HEADER names.",
    )
    header: str = Field(
        default="graphql-cost",
        pattern=r"^[a-z0-9-]+$",
        description="The header, with any value, by which a client asks for extensions.cost.",
    )
    actual_share: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="The share of responses whose actual cost is counted for metrics.",
    )

    @property
    def is_on(self) -> bool:
        """Whether costs are computed."""
        return self.mode != "off"
