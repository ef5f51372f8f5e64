"""WebSockets of a subgraph that is served alone: graphql-transport-ws by the gateway's own server side."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson
from starlette.applications import Starlette

from foundation.graphql_http import read_body
from foundation.graphql_http.encoded_event import EncodedEvent
from foundation.signatures import InvalidSignature, SignatureVerifier
from foundation.signatures.verifier import RequestHead
from foundation.storage.tracing import TRACEPARENT
from furlong.serve.sessions import NO_SESSION, refusal
from gateway.errors import Unauthenticated
from gateway.http.admission import Admission
from gateway.http.forwarding import Forwarding
from gateway.http.live import LiveConnections, LiveMetrics, LiveOperations
from gateway.http.replies import OriginPolicy
from gateway.http.websocket import WebSocketEndpoint, WebSocketParts
from gateway.monitoring.metrics import Metrics
from gateway.pipeline.client_address import ClientAddresses
from gateway.pipeline.stages import HttpRequest, Response, ResponseStream
from gateway.settings import GatewaySettings
from subgraphs.kit.auth import READ, RequestIdentity
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.callers import Callers
from subgraphs.kit.graphql.http import MAX_DEPTH
from subgraphs.kit.graphql.subscriptions import Events

PATH: Final = b"/graphql"
STRANGER: Final = "Only connections signed by the gateway are accepted."
EMPTY: Final = sha256(b"").digest()
VERIFIED: Final = ":verified"
"""Marks the forwarded headers of a connection whose handshake was verified; no header has such a name."""


def subgraph_websockets(
    subgraph: Subgraph, callers: Callers, settings: GatewaySettings | None = None
) -> WebSocketEndpoint:
    """Build what accepts subscriptions over WebSockets at `/graphql`.

    Args:
        subgraph: Executes the subscriptions.
        callers: Who may call it; signed handshakes are verified like other requests.
        settings: The limits of connections, which are those of a gateway; by default the environment's.
    """
    settings = settings or GatewaySettings()
    addresses = ClientAddresses.of(settings.addresses)
    connections = LiveConnections(settings.live, LiveMetrics(), addresses)
    metrics = Metrics(Admission(settings.http.requests_inside))
    headers = Forwarding.of((*_read(subgraph), TRACEPARENT))
    pipeline = SubgraphPipeline(subgraph, callers)
    operations = LiveOperations(pipeline, headers, metrics, settings.live.reload_seconds)
    sessions = SubgraphSessions(subgraph, callers, "https" if settings.tls.certificate else "http")
    parts = WebSocketParts(OnlyVersion(operations), connections, sessions, metrics, frozenset(READ))
    return WebSocketEndpoint(PATH, parts)


def _read(subgraph: Subgraph) -> tuple[str, ...]:
    """Return the headers that make up an identity."""
    territory = subgraph.verifier.territory_header
    return (*READ, territory) if territory else READ


def accept_websockets(app: Starlette, endpoint: WebSocketEndpoint) -> None:
    """Let the server of an application hand WebSockets to an endpoint."""
    app.live = endpoint.parts.connections  # type: ignore[attr-defined]  # the server looks for them there
    app.websockets = endpoint  # type: ignore[attr-defined]  # the same


@dataclass(frozen=True, slots=True)
class OnlyVersion:
    """The graph of a subgraph, which never changes while it is served."""

    live: LiveOperations

    @property
    def current(self) -> OnlyVersion:
        """The only version."""
        return self

    @property
    def alive(self) -> int:
        """Always 1."""
        return 1

    def cors(self) -> OriginPolicy | None:
        """Return None: no page calls a subgraph."""
        return None


@dataclass(frozen=True, slots=True)
class SubgraphPipeline:
    """Subscribes to the subgraph."""

    subgraph: Subgraph
    callers: Callers

    async def stream(self, request: HttpRequest) -> ResponseStream:
        """Start a subscription.

        Raises:
            RequestError: It is refused.
        """
        operation = read_body(await request.read_body() or b"", MAX_DEPTH)
        try:
            return EventStream(await self.subgraph.follow(operation, request.forwarded, self.callers))
        except NO_SESSION as error:
            raise refusal(error) from error


@dataclass(frozen=True, slots=True)
class EventStream:
    """The events of a subscription as encoded responses.

    Attributes:
        expires: Always None, because the subgraph checks the session before each event.
    """

    events: Events
    expires: float | None = None

    async def __aiter__(self) -> AsyncIterator[Response]:
        """Yield the responses."""
        async for event in self.events:
            if isinstance(event, EncodedEvent):
                yield Response(event.content, "ok")
            else:
                yield Response(orjson.dumps(event), "partial" if "errors" in event else "ok")
            del event  # a waiting stream needs no event

    async def aclose(self) -> None:
        """End the subscription."""
        await self.events.aclose()


@dataclass(frozen=True, slots=True)
class SubgraphSessions:
    """Finds the sessions of connections, after it has verified the signatures of their handshakes.

    `connection_init` may repeat headers of the handshake, but not replace signed ones.
    """

    subgraph: Subgraph
    callers: Callers
    scheme: str

    @property
    def is_required(self) -> bool:
        """Always True: an anonymous visitor has an identity, too."""
        return True

    def cached(self, forwarded: Mapping[str, str]) -> RequestIdentity | None:
        """Return the identity if the handshake is verified and the token is known."""
        if self.callers.verifier is not None and VERIFIED not in forwarded:
            return None
        return self.subgraph.authenticator.authenticate_cached(forwarded)

    async def session(self, request: HttpRequest) -> RequestIdentity:
        """Return the identity.

        Raises:
            Unauthenticated: The handshake is not the gateway's, or the token is not valid.
            AuthenticationUnavailable: The token cannot be verified at present.
        """
        if self.callers.verifier is not None and VERIFIED not in request.forwarded:
            await self._verify(request, self.callers.verifier)
        try:
            return await self.subgraph.authenticator.authenticate(request.forwarded)
        except NO_SESSION as error:
            raise refusal(error) from error

    async def _verify(self, request: HttpRequest, verifier: SignatureVerifier) -> None:
        shared = self.callers.nonces
        head = RequestHead("GET", self.scheme, PATH, b"", list(request.headers.items()))
        try:
            verified = verifier.verify(head)
            if shared is not None:
                await shared.use(verified.nonce)
        except InvalidSignature as error:
            raise Unauthenticated(STRANGER) from error
        is_covered = all(
            name in verified.covered for name in _read(self.subgraph) if name in request.forwarded
        )
        if not (is_covered and hmac.compare_digest(verified.digest, EMPTY)):
            raise Unauthenticated(STRANGER)
        request.forwarded[VERIFIED] = "yes"
