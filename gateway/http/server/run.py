"""Runs an ASGI application by uvicorn, in one process or in several that share a socket."""

from __future__ import annotations

import os
import signal
import socket
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from gateway.http.server.limits import ClientLimits
from gateway.http.server.protocol_factory import ProtocolFactory

BACKLOG: Final = 2048
GRACE_SECONDS: Final = 4


def configured(
    app: ASGIApp | str,
    limits: ClientLimits,
    *,
    workers: int = 1,
    grace_seconds: int = GRACE_SECONDS,
    factory: bool = False,
) -> uvicorn.Config:
    """Return uvicorn's configuration for serving an application.

    Args:
        app: An application, or the name of one or of its factory as `module:name`.
        limits: The limits for clients.
        workers: How many processes serve.
        grace_seconds: How long a stopping server waits for requests under way.
        factory: Whether `app` names a factory.
    """
    return uvicorn.Config(
        app,
        factory=factory,
        http=ProtocolFactory(limits),  # type: ignore[arg-type]  # is called as a protocol's class would be
        loop="uvloop",
        workers=workers,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=grace_seconds,
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        OSError: The address is in use, or is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    # asyncio sets this only on sockets of its own; without it each response waits for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Workers(Multiprocess):
    """Processes that share a socket; each of them reloads at SIGHUP, where uvicorn would start them anew."""

    def handle_hup(self) -> None:
        """Pass the signal on."""
        for process in self.processes:
            if process.process.pid is not None:
                os.kill(process.process.pid, signal.SIGHUP)


def run(config: uvicorn.Config, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        SystemExit: The application failed to start.
    """
    if config.workers > 1:
        listener.set_inheritable(True)
        _Workers(config, sockets=[listener]).run()
        return
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    if not server.started:
        raise SystemExit(uvicorn.config.STARTUP_FAILURE)
