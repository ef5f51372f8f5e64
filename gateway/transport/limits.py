"""Limits on the time and size of a subgraph's replies over HTTP."""

from __future__ import annotations

from msgspec import Struct, field

from gateway.settings.subgraph_tls import SubgraphTls


class HttpLimits(Struct, frozen=True):
    """Limits for a subgraph.

    Attributes:
        connect_seconds: The time limit to connect.
        total_seconds: The time limit from waiting for a connection to the last byte of the reply.
        answer_bytes: The most bytes of a reply.
        connections: The most open connections.
        idle_seconds: How long an unused connection is kept. Subgraphs must keep theirs for longer: a request
            that is sent while the other side closes is lost, and nothing is sent twice.
        reads_gzip: Whether replies may be compressed.
        tls: The TLS options if the subgraph's URL is an https URL.
    """

    connect_seconds: float = 0.3
    total_seconds: float = 1.5
    answer_bytes: int = 2 * 1024 * 1024
    connections: int = 50
    idle_seconds: float = 2.0
    reads_gzip: bool = False
    tls: SubgraphTls = field(default_factory=SubgraphTls)
