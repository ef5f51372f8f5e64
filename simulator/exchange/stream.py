"""The stream server of a simulated exchange: its operations, and the changes of a subscription."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from simulator.exchange.faults import StreamFaults
from simulator.exchange.market_world import MarketWorld

CRLF: Final = b"\r\n"
TICK_SECONDS: Final = 0.02
IDLE_SECONDS: Final = 15.0
"""How long a client may say nothing before it has subscribed."""

SEGMENT_MARKETS: Final = 2
BUFFER_BYTES: Final = 65_536
HEARTBEAT_MS: Final = (500, 5_000)


class _Ended(Exception):
    """The server ends a connection."""


@dataclass(slots=True)
class ExchangeStream:
    """A simulated exchange.

    Attributes:
        app_key: The only application key that is accepted.
        session: The only session that is accepted.
        connections: When each connection was opened, in seconds of the monotonic clock.
        requests: All requests of all clients, in their order.
    """

    world: MarketWorld
    faults: StreamFaults = field(default_factory=StreamFaults)
    app_key: str = "simulated-key"
    session: str = "simulated-session"  # it guards nothing but the simulation
    connections: list[float] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _ids: Any = field(default_factory=lambda: count(1))

    @asynccontextmanager
    async def serving(self, host: str, port: int, trusted: ssl.SSLContext) -> AsyncIterator[int]:
        """Serve the stream for the duration of the block, and yield its port.

        Raises:
            OSError: The address is taken.
        """
        server = await asyncio.start_server(self._serve, host, port, ssl=trusted)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Cut all connections."""
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(time.monotonic())
        self._open.add(writer)
        writer.transport.set_write_buffer_limits(high=BUFFER_BYTES)
        try:
            await _Client(self, reader, writer, f"sim-{next(self._ids)}").run()
        except (OSError, _Ended, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client has gone, or was told why it has to
        finally:
            self._open.discard(writer)
            writer.transport.abort()


@dataclass(slots=True)
class _Client:
    stream: ExchangeStream
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    name: str
    _authenticated: bool = False
    _sending: asyncio.Task[None] | None = None

    async def run(self) -> None:
        if self.stream.faults.take("refuse"):
            await self._fail(None, "MAX_CONNECTION_LIMIT_EXCEEDED", "there are too many connections")
        await self._send({"op": "connection", "connectionId": self.name})
        try:
            while True:
                await self._answer(await self._request())
        finally:
            if self._sending is not None:
                self._sending.cancel()
                with suppress(asyncio.CancelledError, OSError, _Ended):
                    await self._sending

    async def _request(self) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(None if self._sending else IDLE_SECONDS):
                line = await self.reader.readuntil(CRLF)
        except TimeoutError:
            await self._fail(None, "TIMEOUT", "nothing was asked for")
            raise
        try:
            request = json.loads(line)
        except ValueError:
            request = None
        if not isinstance(request, dict):
            await self._fail(None, "INVALID_REQUEST", "no JSON object")
            raise _Ended
        self.stream.requests.append(request)
        return request

    async def _answer(self, request: Mapping[str, Any]) -> None:
        number = request.get("id")
        match request.get("op"):
            case "heartbeat":
                await self._succeed(number)
            case "authentication":
                await self._authenticate(request)
            case "marketSubscription" | "orderSubscription" if not self._authenticated:
                await self._fail(number, "NOT_AUTHORIZED", "authenticate first")
            case "marketSubscription":
                await self._subscribe(request)
            case "orderSubscription":
                await self._succeed(number)  # nobody has orders, and nothing is sent of them
            case unknown:
                await self._fail(number, "INVALID_REQUEST", f"unknown operation {unknown}")

    async def _authenticate(self, request: Mapping[str, Any]) -> None:
        number = request.get("id")
        if request.get("appKey") != self.stream.app_key:
            await self._fail(number, "INVALID_APP_KEY", "the application key is not known")
        if request.get("session") != self.stream.session:
            await self._fail(number, "INVALID_SESSION_INFORMATION", "the session is not valid")
        self._authenticated = True
        await self._succeed(number)

    async def _subscribe(self, request: Mapping[str, Any]) -> None:
        world, number = self.stream.world, request.get("id")
        least, most = HEARTBEAT_MS
        subscription = _Subscription(
            number=number,
            market_filter=request.get("marketFilter") or {},
            heartbeat=min(max(request.get("heartbeatMs") or most, least), most) / 1000,
            conflate=(request.get("conflateMs") or 0) / 1000,
            segments=bool(request.get("segmentationEnabled")),
        )
        if request.get("clk") and request.get("initialClk"):
            epoch, _, version = str(request["clk"]).partition(":")
            known = epoch == world.epoch and version.isdecimal() and int(version) <= world.version
            if not known or self.stream.faults.take("invalid_clock"):
                await self._fail(number, "INVALID_CLOCK", "the clock is not known", closes=False)
                return
            subscription.since = int(version)
        await self._succeed(number)
        if self._sending is not None:
            self._sending.cancel()
        self._sending = asyncio.create_task(self._follow(subscription))

    async def _follow(self, subscription: "_Subscription") -> None:
        """Send the image or what was missed, and then what changes, until the connection ends."""
        try:
            kind = "SUB_IMAGE" if subscription.since is None else "RESUB_DELTA"
            for message in self._messages(subscription, kind):
                if not self.stream.faults.take("image_omission"):
                    await self._send(message)
            if self.stream.faults.take("reconnect_storm"):
                return
            sent_at = time.monotonic()
            while True:
                await asyncio.sleep(max(TICK_SECONDS, subscription.conflate))
                if self.stream.faults.lasts("silence"):
                    continue
                gathers = self.stream.faults.lasts("slow_consumer")
                subscription.gathered |= gathers
                messages = [] if gathers else self._messages(subscription, None)
                late = time.monotonic() - sent_at >= subscription.heartbeat
                if not messages and late:
                    messages = [self._message(subscription, {"ct": "HEARTBEAT"})]
                await self._send_faultily(messages, subscription)
                sent_at = time.monotonic() if messages else sent_at
        except (OSError, _Ended):
            pass
        finally:
            self.writer.transport.abort()

    def _messages(self, subscription: "_Subscription", kind: str | None) -> list[dict[str, Any]]:
        """Return what changed since the subscription's position, in segments if it asked so; move it."""
        world = self.stream.world
        markets = list(world.matching(subscription.market_filter))
        changes = world.changes(markets, subscription.since)
        if subscription.gathered:
            changes, subscription.gathered = [{**change, "con": True} for change in changes], False
        subscription.since = world.version
        if not changes and kind is None:
            return []
        first: dict[str, Any] = {} if kind is None else {"ct": kind}
        if kind == "SUB_IMAGE":
            first["initialClk"] = f"{world.epoch}:first"
        if kind is None or not subscription.segments or len(changes) <= SEGMENT_MARKETS:
            return [self._message(subscription, {**first, "mc": changes})]
        parts = [changes[at : at + SEGMENT_MARKETS] for at in range(0, len(changes), SEGMENT_MARKETS)]
        names = ["SEG_START", *["SEG"] * (len(parts) - 2), "SEG_END"]
        return [
            self._message(subscription, {**first, "segmentType": name, "mc": part})
            for name, part in zip(names, parts, strict=True)
        ]

    def _message(self, subscription: "_Subscription", fields: Mapping[str, Any]) -> dict[str, Any]:
        faults = self.stream.faults
        message = {
            "op": "mcm",
            "id": subscription.number,
            "clk": f"{self.stream.world.epoch}:{subscription.since}",
            "pt": round((time.time() + faults.skew_seconds) * 1000),
            "conflateMs": round(subscription.conflate * 1000),
            "heartbeatMs": round(subscription.heartbeat * 1000),
            **fields,
        }
        return message | {"status": 503} if faults.lasts("behind") else message

    async def _send_faultily(self, messages: list[dict[str, Any]], subscription: "_Subscription") -> None:
        faults = self.stream.faults
        for message in messages:
            if faults.take("lost"):
                raise _Ended
            if message.get("mc") and faults.take("omission"):
                continue
            if message.get("mc") and faults.take("wrong_order"):
                subscription.held = message
                continue
            await self._send(_changed_schema(message) if faults.take("schema_change") else message)
            if faults.take("duplicates"):
                await self._send(message)
            if subscription.held is not None:
                held, subscription.held = subscription.held, None
                await self._send(held)

    async def _succeed(self, number: object) -> None:
        await self._send(
            {
                "op": "status",
                "id": number,
                "statusCode": "SUCCESS",
                "connectionClosed": False,
                "connectionId": self.name,
                "connectionsAvailable": 9,
            }
        )

    async def _fail(self, number: object, code: str, text: str, *, closes: bool = True) -> None:
        await self._send(
            {
                "op": "status",
                "id": number,
                "statusCode": "FAILURE",
                "errorCode": code,
                "errorMessage": text,
                "connectionClosed": closes,
                "connectionId": self.name,
            }
        )
        if closes:
            await asyncio.sleep(TICK_SECONDS)  # the client reads it before the connection is gone
            raise _Ended

    async def _send(self, message: Mapping[str, Any]) -> None:
        self.writer.write(json.dumps(message).encode() + CRLF)
        await self.writer.drain()


@dataclass(slots=True)
class _Subscription:
    """What a client asked for.

    Attributes:
        since: The version that it has; None before its image.
        held: A message that is sent after the next one.
        gathered: Whether changes gathered for longer than asked for.
    """

    number: object
    market_filter: Mapping[str, Any]
    heartbeat: float
    conflate: float
    segments: bool
    since: int | None = None
    held: dict[str, Any] | None = None
    gathered: bool = False


def _changed_schema(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message whose sizes are text, with a field that nobody knows."""
    text: dict[str, Any] = json.loads(json.dumps(message), parse_float=str)
    return {**text, "clk": {"of": message["clk"]}, "future": True}
