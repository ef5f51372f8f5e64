"""A server in one process that stops without breaking connections on which a request may be on its way."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import signal
import socket
import struct
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, Final

import structlog
from uvicorn.config import STARTUP_FAILURE

from foundation.reloaded_context import ReloadedContext
from foundation.waking_server import WakingServer
from gateway.http.server.lifecycle.config import ServerConfig
from gateway.http.server.protocol_factory import DrainingProtocol

SETTLE_SECONDS: Final = 0.1
"""How long pending connections have until the listening socket is closed."""

SUPERVISED_SETTLE_SECONDS: Final = 0.4
"""The same for a worker, whose supervisor keeps new connections from the socket in the meantime."""

LIVE_SHARE: Final = 0.5
"""The most of the time for requests in progress over which WebSockets and streams are closed."""

TICK_SECONDS: Final = 0.05
LATE_SECONDS: Final = 0.5
"""A tick that is later than this is a process that stood still, most often with the whole machine."""

CANCELLED_SECONDS: Final = 0.5
"""How long cancelled requests may take to reply."""

STOP_AT_ONCE: Final = signal.SIGUSR1
"""Tells a worker to stop without the time in which load balancers notice."""


class Server(WakingServer):
    """uvicorn's server, with a graceful shutdown of our own.

    1. It is no longer ready, and each reply is the last on its connection.
    2. After the time in which load balancers notice, it accepts no more connections.
    3. It closes idle connections: those used within the last second have that second for another request.
    4. It ends when no connection is left, or after the time for requests in progress.

    A second signal ends it at once.

    Attributes:
        config: The configuration.
        shares_socket: Whether other processes accept from the same socket.
        ended_by: The second signal, if any.
    """

    config: ServerConfig

    def __init__(self, config: ServerConfig, *, shares_socket: bool = False) -> None:
        super().__init__(config)
        self.shares_socket = shares_socket
        self.ended_by: int | None = None
        self._drain_seconds = config.stop_times.drain_seconds
        self._following: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle the signals while the server runs; afterwards they are not raised again as uvicorn does."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread handles signals
            return
        # A terminal signals all processes; the supervisor gets the signal too and instructs its workers.
        handled = {signal.SIGTERM: self.handle_exit, STOP_AT_ONCE: self.handle_exit}
        handled[signal.SIGINT] = self._ignore if self.shares_socket else self.handle_exit
        before = {number: signal.signal(number, handler) for number, handler in handled.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn has it
        """Begin to stop; at a second signal, stop at once."""
        if self.should_exit:
            self.force_exit = True
            self.ended_by = sig
            return
        self.should_exit = True
        if sig != signal.SIGTERM or not self.started:
            self._drain_seconds = 0.0
        if self.started:
            self.config.draining.begin()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, and accept connections."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(STARTUP_FAILURE)
        loop, config = asyncio.get_running_loop(), self.config
        make_protocol = partial(config.protocols, config, self.server_state, self.lifespan.state)
        tls = self._tls()
        self.servers = [
            await loop.create_server(make_protocol, sock=sock, backlog=config.backlog, **tls)
            for sock in sockets or ()
        ]
        if config.live is not None:
            config.live.shares_socket = self.shares_socket
        self.started = True

    def _tls(self) -> dict[str, Any]:
        """Return the TLS options and watch their files; return nothing for plain HTTP."""
        tls, limits = self.config.tls, self.config.protocols.limits
        if tls is None:
            return {}
        context, reloaded = tls.reloaded()
        self._following = asyncio.create_task(_follow(reloaded, tls.reload_seconds))
        return {
            "ssl": context,
            "ssl_handshake_timeout": limits.head_seconds,
            "ssl_shutdown_timeout": limits.head_seconds,
        }

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; see the class."""
        self.config.draining.begin()
        for connection in list(self.server_state.connections):
            if isinstance(connection, DrainingProtocol):
                connection.drain()
        await self._pass(self._drain_seconds)
        await self._stop_accepting(sockets or ())
        self.config.draining.end()
        await self._finish()
        if self._following is not None:
            self._following.cancel()
        if not self.force_exit:
            await self.lifespan.shutdown()

    async def _stop_accepting(self, sockets: Sequence[socket.socket]) -> None:
        if not self.shares_socket:
            for sock in sockets:
                refuse_new_connections(sock)
        await self._pass(SUPERVISED_SETTLE_SECONDS if self.shares_socket else SETTLE_SECONDS)
        for server in self.servers:
            server.close()
        for sock in sockets:
            sock.close()

    async def _finish(self) -> None:
        """Wait for requests in progress, and close connections that have none."""
        loop, state = asyncio.get_running_loop(), self.server_state
        deadline = loop.time() + self.config.stop_times.finish_seconds
        live = self.config.live
        if live is not None:
            live.shut_down(self.config.stop_times.finish_seconds * LIVE_SHARE)
        lost = 0.0
        while (state.connections or state.tasks) and not self.force_exit and loop.time() < deadline:
            for connection in list(state.connections):
                # What arrived while the process stood still has not been read yet.
                if isinstance(connection, DrainingProtocol) and not lost:
                    connection.close_if_idle(loop.time())
            lost = await _tick(TICK_SECONDS)
            deadline += lost
        if state.tasks:
            structlog.get_logger("gateway").error("requests_cancelled_at_stop", requests=len(state.tasks))
            for task in list(state.tasks):
                task.cancel(msg="The server stops")
            await asyncio.wait(list(state.tasks), timeout=CANCELLED_SECONDS)
        for connection in list(state.connections):
            connection.transport.abort() if self.force_exit else connection.transport.close()

    async def _pass(self, seconds: float) -> None:
        """Wait, unless a second signal arrives."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self.force_exit and (left := end - loop.time()) > 0:
            end += await _tick(min(left, TICK_SECONDS))

    @staticmethod
    def _ignore(sig: int, frame: FrameType | None) -> None:
        """Do nothing."""


async def _tick(seconds: float) -> float:
    """Wait, and return the time to give back to who waits for clients: 0 unless the process stood still."""
    loop = asyncio.get_running_loop()
    due = loop.time() + seconds
    await asyncio.sleep(seconds)
    late = loop.time() - due
    return late + TICK_SECONDS if late > LATE_SECONDS else 0.0


async def _follow(reloaded: ReloadedContext, seconds: float) -> None:
    """Load new certificates soon after their files have changed."""
    while True:
        await asyncio.sleep(seconds)
        if await asyncio.to_thread(reloaded.refresh):
            structlog.get_logger("gateway").info("certificates_reloaded")


SO_ATTACH_FILTER: Final = 26
"""Linux's number for the option, which Python does not define."""

FLAGS, SYN_AND_ACK, SYN = 13, 0x12, 0x02
"""The offset of the flags in a TCP header, and two of the flags; a first packet has SYN but not ACK."""

DROP_FIRST_PACKETS: Final = (
    (0x30, 0, 0, FLAGS),  # load a byte
    (0x54, 0, 0, SYN_AND_ACK),  # and
    (0x15, 0, 1, SYN),  # if equal, go on; else skip one
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFF),  # accept
)
"""A program of the kernel's packet filter: operation, jump if true, jump if false, operand."""


def refuse_new_connections(listener: socket.socket) -> None:
    """Make the kernel ignore the first packets of new connections; pending connections continue.

    When a socket is closed, connections that wait to be accepted are reset, and the requests already sent on
    them are lost. After this call no new ones arrive, so the server can accept all that wait and then close
    the socket; clients that try to connect meanwhile are refused as soon as it is closed. Does nothing on
    systems other than Linux. The effect is permanent, for all processes that share the socket.
    """
    if not sys.platform.startswith("linux") or listener.family not in (socket.AF_INET, socket.AF_INET6):
        return
    program = b"".join(struct.pack("HBBI", *packet) for packet in DROP_FIRST_PACKETS)
    memory = ctypes.create_string_buffer(program)
    value = struct.pack("HP", len(DROP_FIRST_PACKETS), ctypes.addressof(memory))
    with contextlib.suppress(OSError):  # a kernel without filters: do nothing, as on other systems
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, value)
