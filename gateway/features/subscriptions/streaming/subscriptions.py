"""A transport over HTTP with subscriptions.

The libraries for their connections are imported by the first subscription: many gateways never open one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson
from msgspec import Struct

from foundation.graphql_http.positions import LAST_EVENT_ID, POSITION
from gateway.features.subscriptions.streaming.options import StreamTarget, pairs_of
from gateway.transport.base import SubgraphOperation, Transport
from gateway.transport.events import EventSource, SubgraphSubscription
from gateway.transport.header_lines import header_lines

if TYPE_CHECKING:
    from gateway.features.subscriptions.streaming.http_stream import HttpEvents, SingleEvent


NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class SubscribingTransport(Struct, frozen=True):
    """The base of transports that send operations over another one, and subscriptions by themselves.

    Attributes:
        transport: The transport for queries and mutations.
        target: The subgraph's endpoint for subscriptions.
    """

    transport: Transport
    target: StreamTarget

    @property
    def trusted(self) -> bool:
        """Whether the wrapped transport trusts its subgraph."""
        return self.transport.trusted

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Prepare an operation with the wrapped transport."""
        return self.transport.prepare(document, operation_name)


def request_of(document: str, operation_name: str | None) -> dict[str, Any]:
    """Return the part of a GraphQL request that is the same for all subscribers."""
    named = {} if operation_name is None else {"operationName": operation_name}
    return {"query": document, **named}


def operation_of(
    request: Mapping[str, Any],
    variables: Mapping[str, Any],
    headers: Mapping[str, str],
    extensions: Mapping[str, Any] = NOTHING,
) -> dict[str, Any]:
    """Return a subscriber's request.

    Args:
        request: What is the same for all subscribers.
        variables: Its variables.
        headers: The headers that subgraphs may see, with the position behind which it continues.
        extensions: Further extensions.
    """
    position = headers.get(LAST_EVENT_ID)
    if position is not None:
        extensions = {**extensions, POSITION: position}
    extended = {"extensions": extensions} if extensions else {}
    return {**request, "variables": variables, **extended}


async def post(
    target: StreamTarget, request: Mapping[str, Any], headers: Mapping[str, str]
) -> HttpEvents | SingleEvent:
    """Subscribe by a POST, which is signed if the target says so.

    Raises:
        SubgraphUnreachable: No stream can be opened.
    """
    from gateway.features.subscriptions.streaming.http_stream import open_stream  # noqa: PLC0415 - see above

    lines, body, sign = header_lines(tuple(headers.items())), orjson.dumps(request), target.options.sign
    return await open_stream(target, lines if sign is None else lines + sign(body, headers), body)


class StreamingTransport(SubscribingTransport, frozen=True):
    """Subscribes over connections of its own: one for each subscription."""

    def prepare_subscription(self, document: str, operation_name: str | None) -> SubgraphSubscription:
        """Prepare a subscription; awaiting it raises `SubgraphUnreachable` if no stream can be opened."""
        request, target, options = request_of(document, operation_name), self.target, self.target.options

        async def by_post(
            variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
        ) -> EventSource:
            return await post(target, operation_of(request, variables, headers), headers)

        async def by_websocket(
            variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
        ) -> EventSource:
            from gateway.features.subscriptions.streaming.websocket import open_websocket  # noqa: PLC0415 - see above

            lines = header_lines(tuple(headers.items()))
            if options.sign_upgrade is not None:
                lines += b"content-type: application/json\r\n" + options.sign_upgrade(b"", headers)
            payload = operation_of(request, variables, headers)
            return await open_websocket(target, pairs_of(lines), headers, payload)

        return by_websocket if options.protocol == "websocket" else by_post
