"""Doubles of sockets and of the thread of a database: each does its part in the same event loop, in order.

Real ones let the kernel decide what arrives when, and with it how often a coroutine waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from unittest.mock import patch

import uvloop

from bench.counts.counting import stand_in, system_call
from bench.fixtures.fixed_subgraphs import Answer
from bench.load.http_messages import complete_message
from foundation.storage.connections.sqlite import SqliteConnection
from gateway.transport.connector import Connector

P = TypeVar("P", bound=asyncio.Protocol)
NEVER: Final = 3600.0
"""How much later timers come due, in seconds: after everything is counted."""

TURNS: Final = 8
"""How many turns of the event loop what is left to do after a reply may take."""


class StoppedLoop(uvloop.Loop):
    """The product's event loop without time: no timer that is set while it is stopped comes due.

    Background work waits for timers, and would be counted with whatever request it happens to run beside.

    Attributes:
        is_stopped: Whether time stands still.
        in_threads: What threads are doing for coroutines.
    """

    is_stopped = False

    def __init__(self) -> None:
        super().__init__()
        self.in_threads = set[asyncio.Future[Any]]()

    @stand_in
    def run_in_executor(  # type: ignore[override]  # all arguments are passed on
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> Any:
        """Call a function in a thread."""
        done: Any = super().run_in_executor(executor, func, *args)
        self.in_threads.add(done)
        done.add_done_callback(self.in_threads.discard)
        return done

    @stand_in
    def call_later(  # type: ignore[override]  # all arguments are passed on
        self, delay: float, *arguments: Any, **options: Any
    ) -> asyncio.TimerHandle:
        """Call a function after some seconds, and not before time goes on."""
        return super().call_later(delay + NEVER * self.is_stopped, *arguments, **options)

    @stand_in
    def call_at(  # type: ignore[override]  # all arguments are passed on
        self, when: float, *arguments: Any, **options: Any
    ) -> asyncio.TimerHandle:
        """Call a function at a time of the loop, and not before time goes on."""
        return super().call_at(when + NEVER * self.is_stopped, *arguments, **options)


class Wire(asyncio.Transport):
    """A connection whose other side is in this process, and whose bytes arrive in the next turn of the loop.

    Args:
        protocol: What reads from it.
        written: Called with what is written to it.
    """

    def __init__(self, protocol: asyncio.Protocol, written: Callable[[bytes], None]) -> None:
        super().__init__({"peername": ("127.0.0.1", 40_000), "sockname": ("127.0.0.1", 8_000)})
        self._protocol, self._written, self._is_closing = protocol, written, False
        protocol.connection_made(self)

    @stand_in
    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes."""
        system_call()
        self._written(bytes(data))

    def arrive(self, data: bytes) -> None:
        """Let bytes arrive."""
        system_call()
        asyncio.get_running_loop().call_soon(self._protocol.data_received, data)

    @stand_in
    def is_closing(self) -> bool:
        """Return whether one side has closed the connection."""
        return self._is_closing

    def close(self) -> None:
        """Close the connection."""
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    abort = close

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return what reads from it."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Let another protocol read."""
        assert isinstance(protocol, asyncio.Protocol)  # noqa: S101 - servers have no others
        self._protocol = protocol

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Do nothing, because everything is read at once."""

    def pause_reading(self) -> None:
        """Do nothing, because a client waits for each reply."""

    def resume_reading(self) -> None:
        """Do nothing."""


class Client:
    """A client that sends one request at a time on a connection of its own, and waits for the reply.

    Args:
        serve: Creates the server's protocol.
    """

    def __init__(self, serve: Callable[[], asyncio.Protocol]) -> None:
        self._received = b""
        self._is_complete: Callable[[bytes], object] = complete_message
        self._reply: asyncio.Future[bytes] | None = None
        self._wire = Wire(serve(), self._read)

    async def ask(self, request: bytes, is_complete: Callable[[bytes], object] = complete_message) -> bytes:
        """Send a request, and return the reply once the server has nothing left to do for it."""
        self._wire.arrive(request)
        return await self.reply(is_complete)

    async def reply(self, is_complete: Callable[[bytes], object]) -> bytes:
        """Return what the server sends next, once it is complete and the server has nothing left to do."""
        self._reply, self._is_complete = asyncio.get_running_loop().create_future(), is_complete
        received = await self._reply
        await settle()
        return received

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def _read(self, data: bytes) -> None:
        self._received += data
        if self._reply is not None and self._is_complete(self._received):
            self._reply.set_result(self._received)
            self._received, self._reply = b"", None


async def settle() -> None:
    """Let the event loop do what is left to do."""
    for _ in range(TURNS):
        turn = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(turn.set_result, None)
        await turn


class CountedConnection(SqliteConnection):
    """An SQLite connection whose statements count as system calls, as one to another process does."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **options: Any) -> Any:
        system_call()
        return await super()._execute(fn, *args, **options)


@contextmanager
def embedded_databases() -> Iterator[None]:
    """Count the statements of SQLite's databases inside the block."""
    with patch("foundation.storage.database.SqliteConnection", CountedConnection):
        yield


@contextmanager
def subgraphs_at(answers: dict[str, Answer]) -> Iterator[None]:
    """Connect the gateway to subgraphs in this process inside the block, by the hosts of their URLs."""

    async def connected(connector: Connector, protocol: Callable[[], P]) -> P:
        answer = answers[connector._address.host]  # noqa: SLF001 - the connector has no other way to tell
        made = protocol()
        wire = Wire(made, lambda request: wire.arrive(answer(_body(request))))
        return made

    with patch.object(Connector, "connected", connected):
        yield


def _body(request: bytes) -> bytes:
    begin, until = complete_message(request) or (0, 0)
    return request[begin:until]
