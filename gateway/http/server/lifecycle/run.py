"""Runs an ASGI application on our server, in one process or in several that share a socket."""

from __future__ import annotations

import socket
from typing import Final

from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE

from foundation.security_headers import every_response
from gateway.http.server.lifecycle.config import OnLoad, ServerConfig, StopTimes
from gateway.http.server.lifecycle.server import Server
from gateway.http.server.lifecycle.workers import Workers
from gateway.http.server.limits import ClientLimits
from gateway.http.server.protocol_factory import ProtocolFactory
from gateway.http.server.tls import ServerTls
from gateway.settings import GatewaySettings

BACKLOG: Final = 2048


def configured(
    app: ASGIApp | str,
    limits: ClientLimits,
    *,
    workers: int = 1,
    stop_times: StopTimes | None = None,
    tls: ServerTls | None = None,
    factory: bool = False,
    on_load: OnLoad | None = None,
    hsts_seconds: int = 0,
) -> ServerConfig:
    """Return the configuration for serving an application.

    Args:
        app: An application, or the name of one or of its factory as `module:name`.
        limits: The limits for clients.
        workers: How many processes serve.
        stop_times: How long the server takes to stop; by default it does not wait for load balancers.
        tls: The TLS options; None for plain HTTP.
        factory: Whether `app` names a factory.
        on_load: Called with the application once it is loaded.
        hsts_seconds: How long browsers should use only TLS (HSTS); 0 to send no such header.
    """
    config = ServerConfig(
        app,
        ProtocolFactory(limits),
        stop_times or StopTimes(),
        tls,
        factory=factory,
        loop="uvloop",
        ws="none",
        workers=workers,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        headers=every_response(hsts_seconds),
        proxy_headers=False,
        backlog=BACKLOG,
    )
    config.on_load = on_load
    return config


def configured_by(
    settings: GatewaySettings, app: ASGIApp | str, *, workers: int = 1, factory: bool = False
) -> ServerConfig:
    """Return the configuration for serving an application according to the settings.

    Args:
        settings: The limits for clients, how long the server takes to stop, and TLS.
        app: An application, or the name of one or of its factory as `module:name`.
        workers: How many processes serve.
        factory: Whether `app` names a factory.

    Raises:
        ValueError: The certificate or its key cannot be used; the message names the files.
    """
    tls = ServerTls.of(settings.tls)
    if tls is not None:
        try:
            tls.context()
        except (OSError, ValueError) as error:
            files = [str(file) for file in (tls.certificate, tls.key, tls.client_authorities) if file]
            raise ValueError(f"TLS with {', '.join(files)}: {error}") from error
    return configured(
        app,
        ClientLimits.of(settings),
        workers=workers,
        stop_times=StopTimes.of(settings),
        tls=tls,
        factory=factory,
        hsts_seconds=settings.http.hsts_seconds,
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        OSError: The address is in use, or does not belong to this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    # asyncio sets this only on sockets of its own; without it each response waits for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def run(config: ServerConfig, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        SystemExit: The application failed to start, or a second signal ended the server at once.
    """
    if config.workers > 1:
        Workers(config, listener).run()
        return
    server = Server(config)
    server.run(sockets=[listener])
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)
    if server.ended_by is not None:
        raise SystemExit(128 + server.ended_by)
