"""Settings: subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from gateway.settings.feature_settings import FeatureSettings

StreamProtocol: TypeAlias = Literal["auto", "sse", "multipart", "websocket", "callback"]
StreamUrl: TypeAlias = Annotated[str, Field(pattern=r"^(https?|wss?)://")]


class SubscriptionSettings(FeatureSettings, prefix="FURLONG_GATEWAY__SUBSCRIPTIONS__"):
    """Settings of subscriptions: limits, protocols to subgraphs, sharing and merging."""

    former: ClassVar[Mapping[str, str]] = {
        "enabled": "subscriptions",
        "open": "subscriptions_open",
        "of_customer": "subscriptions_of_customer",
        "protocols": "subscriptions_protocols",
        "urls": "subscriptions_urls",
        "idle_seconds": "subscriptions_idle_seconds",
        "at_subgraph": "subscriptions_at_subgraph",
        "at_subgraphs": "subscriptions_at_subgraphs",
        "shared": "subscriptions_shared",
        "public_fields": "subscriptions_public_fields",
        "merged_fields": "subscriptions_merged_fields",
        "queue": "subscriptions_queue",
        "callback_url": "subscriptions_callback_url",
        "heartbeat_seconds": "subscriptions_heartbeat_seconds",
    }

    enabled: bool = Field(default=True, description="Whether subscriptions are served.")
    open: int = Field(
        default=25_000, gt=0, description="The maximum number of open subscriptions in a process."
    )
    of_customer: int = Field(
        default=20, gt=0, description="The maximum number of open subscriptions per customer in a process."
    )
    protocols: dict[str, StreamProtocol] = Field(
        default_factory=dict,
        description="The subscription protocol of each subgraph over HTTP: auto (the first that it serves of "
        "sse, websocket and multipart; its first subscription asks), sse (GraphQL over SSE, distinct "
        "connections), multipart (Apollo's multipart subscriptions), websocket (graphql-transport-ws) "
        "or callback (Apollo's HTTP callback protocol), such as"
        ' {"reviews":"websocket"}; "*" stands for all subgraphs that are not named. The default is auto.',
    )
    urls: dict[str, StreamUrl] = Field(
        default_factory=dict,
        description="Subscription URLs of subgraphs, where they differ from the subgraphs' URLs, such as "
        '{"reviews":"wss://reviews.internal/live"}.',
    )
    idle_seconds: float = Field(
        default=60.0,
        ge=0,
        description="How long a subgraph's subscription connection may be silent before it counts as lost; "
        "WebSockets are pinged in the meantime. 0 disables the limit.",
    )
    at_subgraph: int = Field(
        default=25_000,
        gt=0,
        description="The maximum number of subscriptions that a process keeps open at one subgraph; calls "
        "are limited separately.",
    )
    at_subgraphs: dict[str, Annotated[int, Field(gt=0)]] = Field(
        default_factory=dict,
        description="Overrides of AT_SUBGRAPH by subgraph.",
    )
    shared: bool = Field(
        default=True,
        description="Whether equal subscriptions of public data share one source, opened without a session. "
        "Data is public if @cacheControl marks everything selected as public, or if "
        "PUBLIC_FIELDS names the field.",
    )
    public_fields: tuple[str, ...] = Field(
        default=(),
        description='Fields whose events are the same for all clients, such as ["Subscription.oddsChanged"].',
    )
    merged_fields: tuple[str, ...] = Field(
        default=(),
        description="Fields whose events carry the whole state: a slow subscriber receives only the newest "
        "event. For any other field, a subscription that falls behind is ended.",
    )
    queue: int = Field(
        default=16,
        gt=0,
        description="The maximum number of events queued for one subscriber, if the source cannot be slowed "
        "down.",
    )
    callback_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^?#]+[^/?#]$",
        description="The URL to which subgraphs with the callback protocol send events, such as "
        '"http://gateway-1.internal:4000/callback". It must reach this very process, under the same path.',
    )
    heartbeat_seconds: float = Field(
        default=5.0,
        ge=0,
        description="The heartbeat interval of subgraphs with the callback protocol; a subscription is lost "
        "after three missed heartbeats. 0 disables heartbeats.",
    )

    @property
    def is_on(self) -> bool:
        """Whether subscriptions are served."""
        return self.enabled
