"""Subscribes over graphql-transport-ws; each subscription has its own WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Self

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    NegotiationError,
    WebSocketException,
)
from websockets.typing import Subprotocol

from gateway.errors import (
    ConnectionFailed,
    SubgraphTimeout,
    SubgraphUnavailable,
    SubgraphUnreachable,
    SubscriptionLost,
)
from gateway.features.subscriptions.streaming.options import StreamTarget
from gateway.features.subscriptions.streaming.payloads import ProtocolNotServed, decoded, graphql_response
from gateway.transport.http import BYTES_A_PLACE
from jit.codegen import spend

SUBPROTOCOL: Final = Subprotocol("graphql-transport-ws")
ID: Final = "1"
UNAVAILABLE: Final = frozenset({502, 503, 504})
NOT_SERVED: Final = frozenset({200, 400, 403, 404, 405, 406, 415, 426})
"""The statuses with which servers answer a handshake if they have no WebSocket there; some say 403."""
NO_SUBPROTOCOL: Final = 4406
"""The code with which a server closes a WebSocket whose subprotocol it does not speak."""
CLOSE_SECONDS: Final = 1.0
QUEUE: Final = 4
"""The maximum number of messages read ahead; beyond it, TCP slows the subgraph down."""


class _Connect(connect):
    """Opens a connection without following redirects."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Return the exception unchanged, so that redirects are errors."""
        return exc


async def open_websocket(
    target: StreamTarget, lines: list[tuple[str, str]], init: Mapping[str, str], operation: Mapping[str, Any]
) -> WebSocketEvents:
    """Connect to a subgraph, and subscribe.

    Args:
        target: The subgraph's endpoint for subscriptions.
        lines: Additional header lines of the handshake request.
        init: The payload of `connection_init`.
        operation: The payload of `subscribe`.

    Raises:
        SubgraphUnreachable: The connection failed or was refused.
    """
    try:
        async with asyncio.timeout(target.limits.total_seconds):
            socket = await _connected(target, lines)
            try:
                await _begin(socket, init)
                await _send(socket, {"id": ID, "type": "subscribe", "payload": operation})
            except BaseException:
                await _closed(socket)
                raise
            return WebSocketEvents(socket)
    except TimeoutError as error:
        raise SubgraphTimeout("did not answer in time") from error


async def _begin(socket: ClientConnection, init: Mapping[str, str]) -> None:
    """Send `connection_init`, and wait for `connection_ack`.

    Raises:
        SubgraphUnreachable: The subgraph did not acknowledge the connection.
    """
    await _send(socket, {"type": "connection_init", "payload": init})
    while (message := await _received(socket)).get("type") != "connection_ack":
        match message.get("type"):
            case "ping":
                await _send(socket, {"type": "pong"})
            case "pong":
                pass
            case _:
                raise ProtocolNotServed("does not speak graphql-transport-ws")


async def _connected(target: StreamTarget, lines: list[tuple[str, str]]) -> ClientConnection:
    options, limits, trust = target.options, target.limits, target.context()
    secure: dict[str, Any] = {} if trust is None else {"ssl": trust}
    if trust is not None and limits.tls.server_name is not None:
        secure["server_hostname"] = limits.tls.server_name
    try:
        return await _Connect(
            options.with_scheme("ws", "wss"),
            subprotocols=[SUBPROTOCOL],
            additional_headers=lines,
            user_agent_header="furlong-gateway",
            compression=None,
            proxy=None,
            open_timeout=None,
            ping_interval=options.idle_seconds and options.idle_seconds / 2,
            ping_timeout=options.idle_seconds and options.idle_seconds / 2,
            close_timeout=CLOSE_SECONDS,
            max_size=limits.answer_bytes,
            max_queue=QUEUE,
            **secure,
        )
    except InvalidStatus as error:
        status = error.response.status_code
        kind = ProtocolNotServed if status in NOT_SERVED else SubgraphUnreachable
        if status in UNAVAILABLE:
            kind = SubgraphUnavailable
        raise kind(f"HTTP {status} instead of a WebSocket") from error
    except NegotiationError as error:
        raise ProtocolNotServed(f"refused the WebSocket: {error}") from error
    except (InvalidHandshake, WebSocketException) as error:
        raise SubgraphUnreachable(f"refused the WebSocket: {error}") from error
    except OSError as error:
        raise ConnectionFailed(f"cannot be connected to: {error}") from error


class WebSocketEvents:
    """The events of a subscription over its own WebSocket."""

    __slots__ = ("_is_over", "_socket")

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._is_over = False

    def __aiter__(self) -> Self:
        """Return the source itself."""
        return self

    async def __anext__(self) -> Mapping[str, Any]:
        """Return the next event.

        Raises:
            StopAsyncIteration: The subgraph has completed the subscription.
            SubgraphUnreachable: The subscription was lost.
            BudgetSpent: The event is larger than the budget of an answer.
        """
        while not self._is_over:
            message = await _received(self._socket)
            match message:
                case {"type": "next", "id": "1", "payload": payload}:
                    return graphql_response(payload)
                case {"type": "error", "id": "1", "payload": [_, *_] as errors}:
                    self._is_over = True
                    return {"data": None, "errors": errors}
                case {"type": "complete", "id": "1"}:
                    self._is_over = True
                case {"type": "ping"}:
                    await _send(self._socket, {"type": "pong"})
                case {"type": "pong"}:
                    pass
                case _:
                    raise SubscriptionLost("sent a message that graphql-transport-ws does not have")
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Complete the subscription, and close the connection."""
        if not self._is_over:
            self._is_over = True
            with suppress(SubgraphUnreachable):
                await _send(self._socket, {"id": ID, "type": "complete"})
        await _closed(self._socket)


async def _send(socket: ClientConnection, message: Mapping[str, Any]) -> None:
    try:
        await socket.send(orjson.dumps(message).decode())
    except ConnectionClosed as error:
        raise _lost(error) from error


async def _received(socket: ClientConnection) -> Mapping[str, Any]:
    """Return the next message.

    Raises:
        SubgraphUnreachable: The connection was closed, or the message is not a JSON object.
    """
    try:
        text = await socket.recv(decode=False)
    except ConnectionClosed as error:
        raise _lost(error) from error
    spend(len(text) // BYTES_A_PLACE)
    message = decoded(bytes(text))
    if not isinstance(message, dict):
        raise SubscriptionLost("sent a message that is not an object")
    return message


def _lost(error: ConnectionClosed) -> SubgraphUnreachable:
    """Return what it means that the subgraph has closed the WebSocket."""
    is_refused = error.rcvd is not None and error.rcvd.code == NO_SUBPROTOCOL
    return (ProtocolNotServed if is_refused else SubscriptionLost)(f"closed the WebSocket: {error}")


async def _closed(socket: ClientConnection) -> None:
    with suppress(OSError, WebSocketException):
        await socket.close()
