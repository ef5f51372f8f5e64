"""A server that is stopped loses no request, whatever its clients are doing."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import pytest

from gateway import create_gateway
from gateway.http.server import ClientLimits, Server, StopTimes, configured, listen, protocol_factory
from gateway.http.server.lifecycle.server import TICK_SECONDS
from tests.gateway.worlds import shop
from tests.http.busy_clients import BusyClients
from tests.http.served_gateway import LONG, ME, NAME, PATIENCE_SECONDS, Client, Shop, post
from tests.support.jumping_loop import JumpingLoop

READY = b"GET /ready HTTP/1.1\r\nhost: x\r\n\r\n"
LONG_STOP = StopTimes(drain_seconds=PATIENCE_SECONDS, finish_seconds=PATIENCE_SECONDS)


class SignalledServer(Server):
    """A server whose signals the test sends by calling a method."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the tests' process."""
        yield

    def signal(self, number: int) -> None:
        """Send a signal."""
        self.handle_exit(number, None)


@dataclass
class Stopping:
    """A server of the shop that a test stops.

    Attributes:
        ended: The server's task.
    """

    shop: Shop
    server: SignalledServer
    port: int
    ended: asyncio.Task[None] = field(repr=False)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """A connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Client(reader, writer)
        finally:
            writer.close()

    async def ready(self) -> tuple[int, bytes]:
        """Status and body of /ready, over a connection of its own."""
        async with self.client() as client:
            await client.send(READY)
            return (await client.reply())[::2]

    async def until_ended(self) -> None:
        """Wait until the server has ended."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.ended

    async def until_closed(self) -> None:
        """Wait until the server accepts no more connections."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.server.servers[0].is_serving():  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)


@asynccontextmanager
async def stopping(
    times: StopTimes, *, shut: bool = False, limits: ClientLimits = LONG
) -> AsyncIterator[Stopping]:
    """Serve the shop until the block has stopped the server, or ends."""
    made = Shop(shop(), shut=shut)
    app = create_gateway(made.federation.sdl, made.transports())
    listener = listen("127.0.0.1", 0)
    server = SignalledServer(configured(app, limits, stop_times=times))
    port = listener.getsockname()[1]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        assert not task.done()
        await asyncio.sleep(0.01)
    try:
        yield Stopping(made, server, port, task)
    finally:
        server.signal(signal.SIGTERM)
        server.signal(signal.SIGTERM)
        await task


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_busy_clients_lose_no_request(number: int) -> None:
    """Every request is answered until the server refuses connections, with and without time to notice."""
    async with stopping(StopTimes(0.3, PATIENCE_SECONDS)) as running:
        clients = BusyClients(running.port, post(ME))
        async with clients.busy(8):
            await clients.until_answered(50)
            running.server.signal(number)
        await running.until_ended()
    assert clients.failures == []
    assert clients.last >= 8


async def test_a_draining_server_is_not_ready_and_still_answers() -> None:
    """From the signal on, /ready says 503, and other requests on new connections are answered as the last."""
    async with stopping(LONG_STOP) as running:
        assert await running.ready() == (200, b"ready\n")
        running.server.signal(signal.SIGTERM)
        assert await running.ready() == (503, b"draining\n")
        async with running.client() as client:
            await client.send(post(ME))
            status, head, body = await client.reply()
            assert (status, b"connection: close" in head, body) == (200, True, NAME)
            assert await client.until_closed() == b""
        assert not running.ended.done()


async def test_a_connection_that_is_kept_serves_one_more_request() -> None:
    """A client that was just served may send again when accepting has ended."""
    async with stopping(StopTimes(0.0, PATIENCE_SECONDS)) as running, running.client() as client:
        await client.send(post(ME))
        assert b"connection: close" not in (await client.reply())[1]
        running.server.signal(signal.SIGTERM)
        await running.until_closed()
        await client.send(post(ME))
        status, head, body = await client.reply()
        assert (status, b"connection: close" in head, body) == (200, True, NAME)
        await running.until_ended()


async def test_connections_that_have_been_idle_are_closed() -> None:
    """They do not hold up the end, and see it as the usual end of a connection."""
    limits = ClientLimits(head_seconds=600, body_seconds=600, idle_seconds=700)
    async with (
        stopping(StopTimes(1.0, PATIENCE_SECONDS), limits=limits) as running,
        running.client() as client,
        running.client() as silent,
    ):
        await client.send(post(ME))
        await client.reply()
        running.server.signal(signal.SIGTERM)
        await running.until_ended()
        assert await client.until_closed() == b""
        assert await silent.until_closed() == b""


async def test_requests_under_way_are_finished() -> None:
    """Even if they take longer than the server accepts connections; so are several on one connection."""
    async with stopping(StopTimes(0.0, PATIENCE_SECONDS), shut=True) as running, running.client() as client:
        await client.send(post(ME) + post(ME))
        await running.shop.until("accounts asked")
        running.server.signal(signal.SIGTERM)
        await running.until_closed()
        running.shop.gate.set()
        heads = [(await client.reply())[1] for _ in range(2)]
        assert [b"connection: close" in head for head in heads] == [False, True]
        await running.until_ended()


async def test_a_request_that_takes_too_long_is_given_up() -> None:
    """The server ends in time, and its client gets a reply all the same."""
    async with stopping(StopTimes(0.0, 0.1), shut=True) as running, running.client() as client:
        await client.send(post(ME))
        await running.shop.until("accounts asked")
        running.server.signal(signal.SIGTERM)
        await running.until_ended()
        assert (await client.reply())[0] == 500


@pytest.mark.parametrize("is_sent", [True, False], ids=["in progress", "on its way"])
def test_time_in_which_the_machine_stood_still_costs_no_request(
    monkeypatch: pytest.MonkeyPatch, *, is_sent: bool
) -> None:
    """One in progress is answered, and so is one that its client could not send meanwhile."""
    monkeypatch.setattr(protocol_factory, "LINGER_SECONDS", PATIENCE_SECONDS)

    async def stand_still(loop: JumpingLoop) -> None:
        times = StopTimes(0.0, PATIENCE_SECONDS)
        async with stopping(times, shut=is_sent) as running, running.client() as client:
            if is_sent:
                await client.send(post(ME))
                await running.shop.until("accounts asked")
            else:
                await client.send(READY)
                assert (await client.reply())[0] == 200
            running.server.signal(signal.SIGTERM)
            await running.until_closed()
            loop.stand_still(3 * PATIENCE_SECONDS)
            await asyncio.sleep(3 * TICK_SECONDS)  # the server runs again before anything else does
            if is_sent:
                running.shop.gate.set()
            else:
                await client.send(post(ME))
            assert (await client.reply())[::2] == (200, NAME)
            await running.until_ended()

    JumpingLoop.run(stand_still)


async def test_a_second_signal_ends_the_server_at_once() -> None:
    """Whatever it was waiting for."""
    async with stopping(LONG_STOP, shut=True) as running, running.client() as client:
        await client.send(post(ME))
        await running.shop.until("accounts asked")
        running.server.signal(signal.SIGTERM)
        running.server.signal(signal.SIGTERM)
        await running.until_ended()
        assert running.server.ended_by == signal.SIGTERM
