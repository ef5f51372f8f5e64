"""Clients of subscriptions that continue behind a position, over each protocol."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Final, TypeAlias

import httpx

from tests.support.gateway.raw_websocket import raw_websocket

PATIENCE_SECONDS: Final = 180.0
PROTOCOLS: Final = ("sse", "multipart", "websocket")
Request: TypeAlias = Mapping[str, Any]
"""What a client asks for: `query`, and `variables` if it has any."""

Stream: TypeAlias = AsyncGenerator[tuple[dict[str, Any], str | None]]
"""Responses with the positions behind which the client may continue."""


async def by_sse(url: str, request: Request, position: str | None) -> Stream:
    """Yield responses with their ids, as a browser's `EventSource` gets them."""
    headers = {"accept": "text/event-stream"} | ({} if position is None else {"last-event-id": position})
    asked = {name: text if isinstance(text, str) else json.dumps(text) for name, text in request.items()}
    client = httpx.AsyncClient(timeout=PATIENCE_SECONDS)
    async with client, client.stream("GET", url, params=asked, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        kind, sent = "", None
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "id" or line == "id:":
                sent = value
            elif name == "event":
                kind = value
            elif name == "data" and kind == "next":
                yield json.loads(value), sent
                sent = None


async def by_multipart(url: str, request: Request, position: str | None) -> Stream:
    """Yield the payloads of parts with their positions."""
    headers = {"accept": 'multipart/mixed;subscriptionSpec="1.0"'}
    client = httpx.AsyncClient(timeout=PATIENCE_SECONDS)
    body = continued(request, position)
    async with client, client.stream("POST", url, json=body, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        async for line in response.aiter_lines():
            if line.startswith('{"payload"'):
                payload = json.loads(line)["payload"]
                yield payload, payload.get("extensions", {}).get("position")


async def by_websocket(url: str, request: Request, position: str | None) -> Stream:
    """Yield the payloads of `next` messages with their positions."""
    async with raw_websocket(httpx.URL(url).port or 0) as socket:
        await socket.init()
        socket.send({"type": "subscribe", "id": "a", "payload": continued(request, position)})
        while (message := await socket.receive())["type"] == "next":
            yield message["payload"], message["payload"].get("extensions", {}).get("position")


def continued(request: Request, position: str | None) -> dict[str, Any]:
    """Return the request of a client that continues, which cannot set headers."""
    return {**request} | ({} if position is None else {"extensions": {"position": position}})


READERS: Final[Mapping[str, Callable[[str, Request, str | None], Stream]]] = {
    "sse": by_sse,
    "multipart": by_multipart,
    "websocket": by_websocket,
}
