"""Gives up work for a client that has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from gateway.errors import GatewayError

T = TypeVar("T")


class ClientGone(GatewayError):
    """Nobody waits for the answer any more."""


async def while_listening(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Do something for as long as the client is there.

    Args:
        request: The client's, whose body has been read.
        work: Is cancelled when the client goes, and when this is cancelled.

    Raises:
        ClientGone: It went before the work was done.
    """
    doing, listening = asyncio.create_task(work), asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((doing, listening), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        listening.result()
        raise ClientGone
    finally:
        doing.cancel()
        listening.cancel()
        await asyncio.gather(doing, listening, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
