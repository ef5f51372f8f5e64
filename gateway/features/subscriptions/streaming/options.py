"""Options of subscriptions to a subgraph over HTTP."""

from __future__ import annotations

import ssl
from typing import Literal, TypeAlias
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from foundation.reloaded_context import ReloadedContext
from gateway.transport.base import Sign
from gateway.transport.limits import HttpLimits

Protocol: TypeAlias = Literal["auto", "sse", "multipart", "websocket", "callback"]
"""The subscription protocol: GraphQL over SSE (distinct connections), Apollo's multipart responses,
graphql-transport-ws, or Apollo's HTTP callbacks, which the feature of subscriptions receives; or the first
that the subgraph serves."""


class StreamOptions(Struct, frozen=True):
    """The endpoint and protocol of a subgraph's subscriptions.

    Attributes:
        url: The URL; its scheme is http, https, ws or wss.
        protocol: The subscription protocol.
        idle_seconds: How long a connection may be silent before it counts as lost; None for no limit.
        sign: Signs subscription requests; None if requests are not signed.
        sign_upgrade: Signs WebSocket handshakes, which are GETs without a body; None if they are not signed.
    """

    url: str
    protocol: Protocol = "sse"
    idle_seconds: float | None = 60.0
    sign: Sign | None = None
    sign_upgrade: Sign | None = None

    def with_scheme(self, plain: str, secure: str) -> str:
        """Return the URL with the given plain or secure scheme."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(scheme=secure if parts.scheme in {"https", "wss"} else plain))


class StreamTarget(Struct, frozen=True):
    """A subgraph's endpoint for subscriptions, with limits and TLS.

    Attributes:
        options: The endpoint and protocol.
        limits: The limits of calls; the limit on a reply's size applies to each event.
        trust: The TLS context; None without TLS.
    """

    options: StreamOptions
    limits: HttpLimits
    trust: ReloadedContext | None

    def context(self) -> ssl.SSLContext | None:
        """Return the TLS context for a new connection, reloaded if its files have changed."""
        if self.trust is None:
            return None
        self.trust.refresh()
        return self.trust.current


def pairs_of(lines: bytes) -> list[tuple[str, str]]:
    """Return header lines as pairs of name and value."""
    pairs = [line.partition(": ") for line in lines.decode("latin-1").split("\r\n") if line]
    return [(name, value) for name, _, value in pairs]
