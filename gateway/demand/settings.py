"""Settings: what a request may cost."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field
from pydantic_settings import BaseSettings

CostMode: TypeAlias = Literal["off", "measure", "enforce"]


class DemandSettings(BaseSettings):
    """What a request may cost."""

    cost_mode: CostMode = Field(
        default="enforce",
        description="Whether requests that cost too much are refused (enforce), or costs are only measured "
        "(measure), or not even computed (off).",
    )
    cost_limit: int = Field(
        default=50_000,
        gt=0,
        description="The most points that a request may cost, as estimated before it is planned; roughly the "
        "number of objects in its response.",
    )
    cost_list_size: int = Field(
        default=10, ge=0, description="The length of a list without @listSize, for estimates."
    )
    cost_in_response: bool = Field(
        default=False,
        description="Whether clients may ask for extensions.cost by the header that COST_HEADER names.",
    )
    cost_header: str = Field(
        default="graphql-cost",
        pattern=r"^[a-z0-9-]+$",
        description="The header, with any value, by which a client asks for extensions.cost.",
    )
    cost_actual_share: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="The share of responses whose actual cost is counted for metrics.",
    )
