"""Settings: how a supergraph and settings are reloaded while the gateway serves."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsFile(BaseSettings):
    """Where the file of settings is; this much is known before that file is read."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_GATEWAY_", frozen=True)

    settings_file: Path | None = Field(
        default=None,
        description="A file of further settings, one NAME=VALUE a line; variables of the environment "
        "override it. Some settings can be changed there while the gateway serves.",
    )


class ReloadSettings(SettingsFile):
    """How a supergraph and settings are reloaded while the gateway serves."""

    reload_seconds: float = Field(
        default=10.0,
        ge=0,
        description="How often the supergraph and the file of settings are looked at for changes; 0: only on "
        "SIGHUP.",
    )
    supergraph_headers: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Headers that are sent with the request for a supergraph at a URL, such as "
        '{"X-Hive-CDN-Key":"…"} or {"Authorization":"Bearer …"}.',
    )
    supergraph_seconds: float = Field(
        default=10.0, gt=0, description="Time to download a supergraph, redirects included."
    )
    supergraph_bytes: int = Field(
        default=16 * 1024 * 1024, gt=0, description="The largest supergraph, in bytes."
    )
    supergraph_ca_file: Path | None = Field(
        default=None,
        description="A PEM file of certificates that are trusted besides the system's, for a supergraph at a "
        "URL.",
    )
    reload_plans: int = Field(
        default=200,
        ge=0,
        description="How many of the plans that are used most are made for a new supergraph before it is "
        "served.",
    )
    reload_plan_seconds: float = Field(
        default=10.0,
        ge=0,
        description="The most time for that; what is not planned by then is planned on demand.",
    )
    reload_broken_share: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="A new supergraph is refused if it can no longer answer operations that made up more "
        "than this share of requests; 1: it never is for that. It counts once there were a hundred requests.",
    )
