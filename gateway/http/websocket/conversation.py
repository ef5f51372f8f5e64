"""The graphql-transport-ws protocol on one WebSocket: its session and its operations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from foundation.graphql_http.media import LATEST, IncrementalSpec
from gateway.errors import AuthenticationUnavailable, ClientDisconnected, RequestError
from gateway.http.headers import ENCODING
from gateway.http.inner_request import InnerClient, InnerRequest
from gateway.http.live import LiveOperations, LiveSession
from gateway.http.responses import masked
from gateway.http.websocket.messages import (
    ACKNOWLEDGED,
    PONG,
    BadMessage,
    CloseCode,
    Complete,
    ConnectionInit,
    Ping,
    Subscribe,
    complete_frame,
    error_frame,
    next_frame,
    next_prefix,
    read_message,
)
from gateway.http.websocket.parts import WebSocketParts
from gateway.http.websocket.socket import WebSocket

TOO_MANY: Final = [
    {
        "message": "Too many operations are in progress on this connection.",
        "extensions": {"code": "TOO_MANY_OPERATIONS"},
    }
]
RELOADED: Final = "The graph has changed: connect again"


class Operation:
    """An operation in progress.

    Attributes:
        task: The task that sends the responses; None until it runs.
        operations: The `LiveOperations` that start it; their version of the graph is kept open.
    """

    __slots__ = ("operations", "task")

    def __init__(self, operations: LiveOperations) -> None:
        self.operations = operations
        self.task: asyncio.Task[None] | None = None


class GraphQLConversation:
    """The protocol state of one connection.

    Args:
        socket: The WebSocket.
        parts: The parts shared by all WebSockets.
        client: The client at the other end.
        headers: The headers of the handshake request.
    """

    __slots__ = (
        "_asked_init",
        "_client",
        "_headers",
        "_opened_at",
        "_operations",
        "_parts",
        "_running",
        "_session",
        "_socket",
        "_task",
    )

    def __init__(
        self,
        socket: WebSocket,
        parts: WebSocketParts,
        client: InnerClient,
        headers: Mapping[bytes, bytes],
    ) -> None:
        self._socket = socket
        self._parts = parts
        self._client = client
        self._headers = headers
        self._opened_at = asyncio.get_running_loop().time()
        self._asked_init = False
        self._session: LiveSession | None = None
        self._operations: dict[str, Operation] | None = None
        self._running = 0
        self._task: asyncio.Task[None] | None = None

    def received(self, text: bytes) -> None:
        """Handle a message from the client."""
        try:
            message = read_message(text)
        except BadMessage as error:
            self._socket.close(CloseCode.BAD_REQUEST, str(error))
            return
        match message:
            case ConnectionInit():
                self._init(message)
            case Ping():
                self._socket.send(PONG)
            case Subscribe():
                self._subscribe(message)
            case Complete():
                self._cancel(message.id)

    def visit(self, now: float) -> None:
        """Close the connection if it lacks `connection_init`, a valid session or a current graph."""
        parts, session = self._parts, self._session
        if session is None:
            if not self._asked_init and now - self._opened_at > parts.connections.limits.init_seconds:
                self._socket.close(CloseCode.CONNECTION_INIT_TIMEOUT, "Connection initialisation timeout")
            return
        if session.is_due(now) and self._task is None:
            self._start(self._renew(session))
        if parts.graph.alive == 1:
            return
        share = parts.connections.share(self._socket.slot)
        for operation in (self._operations or {}).values():
            if operation.operations.is_retired(share):
                self._socket.close(CloseCode.SERVICE_RESTART, RELOADED)
                return

    def ended(self) -> None:
        """End all operations at their sources."""
        if self._task is not None:
            self._task.cancel()
        operations, self._operations = self._operations, None
        for operation in (operations or {}).values():
            if operation.task is not None:
                operation.task.cancel()

    def _init(self, message: ConnectionInit) -> None:
        if self._asked_init:
            self._socket.close(CloseCode.TOO_MANY_MESSAGES, "Too many initialisation requests")
            return
        self._asked_init = True
        self._headers = with_init_headers(self._headers, message.payload or {}, self._parts.init_headers)
        session = LiveSession(self._parts.authentication, self._request())
        if session.is_known():
            session.look_up()
            self._acknowledge(session)
        else:
            self._start(self._authenticate(session))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.get_running_loop().create_task(work)

    async def _authenticate(self, session: LiveSession) -> None:
        if await self._is_valid(session):
            self._acknowledge(session)
        self._task = None

    async def _renew(self, session: LiveSession) -> None:
        await self._is_valid(session)
        self._task = None

    async def _is_valid(self, session: LiveSession) -> bool:
        """Return whether the session is valid; close the connection if it is invalid or cannot be checked."""
        try:
            await session.renew()
        except AuthenticationUnavailable as error:
            self._refuse(CloseCode.TRY_AGAIN_LATER, error)
        except RequestError as error:
            later = error.status == HTTPStatus.TOO_EARLY
            self._refuse(CloseCode.TRY_AGAIN_LATER if later else CloseCode.FORBIDDEN, error)
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            masked(error)
            self._socket.close(CloseCode.INTERNAL_ERROR, "Internal error")
        return self._socket.is_open

    def _refuse(self, code: CloseCode, error: RequestError) -> None:
        self._parts.metrics.refusal(error.code)
        self._socket.close(
            code, f"Forbidden: {error.message}" if code is CloseCode.FORBIDDEN else error.message
        )

    def _acknowledge(self, session: LiveSession) -> None:
        if not self._parts.connections.identify(self._socket.slot, session.session):
            self._socket.close(CloseCode.TRY_AGAIN_LATER, "This customer has too many open connections")
            return
        self._session = session
        self._socket.send(ACKNOWLEDGED)

    def _subscribe(self, message: Subscribe) -> None:
        if self._session is None:
            self._socket.close(CloseCode.UNAUTHORIZED, "Unauthorized")
            return
        if self._operations is None:
            self._operations = {}
        name = message.id
        if name in self._operations:
            self._socket.close(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {name} already exists")
            return
        # Operations that are still ending count as well, because ending takes time.
        if self._running >= self._parts.connections.limits.subscriptions:
            self._parts.metrics.refusal("TOO_MANY_OPERATIONS")
            self._socket.send(error_frame(name, TOO_MANY))
            return
        operations = self._parts.graph.current.live
        operation = self._operations[name] = Operation(operations)
        work = self._run(name, operation, self._session, bytes(message.payload))
        operation.task = asyncio.get_running_loop().create_task(work)
        # A task that is cancelled before its first step does not even run its `finally` blocks.
        operation.task.add_done_callback(partial(self._finished, operation, operations.keep_open()))
        self._running += 1
        self._parts.connections.metrics.operations += 1

    def _cancel(self, name: str) -> None:
        """Cancel an operation if it is in progress; its name can be reused at once."""
        operation = None if self._operations is None else self._operations.pop(name, None)
        if operation is not None and operation.task is not None:
            operation.task.cancel()

    def _finished(self, operation: Operation, release: Callable[[], None], _task: asyncio.Task[None]) -> None:
        operation.task = None  # a cancelled task refers to the operation by its traceback
        release()
        self._running -= 1
        self._parts.connections.metrics.operations -= 1

    async def _run(self, name: str, operation: Operation, session: LiveSession, body: bytes) -> None:
        """Send all responses of an operation, followed by `complete` or `error`."""
        try:
            await self._stream(name, operation.operations, session, body)
            end = complete_frame(name)
        except RequestError as error:
            end = error_frame(name, error.formatted())
        except ClientDisconnected:
            return
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            end = error_frame(name, masked(error).body["errors"])
        finally:
            is_current = self._operations is not None and self._operations.get(name) is operation
            if is_current and self._operations is not None:
                del self._operations[name]
        if is_current:
            self._socket.send(end)

    async def _stream(self, name: str, operations: LiveOperations, session: LiveSession, body: bytes) -> None:
        request = self._request(body)
        stream = await operations.start(request)
        request.forget_body()
        del body
        socket, metrics, prefix = self._socket, self._parts.connections.metrics, next_prefix(name)
        try:
            async for response in stream:
                if socket.is_full:
                    await socket.writable()
                if not session.is_known() and not await self._is_valid(session):
                    return
                metrics.events += 1
                socket.send(next_frame(prefix, response.content))
                del response  # a waiting stream needs no response
        finally:
            await stream.aclose()

    def _request(self, body: bytes = b"") -> WebSocketRequest:
        forwarded = self._parts.graph.current.live.forwarding.pick(self._headers)
        return WebSocketRequest(self._client, self._headers, forwarded, body)


def with_init_headers(
    headers: Mapping[bytes, bytes], payload: Mapping[str, Any], allowed: frozenset[str]
) -> dict[bytes, bytes]:
    """Return the headers with the allowed ones from the payload of `connection_init` added."""
    given = {
        name.lower().encode(ENCODING): value.encode(ENCODING, "replace")
        for name, value in payload.items()
        if isinstance(value, str) and name.lower() in allowed
    }
    return {**headers, **given}


class WebSocketRequest(InnerRequest):
    """The payload of a `subscribe` message; its headers include those that `connection_init` added."""

    __slots__ = ()

    def incremental_spec(self) -> IncrementalSpec:
        """Return the latest format of a response in parts."""
        return LATEST

    def forget_body(self) -> None:
        """Free the body of a started operation, which may last for hours."""
        self._body = b""
