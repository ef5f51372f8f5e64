"""An HTTP server as one part of a process, and responses that fail deliberately: truncated, or hanging."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from foundation.waking_server import WakingServer

log = logging.getLogger(__name__)
SECONDS_TO_FINISH_REQUESTS = 2
BACKLOG = 128
STEPS_OF_A_CONNECTION = 8
"""More than the rounds of the loop from which a socket is accepted until the server knows its connection."""

LOOPBACK = ("127.0.0.1", "localhost")
"""Where pages of other origins could reach a server that only this machine should."""


@asynccontextmanager
async def serving(
    app: ASGIApp,
    listener: socket.socket,
    *,
    before_stop: Callable[[], None],
    trusted: ssl.SSLContext | None = None,
    dates: bool = True,
) -> AsyncIterator[str]:
    """Serve an application while the block lasts, and yield its URL.

    Requests that come before the server is ready wait at the socket. On the loopback, only requests to its
    own names are answered: a page of another origin whose name leads here gets nothing.

    Args:
        app: The application to serve.
        listener: The listening socket.
        before_stop: Called before the server stops; must release the deliberately hanging requests.
        trusted: What the server shows for TLS; by default it speaks plain HTTP.
        dates: Whether the server writes `Date`, or the application does.
    """
    host, port = listener.getsockname()[:2]
    quiet = _letting_clients_leave(app)
    config = uvicorn.Config(
        TrustedHostMiddleware(quiet, LOOPBACK) if host in LOOPBACK else quiet,
        http="h11",  # httptools takes the body of a request that offers an upgrade for the next request
        lifespan="off",
        proxy_headers=False,
        date_header=dates,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH_REQUESTS,
    )
    config.load()
    config.ssl = trusted
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"{'http' if trusted is None else 'https'}://{host}:{port}"
    finally:
        before_stop()
        server.should_exit = True
        await task
        await server.abort_connections()


def _letting_clients_leave(app: ASGIApp) -> ASGIApp:
    """Return the application without a fault where a client goes away while its body is read."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ClientDisconnect:
            log.debug("A client disconnected before its request was complete")

    return answered


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket whose connections send without delay.

    asyncio sets TCP_NODELAY only on sockets that were created with a protocol number. Without it, each
    response waits some 40 ms for the client's acknowledgement of its headers.

    Raises:
        OSError: The address is taken.
    """
    listener = socket.create_server((host, port), backlog=BACKLOG)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class TruncatedResponse(Response):
    """Announces a body and never sends it, so that the server drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's form
        """Send only the head of a response."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


class _Server(WakingServer):
    """A server that does not handle signals; its process does."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def abort_connections(self) -> None:
        """Close what is still open: uvicorn leaves connections whose requests took longer than it waits."""
        for _ in range(STEPS_OF_A_CONNECTION):
            await asyncio.sleep(0)
        for connection in [*self.server_state.connections]:
            connection.transport.abort()
        await asyncio.sleep(0)  # and closed


MAX_HOLD_SECONDS = 30.0


class HangingRequests:
    """Holds requests up to a time limit."""

    def __init__(self, longest_hold_seconds: float = MAX_HOLD_SECONDS) -> None:
        self._longest_hold_seconds = longest_hold_seconds
        self._released = asyncio.Event()

    def release(self) -> None:
        """Release all hanging requests, now and from now on, because the server stops."""
        self._released.set()

    async def hold(self, request: Request, seconds: float | None = None) -> None:
        """Wait for a time (by default the longest), or until a disconnect or a release."""
        waits = {
            asyncio.ensure_future(self._released.wait()),
            asyncio.ensure_future(_disconnected(request)),
        }
        limit = self._longest_hold_seconds if seconds is None else min(seconds, self._longest_hold_seconds)
        try:
            await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
