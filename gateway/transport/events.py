"""The interface to a subgraph that is subscribed to: what is prepared once is subscribed to often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, Self, TypeAlias, runtime_checkable

from foundation.graphql_http.encoded_event import EncodedEvent
from gateway.errors import SubgraphUnreachable
from gateway.transport.base import Transport

NO_SUBSCRIPTIONS: Final = "has no transport for subscriptions"


Event: TypeAlias = Mapping[str, Any] | EncodedEvent
"""An event: a decoded GraphQL response, or an encoded one of a trusted subgraph."""


class EventSource(Protocol):
    """The events of one subscription at a subgraph, in order.

    One consumer takes the events one at a time, and none is made before it is asked for unless the subgraph
    pushes them. A decoded event belongs to the consumer, except for `SharedList` lists.
    """

    def __aiter__(self) -> Self:
        """Return the source itself."""
        ...

    async def __anext__(self) -> Event:
        """Return the next event; a source that has ended stays so.

        Raises:
            StopAsyncIteration: The subgraph has completed the subscription.
            SubgraphUnreachable: The subscription was lost.
        """
        ...

    async def aclose(self) -> None:
        """End the subscription at the subgraph; nobody may be waiting for an event."""
        ...


SubgraphSubscription: TypeAlias = Callable[
    [Mapping[str, Any], Mapping[str, str], object], Awaitable[EventSource]
]
"""Subscribes to a prepared operation, with the same arguments as a `SubgraphOperation`.

If the subgraph refuses the subscription, the first event says so.

Raises:
    SubgraphUnreachable: There is no subscription.
"""


@runtime_checkable
class SubscribableTransport(Protocol):
    """A transport whose subgraph can be subscribed to."""

    def prepare_subscription(self, document: str, operation_name: str | None) -> SubgraphSubscription:
        """Prepare a subscription that will be made many times.

        Args:
            document: A GraphQL document with one operation, a subscription.
            operation_name: The operation's name in the document, if it has one.
        """
        ...


def prepared_subscription(
    transport: Transport, document: str, operation_name: str | None
) -> SubgraphSubscription:
    """Prepare a subscription at a subgraph, which is refused if its transport has none."""
    if isinstance(transport, SubscribableTransport):
        return transport.prepare_subscription(document, operation_name)
    return refusing(lambda: SubgraphUnreachable(NO_SUBSCRIPTIONS))


def refusing(reason: Callable[[], SubgraphUnreachable]) -> SubgraphSubscription:
    """Return a subscription that is always refused; an exception of its own each time."""

    async def subscribe(
        _variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
    ) -> EventSource:
        raise reason()

    return subscribe
