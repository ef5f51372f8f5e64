"""TLS: the certificates of the server and of its clients, and whom the gateway trusts among subgraphs."""

from gateway.tls.reloaded_context import ReloadedContext
from gateway.tls.server_tls import ServerTls
from gateway.tls.settings import TlsSettings
from gateway.tls.subgraph_tls import SubgraphTls

__all__ = ["ReloadedContext", "ServerTls", "SubgraphTls", "TlsSettings"]
