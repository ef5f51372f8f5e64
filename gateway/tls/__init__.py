"""TLS: the certificates of the server, of its clients, and of subgraphs."""

from gateway.tls.reloaded_context import ReloadedContext
from gateway.tls.server_tls import ServerTls
from gateway.tls.settings import TlsSettings
from gateway.tls.subgraph_tls import SubgraphTls

__all__ = ["ReloadedContext", "ServerTls", "SubgraphTls", "TlsSettings"]
