"""Settings: streams of responses to clients, over WebSockets and HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from gateway.settings.section import Section

HeaderName = Annotated[str, Field(pattern=r"^[a-z0-9!#$%&'*+.^_`|~-]+$")]


class LiveLimits(Section, prefix="FURLONG_GATEWAY_LIVE_"):
    """Streams of responses to clients, such as those of subscriptions."""

    named: ClassVar[Mapping[str, str]] = {
        "enabled": "live",
        "per_customer": "live_connections_per_customer",
        "per_address": "live_connections_per_address",
    }

    enabled: bool = Field(
        default=True,
        description="Whether streams of responses are served on the path of the graph: over WebSocket "
        "(graphql-transport-ws), server-sent events or multipart.",
    )
    connections: int = Field(
        default=25_000, gt=0, description="The maximum number of open WebSockets and streams in a process."
    )
    per_customer: int = Field(
        default=5, gt=0, description="The maximum number of open connections per customer in a process."
    )
    per_address: int = Field(
        default=500,
        gt=0,
        description="The maximum number of open connections per address that are anonymous or not "
        "authenticated yet.",
    )
    subscriptions: int = Field(
        default=10,
        gt=0,
        description="The maximum number of operations in progress on one WebSocket.",
    )
    message_bytes: int = Field(
        default=16 * 1024,
        ge=1024,
        description="The maximum size of a client's WebSocket message, in bytes.",
    )
    messages_per_second: int = Field(
        default=50,
        gt=0,
        description="The maximum average number of WebSocket frames per second from one client.",
    )
    init_seconds: float = Field(
        default=5.0,
        gt=0,
        description="The time limit from a WebSocket's opening to its connection_init.",
    )
    init_headers: tuple[HeaderName, ...] = Field(
        default=(
            "authorization",
            "accept-language",
            "graphql-client-name",
            "graphql-client-version",
            "apollographql-client-name",
            "apollographql-client-version",
        ),
        description="Headers, in lower case, that a client may set in the payload of connection_init, as a "
        "page cannot send them with a WebSocket. Do not list headers that a proxy is trusted to set.",
    )
    ping_seconds: float = Field(
        default=25.0, gt=0, description="The interval of pings and heartbeats on quiet connections."
    )
    pong_seconds: float = Field(
        default=10.0,
        gt=0,
        description="How long a client may take to answer a ping before its WebSocket counts as dead.",
    )
    slow_seconds: float = Field(
        default=10.0,
        gt=0,
        description="How long a client may leave sent data unread before it is disconnected.",
    )
    buffer_bytes: int = Field(
        default=32 * 1024,
        ge=1024,
        description="The number of unread bytes at which sending to a client pauses until it reads. Its "
        "events then wait at their source, where newer events may replace them.",
    )
    reload_seconds: float = Field(
        default=300.0,
        ge=0,
        description="The minimum time that subscriptions continue with the old supergraph after a reload. "
        "Their clients are told to reconnect between this time and twice this time.",
    )
    drain_seconds: float = Field(
        default=3.0,
        ge=0,
        description="The period over which a stopping server closes WebSockets and streams: at most half of "
        "finish_seconds.",
    )
    retry_seconds: float = Field(
        default=3.0,
        gt=0,
        description="The mean time before clients of server-sent events reconnect: each client is told a "
        "random time between 0.5 and 1.5 times this value.",
    )
