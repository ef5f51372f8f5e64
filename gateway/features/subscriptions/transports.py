"""The transports that subscribe to subgraphs over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from gateway.errors import SupergraphError
from gateway.feature import Version
from gateway.features.subscriptions.settings import SubscriptionSettings
from gateway.supergraph import Subgraph
from gateway.transport import HttpTransport, SignerOf, Transport

if TYPE_CHECKING:
    from gateway.features.subscriptions.callbacks import Callbacks
    from gateway.features.subscriptions.streaming import StreamTarget

EVERY: Final = "*"
"""The key that stands for all subgraphs a setting does not name."""

PLAIN: Final[Mapping[str, str]] = {"ws": "http", "wss": "https"}


def with_streams(
    version: Version, signer_of: SignerOf | None, callbacks: Callbacks | None
) -> Mapping[str, Transport]:
    """Return the transports of a version; those of subgraphs over HTTP with subscriptions can subscribe.

    Raises:
        SupergraphError: The settings name an unknown subgraph, or the callback protocol without its URL.
    """
    settings, model = version.settings.of(SubscriptionSettings), version.supergraph
    named = {*settings.protocols, *settings.urls} - {EVERY}
    if unknown := sorted(named - set(model.subgraphs)):
        raise SupergraphError(f"The supergraph has no subgraph {', '.join(unknown)}.")
    root = model.subscription
    if root is None:
        return version.transports
    streams = _Streams(settings, version.settings.subgraphs.urls, signer_of, callbacks)
    return {
        name: streams.of(model.subgraphs[name], transport)
        if isinstance(transport, HttpTransport) and root in model.subgraphs[name].types
        else transport
        for name, transport in version.transports.items()
    }


class _Streams(Struct, frozen=True):
    """Builds transports, importing their libraries only if they are needed."""

    settings: SubscriptionSettings
    subgraph_urls: Mapping[str, str]
    signer_of: SignerOf | None
    callbacks: Callbacks | None

    def of(self, subgraph: Subgraph, transport: HttpTransport) -> Transport:
        """Return a transport for a subgraph with subscriptions.

        Raises:
            SupergraphError: The settings choose callbacks for the subgraph, but have no callback URL.
        """
        protocols, name = self.settings.protocols, subgraph.name
        protocol = protocols.get(name) or protocols.get(EVERY) or "auto"
        if protocol == "auto" and urlsplit(self._url(subgraph)).scheme in PLAIN:
            protocol = "websocket"
        target = self._target(subgraph, transport, protocol)
        made: Transport
        if protocol != "callback":
            streaming = import_module("gateway.features.subscriptions.streaming")
            kind = streaming.AskingTransport.to if protocol == "auto" else streaming.StreamingTransport
            made = kind(transport, target)
            return made
        if self.callbacks is None:
            raise SupergraphError(
                f"The subgraph {name} is to call back: set FURLONG_GATEWAY__SUBSCRIPTIONS__CALLBACK_URL."
            )
        merged = frozenset(field.partition(".")[2] for field in self.settings.merged_fields)
        module = import_module("gateway.features.subscriptions.callbacks")
        made = module.CallbackTransport(transport, target, self.callbacks, merged)
        return made

    def _url(self, subgraph: Subgraph) -> str:
        """Return where a subgraph is subscribed to."""
        name = subgraph.name
        return self.settings.urls.get(name) or self.subgraph_urls.get(name, subgraph.url)

    def _target(self, subgraph: Subgraph, transport: HttpTransport, protocol: str) -> StreamTarget:
        streaming, name = import_module("gateway.features.subscriptions.streaming"), subgraph.name
        url = self._url(subgraph)
        parts, limits = urlsplit(url), transport.connections.limits
        signer_of = self.signer_of
        as_http = urlunsplit(parts._replace(scheme=PLAIN.get(parts.scheme, parts.scheme)))
        options = streaming.StreamOptions(
            url=url,
            protocol=protocol,
            idle_seconds=self.settings.idle_seconds or None,
            sign=signer_of and signer_of(name, as_http),
            sign_upgrade=signer_of and signer_of(name, as_http, "GET"),
        )
        trust = limits.tls.reloaded() if parts.scheme in {"https", "wss"} else None
        target: StreamTarget = streaming.StreamTarget(options, limits, trust)
        return target
