"""The sports feed: fixtures, odds and results by Sportradar's Unified Odds Feed."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Self, TypeAlias

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from providers.api_settings import SafeAddress
from providers.declaration import AdapterDeclaration, Capability, Kind, Limits

Sport: TypeAlias = Annotated[str, Field(pattern=r"^sr:sport:[0-9]{1,9}$")]


class SportsFeedSettings(BaseSettings):
    """Where the feed is, what of it is followed, and when a producer is taken for down."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_FEED_")

    host: str = Field(default="mq.betradar.com", description="The host of the feed's AMQP broker")
    port: int = Field(default=5671, ge=1, le=65535, description="Its port")
    tls: bool = Field(
        default=True, description="Whether the broker speaks TLS; only one on the loopback may not"
    )
    api_url: SafeAddress = Field(
        default="https://api.betradar.com/v1",
        pattern="^https?://[^/?#]+(/[^?#]*)?$",
        description="The URL of the feed's HTTP API; http:// only on the loopback",
    )
    authority: Path | None = Field(
        default=None,
        description="A PEM file of the authority that signs both certificates; by default those of the web",
    )
    user: str | None = Field(
        default=None,
        description="User of a broker that takes the token for a password; by default the user is the token",
    )
    virtual_host: str | None = Field(
        default=None, description="The broker's virtual host; by default the API says which"
    )
    node: int = Field(
        default=1,
        ge=1,
        le=2**31 - 1,
        description="The number of this node: recoveries that it asks for are sent to no other",
    )
    language: str = Field(
        default="en", pattern="^[a-z]{2,3}$", description="The language of names, as the feed calls it"
    )
    currency: str = Field(
        default="EUR",
        pattern="^[A-Z]{3}$",
        description="The currency that messages name; the feed has no sizes",
    )
    producers: list[int] = Field(
        default=[], description="Ids of producers as JSON, such as [1,3]; by default all that are active"
    )
    sports: list[Sport] = Field(
        default=[], description='Sports as JSON, such as ["sr:sport:1"]; by default all of the account'
    )
    least_certainty: int = Field(
        default=1,
        ge=1,
        le=2,
        description="1 tells results as soon as they were scouted live, 2 only once they are confirmed",
    )
    inactivity_seconds: float = Field(
        default=20.0,
        ge=10,
        le=180,
        description="After how long without a sign of life, and with messages how old, a producer is down",
    )
    recovery_seconds: float = Field(
        default=1200.0,
        ge=600,
        le=3600,
        description="After how long an unfinished recovery is asked for again",
    )
    request_seconds: float = Field(
        default=30.0, ge=20, le=180, description="Least time between two requests for a producer's recovery"
    )
    refresh_seconds: float = Field(
        default=14_400.0,
        ge=600,
        description="How often schedule, names and odds are asked for anew: messages have no numbers that "
        "would show what the feed itself left out",
    )
    keep_hours: float = Field(
        default=72.0, gt=0, le=720, description="For how long an event is kept after the last word about it"
    )

    @model_validator(mode="after")
    def _only_loopback_is_plain(self) -> Self:
        if not self.tls and not _is_loopback(self.host):
            raise ValueError(
                f"FURLONG_FEED_TLS may be off only for a broker on the loopback, not {self.host}"
            )
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


ADAPTER: Final = AdapterDeclaration(
    name="feed",
    kind=Kind.SPORTS_FEED,
    settings=SportsFeedSettings,
    capabilities=frozenset(
        {Capability.FIXTURES, Capability.PRE_MATCH_ODDS, Capability.LIVE_ODDS, Capability.RESULTS}
    ),
    limits=Limits(items=100_000, message_bytes=16 * 2**20),
    implementation="providers.sports_feed.adapter:SportsFeedAdapter",
    secrets={"feed-token": "the access token of API and broker"},
)
