"""Subscribes by the protocol that a subgraph offers: the first subscription asks, and the answer is kept."""

from __future__ import annotations

from asyncio import Event
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from gateway.errors import SubgraphUnreachable
from gateway.features.subscriptions.streaming.options import Protocol, StreamTarget
from gateway.features.subscriptions.streaming.payloads import ProtocolNotServed
from gateway.features.subscriptions.streaming.subscriptions import StreamingTransport, SubscribingTransport
from gateway.transport.base import Transport
from gateway.transport.events import EventSource, SubgraphSubscription

ASKED: Final[tuple[Protocol, ...]] = ("sse", "websocket", "multipart")
"""The protocols in the order in which a subgraph is asked for them."""


@dataclass(slots=True)
class Offer:
    """What is known of a subgraph.

    Attributes:
        protocol: The protocol by which it was subscribed to last; None before, and if it serves that no more.
        asking: Set when the subscription that asks has its answer; None if none asks.
    """

    protocol: Protocol | None = None
    asking: Event | None = None


class AskingTransport(SubscribingTransport, frozen=True):
    """Subscribes by the first protocol that the subgraph serves.

    Attributes:
        offer: What is known of the subgraph.
    """

    offer: Offer

    @classmethod
    def to(cls, transport: Transport, target: StreamTarget) -> AskingTransport:
        """Return a transport that knows nothing of its subgraph yet."""
        return cls(transport, target, Offer())

    def prepare_subscription(self, document: str, operation_name: str | None) -> SubgraphSubscription:
        """Prepare a subscription; awaiting it raises `SubgraphUnreachable` if no stream can be opened."""
        offer, prepared = self.offer, self._prepared(document, operation_name)

        async def subscribe(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> EventSource:
            # Those that come while one asks wait for its answer once, and ask by themselves if it got none.
            if offer.asking is not None:
                await offer.asking.wait()
            known = offer.protocol
            if known is not None:
                try:
                    return await prepared[known](variables, headers, session)
                except ProtocolNotServed:
                    offer.protocol = None
            return await _first_served(offer, prepared, variables, headers, session)

        return subscribe

    def _prepared(self, document: str, operation_name: str | None) -> dict[Protocol, SubgraphSubscription]:
        """Prepare a subscription by each protocol."""
        target = self.target
        return {
            protocol: StreamingTransport(
                self.transport, replace(target, options=replace(target.options, protocol=protocol))
            ).prepare_subscription(document, operation_name)
            for protocol in ASKED
        }


async def _first_served(
    offer: Offer,
    prepared: Mapping[Protocol, SubgraphSubscription],
    variables: Mapping[str, Any],
    headers: Mapping[str, str],
    session: object,
) -> EventSource:
    """Subscribe by the first protocol that is served, and keep which one that is.

    A refusal without events does not tell the protocol: servers refuse so what they do not serve, too. It is
    the answer if no other protocol is served either.

    Raises:
        SubgraphUnreachable: None is served, or the subgraph cannot be reached.
    """
    asking = offer.asking = Event()
    refusal: EventSource | None = None
    reasons: list[str] = []
    try:
        for protocol in ASKED:
            try:
                source = await prepared[protocol](variables, headers, session)
            except SubgraphUnreachable as error:
                if refusal is None and not isinstance(error, ProtocolNotServed):
                    raise
                reasons.append(f"{protocol}: {error.reason}")
            else:
                if not _is_refusal(source):
                    offer.protocol = protocol
                    return source
                refusal = refusal or source
    finally:
        asking.set()
        if offer.asking is asking:
            offer.asking = None
    if refusal is None:
        raise ProtocolNotServed("; ".join(reasons))
    return refusal


def _is_refusal(source: EventSource) -> bool:
    """Return whether a source is a single response without data, whose library has then been imported."""
    from gateway.features.subscriptions.streaming.http_stream import SingleEvent  # noqa: PLC0415 - see above

    return isinstance(source, SingleEvent)
