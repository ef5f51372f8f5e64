"""Receives webhooks: whole bodies of a bounded size in a bounded time, and a status that says enough."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from foundation.waking_server import WakingServer
from providers.virtual.signing import SIGNATURE, TIMESTAMP

PATH: Final = "/webhooks"
MAX_BODY_BYTES: Final = 2**20
MAX_HEAD_BYTES: Final = 16 * 2**10
MAX_CONNECTIONS: Final = 256
BODY_SECONDS: Final = 10.0
SECONDS_TO_FINISH: Final = 2
AGAIN_SECONDS: Final = 1
"""When what could not be taken may be sent again."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """What came: nothing of it is checked."""

    timestamp: str
    signature: str
    body: bytes


Receive: TypeAlias = Callable[[Webhook], Awaitable[HTTPStatus]]
"""Takes a webhook, and returns what its sender is answered."""


@asynccontextmanager
async def receiving(address: str, receive: Receive) -> AsyncIterator[None]:
    """Receive webhooks at HOST:PORT while the block runs.

    Raises:
        OSError: The address is taken, or is none of this machine.
    """

    async def take(request: Request) -> Response:
        body = await _body(request)
        if isinstance(body, HTTPStatus):
            return Response(status_code=body, headers={"Connection": "close"})
        headers = request.headers
        status = await receive(Webhook(headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, ""), body))
        waits = status == HTTPStatus.SERVICE_UNAVAILABLE
        return Response(status_code=status, headers={"Retry-After": str(AGAIN_SECONDS)} if waits else None)

    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, int(port)), family=family) as listener:
        server = _Server(
            uvicorn.Config(
                Starlette(routes=[Route(PATH, take, methods=["POST"])]),
                http="h11",  # httptools takes the body of a request that offers an upgrade for the next one
                ws="none",
                lifespan="off",
                proxy_headers=False,
                server_header=False,
                log_config=None,
                access_log=False,
                limit_concurrency=MAX_CONNECTIONS,
                h11_max_incomplete_event_size=MAX_HEAD_BYTES,
                timeout_graceful_shutdown=SECONDS_TO_FINISH,
            )
        )
        task = asyncio.create_task(server.serve(sockets=[listener]), name="webhooks")
        try:
            yield
        finally:
            server.should_exit = True
            await asyncio.shield(task)


async def _body(request: Request) -> bytes | HTTPStatus:
    """Return the body, or what is answered if it does not come, or is too long."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    except (TimeoutError, ClientDisconnect):
        return HTTPStatus.REQUEST_TIMEOUT
    return bytes(body)


class _Server(WakingServer):
    """A server that does not handle signals; its process does."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
