"""Runs ASGI apps inside a program that does other things too."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from gateway.http.server import ClientLimits, configured, listen
from gateway.settings import GatewaySettings

__all__ = ["listen", "serving"]

GRACE_SECONDS = 2


@asynccontextmanager
async def serving(
    app: ASGIApp, listener: socket.socket, limits: ClientLimits | None = None
) -> AsyncIterator[None]:
    """Serves an app on a listening socket while the block runs; from its first line on it answers.

    Args:
        app: the application.
        listener: is closed in the end.
        limits: for clients; by default those of the gateway's settings.

    Raises:
        RuntimeError: the app's own start-up failed.
    """
    config = configured(app, limits or ClientLimits.of(GatewaySettings()), grace_seconds=GRACE_SECONDS)
    server = _Server(config)
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


class _Server(uvicorn.Server):
    """Leaves signals to the program."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
