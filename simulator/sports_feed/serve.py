"""Serves a simulated sports feed: its API, messages by way of RabbitMQ, faults, and books."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.certificate import certified
from simulator.server import listen, serving
from simulator.sports_feed.api import SimulatedApi
from simulator.sports_feed.event_world import EventWorld
from simulator.sports_feed.faults import NAMES, FeedFaults
from simulator.sports_feed.gate import Gate
from simulator.sports_feed.publisher import EXCHANGE, FeedPublisher

MOVE_SECONDS: Final = 0.02
RETRY_SECONDS: Final = 0.5
CONNECT_SECONDS: Final = 5.0
CLOSE_SECONDS: Final = 1.0
AMQP: Final = 5672


class BrokerMissing(Exception):
    """RabbitMQ cannot be reached, or its client is not installed."""


@dataclass(slots=True)
class Moving:
    """How fast events move, while they do."""

    per_second: float
    is_on: bool = True

    def stop(self) -> None:
        """Let events stand still."""
        self.is_on = False

    async def run(self, publisher: FeedPublisher) -> None:
        """Move events until cancelled."""
        owed = 0.0
        while True:
            await asyncio.sleep(MOVE_SECONDS)
            owed += self.per_second * MOVE_SECONDS if self.is_on else 0.0
            while owed >= 1:
                owed -= 1
                await publisher.publish(publisher.world.move())


@dataclass(frozen=True, slots=True)
class ServedFeed:
    """A running feed: the port of its messages, and the URL of its API, faults and books."""

    api: SimulatedApi
    gate: Gate
    moving: Moving
    port: int
    url: str

    @property
    def publisher(self) -> FeedPublisher:
        """What publishes its messages."""
        return self.api.publisher

    @property
    def world(self) -> EventWorld:
        """Its events."""
        return self.publisher.world

    @property
    def faults(self) -> FeedFaults:
        """Its faults."""
        return self.publisher.faults


@asynccontextmanager
async def serving_feed(
    broker: str,
    folder: Path,
    *,
    port: int = 0,
    amqp: int = 0,
    moves_per_second: float = 0.0,
    alive_seconds: float = 10.0,
) -> AsyncIterator[ServedFeed]:
    """Serve a feed on the loopback; the certificate of its messages is `certificate.pem` in the folder.

    Args:
        broker: RabbitMQ's URL; its password is the feed's token.
        folder: The folder of the certificate.
        port: Where the API is served; 0 for any free port.
        amqp: The same for messages.
        moves_per_second: How often something changes.
        alive_seconds: How often producers say that they are there.

    Raises:
        BrokerMissing: RabbitMQ cannot be reached.
        OSError: An address is taken, or the folder cannot be written.
    """
    faults, address = FeedFaults(), urlsplit(broker)
    gate = Gate((address.hostname or "127.0.0.1", address.port or AMQP), faults)
    async with _exchange(broker) as exchange:
        publisher = FeedPublisher(EventWorld(skew=lambda: faults.skew_seconds), faults, exchange, gate.cut)
        virtual_host = unquote(address.path.removeprefix("/")) or "/"
        api, moving = SimulatedApi(publisher, address.password or "", virtual_host), Moving(moves_per_second)
        app = Starlette(routes=[*api.routes(), *_control(publisher, gate, moving)])
        async with gate.serving(amqp, certified(folder)) as amqp_port:
            with listen("127.0.0.1", port) as listener:
                async with serving(app, listener, before_stop=lambda: None) as url:
                    tasks = [
                        asyncio.create_task(publisher.live(alive_seconds)),
                        asyncio.create_task(moving.run(publisher)),
                    ]
                    try:
                        yield ServedFeed(api, gate, moving, amqp_port, url)
                    finally:
                        for task in tasks:
                            task.cancel()
                        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _exchange(broker: str) -> AsyncIterator[Any]:
    """Connect to RabbitMQ, and again whenever it comes back; yield the feed's exchange."""
    if importlib.util.find_spec("aio_pika") is None:
        raise BrokerMissing("the simulated feed needs aio-pika: pip install 'furlong[feed]'")
    exchange = _Exchange(broker)
    try:
        await exchange.connect()
    except Exception as fault:
        raise BrokerMissing(f"RabbitMQ cannot be used at {urlsplit(broker).netloc}: {fault}") from fault
    try:
        yield exchange
    finally:
        await exchange.disconnect()


@dataclass(slots=True)
class _Exchange:
    """The feed's exchange; what cannot be published is lost, as nothing waits for RabbitMQ."""

    broker: str
    _connection: Any = None
    _exchange: Any = None
    _connecting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def connect(self) -> None:
        """Connect, unless that is done."""
        import aio_pika  # noqa: PLC0415 - an optional package

        async with self._connecting:
            if self._exchange is None:
                await self.disconnect()
                self._connection = await aio_pika.connect(self.broker, timeout=CONNECT_SECONDS)
                channel = await self._connection.channel(publisher_confirms=False)
                self._exchange = await channel.declare_exchange(EXCHANGE, "topic", durable=True)

    async def disconnect(self) -> None:
        """Close what is open; RabbitMQ may be gone."""
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            with suppress(Exception):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await connection.close()

    async def publish(self, message: Any, key: str, *, mandatory: bool) -> None:
        """Publish a message, or lose it."""
        import aio_pika  # noqa: PLC0415 - an optional package

        try:
            await self.connect()
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._exchange.publish(message, key, mandatory=mandatory)
        except (TimeoutError, *aio_pika.exceptions.CONNECTION_EXCEPTIONS):
            self._exchange = None
            await asyncio.sleep(RETRY_SECONDS)


def _control(publisher: FeedPublisher, gate: Gate, moving: Moving) -> list[Route]:
    """Return `POST /faults/NAME?amount=N`, `POST /moving/on` or `off`, and `GET /books`."""

    async def fault(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in NAMES:
            return JSONResponse({"message": f"there are {', '.join(NAMES)}"}, 404)
        publisher.faults.arm(name, float(request.query_params.get("amount", "1")))
        if name in {"refuse", "reconnect_storm"}:  # they meet those who connect
            gate.cut()
        return Response(status_code=204)

    async def move(request: Request) -> Response:
        moving.is_on = request.path_params["name"] == "on"
        return Response(status_code=204)

    async def books(_: Request) -> Response:
        return JSONResponse({"connections": len(gate.connections), **publisher.world.books()})

    return [
        Route("/faults/{name}", fault, methods=["POST"]),
        Route("/moving/{name}", move, methods=["POST"]),
        Route("/books", books),
    ]
