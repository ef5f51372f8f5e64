"""HTTP/2 to a subgraph: many requests at once over few connections, by the library h2."""

from gateway.transport.http2.pool import Http2Pool

__all__ = ["Http2Pool"]
