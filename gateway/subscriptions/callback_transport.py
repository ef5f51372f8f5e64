"""A transport for subgraphs that deliver subscription events by calling the gateway back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import SubgraphUnreachable
from gateway.subscriptions.callbacks import Callbacks
from gateway.subscriptions.sharing import root_field
from gateway.transport import EventSource, SubgraphSubscription
from gateway.transport.streaming import HttpEvents, SingleEvent, SubscribingTransport, post, request_of


@dataclass(frozen=True, slots=True)
class CallbackTransport(SubscribingTransport):
    """Subscribes with the HTTP callback protocol.

    Attributes:
        callbacks: The subscriptions that wait for callbacks.
        merged: The names of the subscription fields whose newest event replaces waiting ones.
    """

    callbacks: Callbacks
    merged: frozenset[str]

    def prepare_subscription(self, document: str, operation_name: str | None) -> SubgraphSubscription:
        """Prepare a subscription; awaiting it raises `SubgraphUnreachable` if the subgraph rejects it."""
        request, merges = request_of(document, operation_name), root_field(document) in self.merged

        async def subscribe(
            variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
        ) -> EventSource:
            callback = self.callbacks.open(merges=merges)
            try:
                extensions = {"subscription": self.callbacks.extension(callback)}
                whole = {**request, "variables": variables, "extensions": extensions}
                refusal = await _refusal(await post(self.target, whole, headers))
            except BaseException:
                await callback.queue.aclose()
                raise
            if refusal is None:
                return callback.queue
            await callback.queue.aclose()
            return refusal

        return subscribe


async def _refusal(answer: EventSource) -> EventSource | None:
    """Return the answer if it refuses the subscription, or None if it accepts.

    Raises:
        SubgraphUnreachable: The answer is neither a refusal nor an acceptance.
    """
    if isinstance(answer, HttpEvents):
        await answer.aclose()
        raise SubgraphUnreachable("does not speak the callback protocol")
    event = await anext(answer)
    if event.get("errors"):
        return SingleEvent(event)
    if event.get("data") is not None:
        raise SubgraphUnreachable("does not speak the callback protocol")
    return None
