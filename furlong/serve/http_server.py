"""An HTTP server inside a process that also does other work.

On the loopback it has few host names: a page whose name leads here is another origin's.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

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


LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def own_names(further: Collection[str] = ()) -> frozenset[bytes]:
    """Return the names that `Host` may have: the loopback's, and further ones.

    Its port may be any: a proxy of a frontend's development server passes on its own.
    """
    return frozenset(name.lower().encode() for name in (*LOOPBACK, *further))


def own_names_only(further: Collection[str] = ()) -> ClientLimits:
    """Return the limits for clients of a server on the loopback, which must ask for one of its own names."""
    return ClientLimits.of(GatewaySettings(), own_names(further))
