"""Limits on connections that carry streams of responses."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """Limits on WebSockets and streams; `LiveSettings` describes each setting.

    Attributes:
        connections: The maximum number of connections in a process.
        per_customer: The maximum number of connections per customer.
        per_address: The maximum number of connections per address whose customer is not known.
        subscriptions: The maximum number of concurrent operations on a connection.
        message_bytes: The maximum size of a client's message.
        messages_per_second: The maximum average rate of a client's frames.
        init_seconds: The time limit for `connection_init`.
        ping_seconds: The interval of pings and heartbeats.
        pong_seconds: The time limit for a client's pong.
        slow_seconds: How long a client may leave sent data unread.
        buffer_bytes: The number of unread bytes from which a client counts as slow.
        reload_seconds: How long operations continue with a replaced version of the graph.
        drain_seconds: The period over which connections are closed at shutdown.
        retry_seconds: The approximate time that clients should wait before they reconnect.
    """

    connections: int = 25_000
    per_customer: int = 5
    per_address: int = 500
    subscriptions: int = 10
    message_bytes: int = 16 * 1024
    messages_per_second: int = 50
    init_seconds: float = 5.0
    ping_seconds: float = 25.0
    pong_seconds: float = 10.0
    slow_seconds: float = 10.0
    buffer_bytes: int = 32 * 1024
    reload_seconds: float = 300.0
    drain_seconds: float = 3.0
    retry_seconds: float = 3.0

    @classmethod
    def of(cls, settings: GatewaySettings) -> LiveLimits:
        """Return the limits that the settings define."""
        return cls(
            connections=settings.live_connections,
            per_customer=settings.live_connections_per_customer,
            per_address=settings.live_connections_per_address,
            subscriptions=settings.live_subscriptions,
            message_bytes=settings.live_message_bytes,
            messages_per_second=settings.live_messages_per_second,
            init_seconds=settings.live_init_seconds,
            ping_seconds=settings.live_ping_seconds,
            pong_seconds=settings.live_pong_seconds,
            slow_seconds=settings.live_slow_seconds,
            buffer_bytes=settings.live_buffer_bytes,
            reload_seconds=settings.live_reload_seconds,
            drain_seconds=settings.live_drain_seconds,
            retry_seconds=settings.live_retry_seconds,
        )
