"""Settings of the site and of topics, and the list of all settings of the product."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from furlong.embedding.settings import EmbedSettings
from gateway.settings import GatewaySettings
from logs import LogSettings
from storage.settings import ClockSettings, DatabaseSettings
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.kit.settings import (
    CallerSettings,
    CompareSettings,
    ExecutionSettings,
    PublicDataSettings,
    SessionSettings,
    UpstreamSettings,
)
from tracing import SamplerSettings, TracingSettings

ROOT = Path(__file__).resolve().parents[1]


class ServeSettings(BaseSettings):
    """How `furlong serve` combines gateway, subgraphs and page."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_SERVE_")

    subgraphs: Literal["memory", "http"] = Field(
        default="memory",
        description="memory: subgraphs in the gateway's process; "
        "http: each at its URL (FURLONG_GATEWAY_SUBGRAPH_URLS)",
    )
    supergraph: Path = Field(
        default=ROOT / "schema.public.graphql",
        description="The supergraph's SDL; by default the contract for customers",
    )
    page: Path = Field(default=ROOT / "web" / "dist", description="The built page, as `make` leaves it")


class TopicSettings(BaseSettings):
    """How long Kafka keeps the messages from which databases can be rebuilt."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_TOPICS_")

    retention_days: int = Field(
        default=35,
        ge=1,
        description="How many days topics of bets and feeds keep messages; set by `furlong topics create`",
    )
    facts_retention_days: int = Field(
        default=90,
        ge=1,
        description="The same for the topics of qualifications, choices, outcomes and dead letters",
    )
    notice_days: int = Field(
        default=7,
        ge=0,
        description="How many days it may take to notice a lost database. Consumers refuse a topic that "
        "keeps messages for less than a week, the longest grace and these days",
    )
    check: bool = Field(
        default=True, description="Whether consumers check at their start how long their topics keep messages"
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
    CallerSettings,
    GatewaySettings,
    ServeSettings,
    EmbedSettings,
    FulfilmentSettings,
    LogSettings,
    TracingSettings,
    SamplerSettings,
)


def listed() -> Iterator[tuple[str, str, str]]:
    """Yield the environment variable, default and meaning of each setting."""
    for settings in ALL_SETTINGS:
        prefix = settings.model_config.get("env_prefix", "")
        for name, field in settings.model_fields.items():
            default = field.get_default(call_default_factory=True)
            yield f"{prefix}{name}".upper(), "" if default is None else str(default), field.description or ""
