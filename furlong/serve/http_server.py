"""An HTTP server inside a process that also does other work."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from starlette.types import ASGIApp

from gateway.http.server import ClientLimits, Server, configured, listen
from gateway.settings import GatewaySettings

__all__ = ["listen", "serving"]


@asynccontextmanager
async def serving(
    app: ASGIApp, listener: socket.socket, limits: ClientLimits | None = None
) -> AsyncIterator[None]:
    """Serve an application on a listening socket while the block runs; it responds from the start.

    At the end it does not wait for load balancers to notice, and only briefly for requests in progress.

    Args:
        app: The application.
        listener: The listening socket; it is closed at the end.
        limits: Limits for clients; by default those of the gateway's settings.

    Raises:
        RuntimeError: The application's start-up failed.
    """
    config = configured(app, limits or ClientLimits.of(GatewaySettings()))
    server = QuietServer(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                await task
                raise RuntimeError("the server did not start: see the log")
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await asyncio.shield(task)


class QuietServer(Server):
    """A server that does not handle signals; its process does."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
