"""Settings of logs: what is logged, and how often lines may repeat."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LogSettings(BaseSettings):
    """What is logged, and how often lines may repeat."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_LOG_", frozen=True)

    format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="json: one object per line; console: for people; auto: console on a terminal, else json",
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="The least level that is logged; libraries log from warnings on",
    )
    repeated: int = Field(
        default=20,
        ge=0,
        description="How many lines of the same warning or error are logged in a period, and ten times as "
        "many of the same event; the others are counted. 0: all",
    )
    period_seconds: float = Field(default=60.0, gt=0, description="The length of that period")
