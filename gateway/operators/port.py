"""Serves the operators' port in a thread of the process that starts the workers."""

from __future__ import annotations

import asyncio
import math
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.http.server import ClientLimits, OnLoad, Server, configured, listen
from gateway.monitoring.settings import MonitoringSettings
from gateway.operators.worker import report_to
from gateway.operators.workers import Workers

POLL_SECONDS: Final = 5.0
"""How often workers are asked without a scrape: a worker that is killed takes what it counted since."""

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class OperatorsPort:
    """What is served to operators.

    Attributes:
        workers: The workers.
        enough: How many of them must be ready.
        registry: The metrics of all workers, and of the workers themselves.
    """

    workers: Workers
    enough: int
    registry: CollectorRegistry

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/health", self.health),
            Route("/ready", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def health(self, _: Request) -> Response:
        """Return that this process is alive."""
        return PlainTextResponse("ok\n")

    async def ready(self, _: Request) -> Response:
        """Return whether enough workers are ready."""
        await self.workers.refresh()
        ready = self.workers.ready
        is_ready = ready >= self.enough
        lines = ["ready" if is_ready else "not ready", f"workers: {ready} of {self.workers.expected}"]
        lines += filter(None, [self.workers.remark])
        return PlainTextResponse("\n".join([*lines, ""]), 200 if is_ready else 503)

    async def metrics(self, _: Request) -> Response:
        """Return the metrics of all workers in Prometheus' text format."""
        await self.workers.refresh()
        return Response(generate_latest(self.registry), media_type=TEXT)


class OperatorsPortError(Exception):
    """The operators' port cannot be opened."""


@contextmanager
def operators_port(
    address: str | None, workers: int, settings: MonitoringSettings
) -> Iterator[OnLoad | None]:
    """Serve the operators' port while the block runs.

    Args:
        address: HOST:PORT; None to serve nothing.
        workers: How many processes serve clients.
        settings: How many of them must be ready.

    Yields:
        What the application of each worker is called with once it is loaded; None if nothing is served.

    Raises:
        OperatorsPortError: The address is no address, is in use, or is not one of this machine.
    """
    if address is None:
        yield None
        return
    opened = _opened(address)
    counted = Workers(workers)
    registry = CollectorRegistry()
    registry.register(counted)
    registry.register(counted.metrics)
    served = OperatorsPort(counted, math.ceil(workers * settings.operators_ready_share), registry)
    folder = Path(tempfile.mkdtemp(prefix="furlong-operators-"))
    try:
        with opened as listener, _serving(served, listener, folder / "reports"):
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
def _serving(port: OperatorsPort, listener: socket.socket, path: Path) -> Iterator[None]:
    """Serve in a thread with an event loop of its own, which no request of a client can block."""
    # The socket must be there before the first worker looks for it.
    reports = socket.socket(socket.AF_UNIX)
    reports.bind(str(path))
    reports.listen()
    server = _Server(configured(Starlette(routes=port.routes()), ClientLimits()))
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
