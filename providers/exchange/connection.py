"""One connection to the exchange's stream: TLS, a JSON object a line, bounded in length and waiting."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from providers.exchange.protocol import MESSAGES, Message

CRLF: Final = b"\r\n"
ANSWER_SECONDS: Final = 10.0
"""How long the exchange may take to connect, and to answer a request."""


class ExchangeAway(Exception):
    """The exchange cannot be reached, or went away."""


class Unreadable(Exception):
    """What the exchange sent is not what its specification says."""


class Refused(Exception):
    """The exchange refused a request.

    Attributes:
        code: Its error code, such as `INVALID_CLOCK`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


@dataclass(slots=True)
class Connection:
    """An open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _requests: int = 0

    async def receive(self, seconds: float) -> Message:
        """Return the next message.

        Raises:
            ExchangeAway: None came in time, or the connection has ended.
            Unreadable: It is not a message of the specification.
        """
        try:
            async with asyncio.timeout(seconds):
                line = await self.reader.readuntil(CRLF)
        except TimeoutError as fault:
            raise ExchangeAway(f"the exchange was silent for {seconds:g} s") from fault
        except (OSError, asyncio.IncompleteReadError) as fault:
            raise ExchangeAway(f"the connection ended: {type(fault).__name__}") from fault
        except asyncio.LimitOverrunError as fault:
            raise Unreadable("a message is too long") from fault
        try:
            return MESSAGES.decode(line)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
            raise Unreadable(f"a message is not of the known form: {fault}") from fault

    async def request(self, operation: str, **fields: Any) -> int:
        """Send a request, and return its id once the exchange has accepted it.

        Raises:
            Refused: The exchange refuses it.
            ExchangeAway: There is no answer.
            Unreadable: The answer is none.
        """
        self._requests += 1
        await self._send({"op": operation, "id": self._requests, **fields})
        answer = await self.receive(ANSWER_SECONDS)
        if answer.op != "status" or answer.id not in {self._requests, None}:
            raise Unreadable(f"{operation} was not answered, but {answer.op} was sent")
        if answer.status_code != "SUCCESS":
            raise Refused(answer.error_code or "UNEXPECTED_ERROR", answer.error_message or "")
        return self._requests

    async def _send(self, message: Mapping[str, Any]) -> None:
        try:
            self.writer.write(msgspec.json.encode(message) + CRLF)
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.writer.drain()
        except OSError as fault:
            raise ExchangeAway(f"the connection ended: {type(fault).__name__}") from fault


@asynccontextmanager
async def connection(
    host: str, port: int, trusted: ssl.SSLContext, message_bytes: int
) -> AsyncIterator[Connection]:
    """Connect for the duration of the block; the exchange has said that it is there when it begins.

    Raises:
        ExchangeAway: It cannot be reached, or its certificate is not trusted.
        Refused: It accepts no more connections.
        Unreadable: It is something else.
    """
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(host, port, ssl=trusted, limit=message_bytes)
    except (
        OSError,
        UnicodeError,
    ) as fault:  # ssl.SSLError and TimeoutError are, and of a host that is no name
        raise ExchangeAway(f"{host}:{port} cannot be reached: {fault or type(fault).__name__}") from fault
    try:
        opened = Connection(reader, writer)
        hello = await opened.receive(ANSWER_SECONDS)
        if hello.op == "status" and hello.status_code == "FAILURE":
            raise Refused(hello.error_code or "UNEXPECTED_ERROR", hello.error_message or "")
        if hello.op != "connection":
            raise Unreadable(f"the first message is {hello.op}, not connection")
        yield opened
    finally:
        writer.transport.abort()  # nothing is said at the end, and closing TLS may wait for ever
        with suppress(OSError):
            await writer.wait_closed()
