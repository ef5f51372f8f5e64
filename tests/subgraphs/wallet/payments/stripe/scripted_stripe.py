"""A server on the loopback that answers as a test says, and records what it is asked."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as it came."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        body: JSON, or bytes as they are.
        cut: Whether the connection is reset after the request was read, without any answer.
        late: Whether there is never an answer.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    late: bool = False


def error(status: int, **members: Any) -> Answer:
    """Return an error as Stripe writes it."""
    return Answer({"error": {"type": "invalid_request_error", "message": "no", **members}}, status)


def listed(*objects: Mapping[str, Any], more: bool = False) -> Answer:
    """Return a page of a list."""
    return Answer({"object": "list", "data": list(objects), "has_more": more, "url": "/v1/x"})


class ScriptedStripe:
    """The server.

    Attributes:
        asked: What it was asked, in order.
        answer: Returns what it says to a request.
        before_answer: What it waits for before it says it.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Answer] = lambda _: error(404, code="resource_missing")
        self.before_answer: Callable[[], Awaitable[object]] | None = None
        self.url = ""
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen on a port that the system chooses."""
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Listen no longer, and end what is being said."""
        assert self._server is not None
        self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)
        await self._server.wait_closed()

    def calls(self) -> list[str]:
        """Return methods and paths of what was asked."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        try:
            asked = await _read(reader)
            self.asked.append(asked)
            answer = self.answer(asked)
            if self.before_answer is not None:
                await self.before_answer()
            if answer.late:
                await asyncio.Event().wait()
            if answer.cut:
                writer.transport.abort()
            else:
                writer.write(_written(answer))
                await writer.drain()
        finally:
            self._conversations.discard(task)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    is_form = headers.get("content-type") == "application/x-www-form-urlencoded"
    params = dict(parse_qsl(body.decode() if is_form else parts.query, keep_blank_values=True))
    return Asked(method, parts.path, params, headers, body)


def _written(answer: Answer) -> bytes:
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    headers = {"Content-Length": str(len(body)), "Connection": "close", **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
