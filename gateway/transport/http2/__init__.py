"""HTTP/2 to a subgraph: many requests at once over few connections, by the library h2."""

from gateway.transport.http2.connection import ConnectionSettings
from gateway.transport.http2.pool import Http2Pool
from gateway.transport.http2.request import fixed_headers, pseudo_headers

__all__ = ["ConnectionSettings", "Http2Pool", "fixed_headers", "pseudo_headers"]
