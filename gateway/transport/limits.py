"""Limits on the time and size of a subgraph's replies over HTTP."""

from __future__ import annotations

from msgspec import Struct

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

    connect_seconds: float
    total_seconds: float
    answer_bytes: int
    connections: int
    idle_seconds: float
    reads_gzip: bool
    tls: SubgraphTls
