"""Runs ASGI apps inside a program that does other things too."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 2
BACKLOG = 2048


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serves an app on a listening socket while the block runs; from its first line on it answers.

    Raises:
        RuntimeError: the app's own start-up failed.
    """
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS)
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


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        OSError: the address is taken, or not this machine's.
    """
    listener = socket.create_server((host, port), backlog=BACKLOG)
    # asyncio sets this only on sockets that it made itself; without it each answer waits for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(uvicorn.Server):
    """Leaves signals to the program."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
