"""Settings of the ways to run, and the list of all settings there are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from gateway.settings import GatewaySettings
from storage.settings import ClockSettings, DatabaseSettings
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.kit.settings import (
    CompareSettings,
    ExecutionSettings,
    PublicDataSettings,
    SessionSettings,
    UpstreamSettings,
)

ROOT = Path(__file__).resolve().parents[1]


class ServeSettings(BaseSettings):
    """How `furlong serve` puts gateway, subgraphs and page together."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_SERVE_")

    subgraphs: Literal["memory", "http"] = Field(
        default="memory",
        description="memory: subgraphs in the gateway's process; "
        "http: each at its URL, see FURLONG_GATEWAY_SUBGRAPH_URLS",
    )
    supergraph: Path = Field(default=ROOT / "schema.graphql", description="The supergraph's SDL")
    page: Path = Field(default=ROOT / "web" / "dist", description="The built page, as `make` leaves it")


class TopicSettings(BaseSettings):
    """How long Kafka keeps what the databases can be rebuilt from."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_TOPICS_")

    retention_days: int = Field(
        default=35, ge=1, description="How long `furlong topics create` lets bets and feeds be kept"
    )
    facts_retention_days: int = Field(
        default=90,
        ge=1,
        description="The same for qualifications, choices, outcomes and dead letters, which are few",
    )
    notice_days: int = Field(
        default=7,
        ge=0,
        description="How long it may take until a lost database is noticed. A topic that keeps less than a "
        "week, the longest grace and these days is refused",
    )
    check: bool = Field(
        default=True, description="Whether consumers check at their start how long their topics are kept"
    )


ALL_SETTINGS: tuple[type[BaseSettings], ...] = (
    DatabaseSettings,
    ClockSettings,
    StreamSettings,
    TopicSettings,
    FeedSettings,
    UpstreamSettings,
    CompareSettings,
    SessionSettings,
    PublicDataSettings,
    ExecutionSettings,
    GatewaySettings,
    ServeSettings,
    FulfilmentSettings,
)


def listed() -> Iterator[tuple[str, str, str]]:
    """Each setting's environment variable, default and meaning."""
    for settings in ALL_SETTINGS:
        prefix = settings.model_config.get("env_prefix", "")
        for name, field in settings.model_fields.items():
            default = field.get_default(call_default_factory=True)
            yield f"{prefix}{name}".upper(), "" if default is None else str(default), field.description or ""
