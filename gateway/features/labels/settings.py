"""Settings: which labels of progressive overrides are on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from gateway.settings.feature_settings import FeatureSettings


class LabelSettings(FeatureSettings, prefix="FURLONG_GATEWAY__LABELS__"):
    """Which labels of progressive overrides are on."""

    former: ClassVar[Mapping[str, str]] = {
        "on": "override_labels",
        "shares": "override_shares",
        "seed": "override_seed",
    }
    reloaded: ClassVar[frozenset[str]] = frozenset(former)

    on: tuple[str, ...] = Field(
        default=(),
        description="Labels of progressive overrides that are on, in addition to percent(N) labels.",
    )
    shares: dict[str, Annotated[float, Field(ge=0, le=100)]] = Field(
        default_factory=dict,
        description="Shares of requests, in percent, for which labels of progressive overrides are on, such "
        'as {"move-progress": 25}; for a percent(N) label, this share replaces N.',
    )
    seed: int | None = Field(
        default=None, description="Makes the draws of percent(N) labels repeatable, for tests."
    )
