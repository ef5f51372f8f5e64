"""Serves the operators' port in a thread of the process that starts the workers."""

from __future__ import annotations

import asyncio
import hmac
import math
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from prometheus_client import CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.http.server import ClientLimits, OnLoad, Server, configured, listen
from gateway.http.server.tls import ServerTls
from gateway.serving.operators.worker import report_to
from gateway.serving.operators.workers import Workers
from gateway.settings.metrics import OperatorSettings

POLL_SECONDS: Final = 5.0
"""How often workers are asked without a scrape: counts since then are lost when a worker is killed."""

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


UNAUTHORIZED: Final = PlainTextResponse("unauthorized\n", 401, {"www-authenticate": "Bearer"})


class OperatorsPort(Struct, frozen=True):
    """The routes served to operators.

    Attributes:
        workers: The workers.
        required_workers: How many workers must be ready.
        registry: The merged metrics of all workers, and metrics about the workers themselves.
        token: The bearer token that readers need; None if they need none.
    """

    workers: Workers
    required_workers: int
    registry: CollectorRegistry
    token: str | None = None

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/health", self.health),
            Route("/ready", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def health(self, _: Request) -> Response:
        """Report that this process is alive."""
        return PlainTextResponse("ok\n")

    async def ready(self, request: Request) -> Response:
        """Return whether enough workers are ready."""
        if not self._is_reader(request):
            return UNAUTHORIZED
        await self.workers.refresh()
        ready = self.workers.ready
        is_ready = ready >= self.required_workers
        lines = ["ready" if is_ready else "not ready", f"workers: {ready} of {self.workers.expected}"]
        lines += filter(None, [self.workers.remark])
        return PlainTextResponse("\n".join([*lines, ""]), 200 if is_ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Return the metrics of all workers in Prometheus' text format."""
        if not self._is_reader(request):
            return UNAUTHORIZED
        await self.workers.refresh()
        return Response(generate_latest(self.registry), media_type=TEXT)

    def _is_reader(self, request: Request) -> bool:
        """Return whether a request has the token, if one is needed."""
        if self.token is None:
            return True
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode("latin-1"), f"Bearer {self.token}".encode())


class OperatorsPortError(Exception):
    """The operators' port cannot be opened."""


@contextmanager
def operators_port(
    address: str | None, workers: int, settings: OperatorSettings, tls: ServerTls | None = None
) -> Iterator[OnLoad | None]:
    """Serve the operators' port while the block runs.

    Args:
        address: HOST:PORT; None to serve nothing.
        workers: How many processes serve clients.
        settings: How many workers must be ready, and what readers need.
        tls: The clients' certificate, which the port uses if the settings say so.

    Yields:
        A function to call with each worker's application once it is loaded; None if nothing is served.

    Raises:
        OperatorsPortError: The address is invalid, in use, or not one of this machine; or there is no
            certificate though the settings want TLS.
    """
    if address is None:
        yield None
        return
    if settings.tls and tls is None:
        raise OperatorsPortError("The operators' port cannot speak TLS: set FURLONG_GATEWAY_TLS_CERTIFICATE.")
    opened = _opened(address)
    counted = Workers(workers)
    registry = CollectorRegistry()
    registry.register(counted)
    registry.register(counted.metrics)
    required_workers, token = math.ceil(workers * settings.ready_share), settings.token
    text = None if token is None else token.get_secret_value()
    served = OperatorsPort(counted, required_workers, registry, text)
    folder = Path(tempfile.mkdtemp(prefix="furlong-operators-"))
    try:
        own_tls = tls if settings.tls else None
        with opened as listener, _serving(served, listener, folder / "reports", own_tls):
            yield partial(report_to, str(folder / "reports"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _opened(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal() and int(port) <= 65_535):  # noqa: PLR2004 - the greatest port
        raise OperatorsPortError(f"The operators' port {address!r} is not HOST:PORT, such as 127.0.0.1:9100.")
    try:
        return listen(host.strip("[]"), int(port))
    except OSError as error:
        reason = error.strerror or str(error)
        raise OperatorsPortError(f"The operators' port {address} cannot be opened: {reason}.") from error


@contextmanager
def _serving(
    port: OperatorsPort, listener: socket.socket, path: Path, tls: ServerTls | None
) -> Iterator[None]:
    """Serve in a thread with an event loop of its own, which no request of a client can block."""
    # The socket must exist before the first worker looks for it.
    reports = socket.socket(socket.AF_UNIX)
    reports.bind(str(path))
    reports.listen()
    server = _Server(configured(Starlette(routes=port.routes()), ClientLimits(), tls=tls))
    serve = partial(_serve, server, port, listener, reports)
    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="operators-port", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


async def _serve(
    server: Server, port: OperatorsPort, listener: socket.socket, reports: socket.socket
) -> None:
    taking = await asyncio.start_unix_server(port.workers.connected, sock=reports)
    polling = asyncio.create_task(_poll(port.workers))
    try:
        await server.serve(sockets=[listener])
    finally:
        taking.close()
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling


async def _poll(workers: Workers) -> None:
    while True:
        await asyncio.sleep(POLL_SECONDS)
        await workers.refresh()


class _Server(Server):
    """A server that leaves signals to its process."""

    @contextmanager
    def capture_signals(self) -> Iterator[Any]:
        yield
