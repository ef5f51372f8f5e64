"""Builds the transports that subscribe to subgraphs over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from gateway.errors import SupergraphError
from gateway.settings import GatewaySettings
from gateway.subscriptions.callbacks import Callbacks
from gateway.supergraph import Subgraph, Supergraph
from gateway.transport import HttpTransport, SignerOf, Transport

if TYPE_CHECKING:
    from gateway.transport.streaming import StreamTarget

EVERY: Final = "*"
"""The key that stands for all subgraphs a setting does not name."""

PLAIN: Final[Mapping[str, str]] = {"ws": "http", "wss": "https"}


def with_streams(
    model: Supergraph,
    transports: Mapping[str, HttpTransport],
    settings: GatewaySettings,
    signer_of: SignerOf | None,
    callbacks: Callbacks | None,
) -> Mapping[str, Transport]:
    """Add subscriptions to the transports of subgraphs over HTTP if the supergraph has subscriptions.

    Raises:
        SupergraphError: The settings name an unknown subgraph, or the callback protocol without its URL.
    """
    named = {*settings.subscriptions_protocols, *settings.subscriptions_urls} - {EVERY}
    if unknown := sorted(named - set(model.subgraphs)):
        raise SupergraphError(f"The supergraph has no subgraph {', '.join(unknown)}.")
    root = model.subscription
    if root is None or not settings.subscriptions:
        return transports
    streams = _Streams(settings, signer_of, callbacks)
    return {
        name: streams.of(model.subgraphs[name], each) if root in model.subgraphs[name].types else each
        for name, each in transports.items()
    }


@dataclass(frozen=True, slots=True)
class _Streams:
    """Builds transports, importing their libraries only if they are needed."""

    settings: GatewaySettings
    signer_of: SignerOf | None
    callbacks: Callbacks | None

    def of(self, subgraph: Subgraph, transport: HttpTransport) -> Transport:
        """Return a transport for a subgraph with subscriptions.

        Raises:
            SupergraphError: The settings choose callbacks for the subgraph, but have no callback URL.
        """
        protocols, name = self.settings.subscriptions_protocols, subgraph.name
        protocol = protocols.get(name) or protocols.get(EVERY) or "sse"
        target = self._target(subgraph, transport, protocol)
        made: Transport
        if protocol != "callback":
            made = import_module("gateway.transport.streaming").StreamingTransport(transport, target)
            return made
        if self.callbacks is None:
            raise SupergraphError(
                f"The subgraph {name} is to call back: set FURLONG_GATEWAY_SUBSCRIPTIONS_CALLBACK_URL."
            )
        merged = frozenset(each.partition(".")[2] for each in self.settings.subscriptions_merged_fields)
        module = import_module("gateway.subscriptions.callback_transport")
        made = module.CallbackTransport(transport, target, self.callbacks, merged)
        return made

    def _target(self, subgraph: Subgraph, transport: HttpTransport, protocol: str) -> StreamTarget:
        streaming, name = import_module("gateway.transport.streaming"), subgraph.name
        url = self.settings.subscriptions_urls.get(name) or self.settings.subgraph_urls.get(
            name, subgraph.url
        )
        parts, limits = urlsplit(url), transport.connections.limits
        signer_of = self.signer_of
        as_http = urlunsplit(parts._replace(scheme=PLAIN.get(parts.scheme, parts.scheme)))
        options = streaming.StreamOptions(
            url=url,
            protocol=protocol,
            idle_seconds=self.settings.subscriptions_idle_seconds or None,
            sign=signer_of and signer_of(name, as_http),
            sign_upgrade=signer_of and signer_of(name, as_http, "GET"),
        )
        trust = limits.tls.reloaded() if parts.scheme in {"https", "wss"} else None
        target: StreamTarget = streaming.StreamTarget(options, limits, trust)
        return target
