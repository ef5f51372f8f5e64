"""Settings: how a supergraph and settings are reloaded while the gateway serves."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsFile(BaseSettings):
    """The location of the settings file, which is known before the file is read."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_GATEWAY_", frozen=True)

    settings_file: Path | None = Field(
        default=None,
        description="A file of additional settings, one NAME=VALUE per line; environment variables override "
        "it. Some settings can be changed there while the gateway serves.",
    )


class ReloadSettings(SettingsFile):
    """How a supergraph and settings are reloaded while the gateway serves."""

    reload_seconds: float = Field(
        default=10.0,
        ge=0,
        description="How often the supergraph and the settings file are checked for changes; 0 for only on "
        "SIGHUP.",
    )
    supergraph_headers: dict[str, SecretStr] = Field(
        default_factory=dict,
        description='Headers for downloading a supergraph from a URL, such as {"X-Hive-CDN-Key":"…"} or '
        '{"Authorization":"Bearer …"}.',
    )
    supergraph_seconds: float = Field(
        default=10.0, gt=0, description="The time limit for downloading a supergraph, including redirects."
    )
    supergraph_bytes: int = Field(
        default=16 * 1024 * 1024, gt=0, description="The largest supergraph, in bytes."
    )
    supergraph_ca_file: Path | None = Field(
        default=None,
        description="A PEM file of certificates that are trusted in addition to the system's when "
        "downloading a supergraph.",
    )
    reload_plans: int = Field(
        default=200,
        ge=0,
        description="How many of the most used operations are planned for a new supergraph before it is "
        "served.",
    )
    reload_plan_seconds: float = Field(
        default=10.0,
        ge=0,
        description="The time limit for that; all other operations are planned on demand.",
    )
    reload_broken_share: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="A new supergraph is refused if it can no longer answer operations that made up more "
        "than this share of requests; 1 to never refuse it for that. Takes effect after the "
        "first hundred requests.",
    )
