"""Settings: how a supergraph and settings are reloaded while the gateway serves."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from gateway.settings.section import Section


class ReloadSettings(Section, prefix="FURLONG_GATEWAY_RELOAD_", is_reloaded=True):
    """How a supergraph and settings are reloaded while the gateway serves."""

    seconds: float = Field(
        default=10.0,
        ge=0,
        description="How often the supergraph and the settings file are checked for changes; 0 for only on "
        "SIGHUP.",
    )
    plans: int = Field(
        default=200,
        ge=0,
        description="How many of the most used operations are planned for a new supergraph before it is "
        "served.",
    )
    plan_seconds: float = Field(
        default=10.0,
        ge=0,
        description="The time limit for that; all other operations are planned on demand.",
    )
    broken_share: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="A new supergraph is refused if it can no longer answer operations that made up more "
        "than this share of requests; 1 to never refuse it for that. Takes effect after the "
        "first hundred requests.",
    )


class SupergraphSettings(Section, prefix="FURLONG_GATEWAY_SUPERGRAPH_"):
    """How a supergraph is read."""

    headers: dict[str, SecretStr] = Field(
        default_factory=dict,
        description='Headers for downloading a supergraph from a URL, such as {"X-Hive-CDN-Key":"…"} or '
        '{"Authorization":"Bearer …"}.',
    )
    seconds: float = Field(
        default=10.0, gt=0, description="The time limit for downloading a supergraph, including redirects."
    )
    bytes: int = Field(default=16 * 1024 * 1024, gt=0, description="The largest supergraph, in bytes.")
    ca_file: Path | None = Field(
        default=None,
        description="A PEM file of certificates that are trusted in addition to the system's when "
        "downloading a supergraph.",
    )
