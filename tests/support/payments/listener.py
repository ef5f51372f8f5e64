"""Listens to a simulated processor's webhooks."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.server import listen, serving

PATIENCE_SECONDS = 30


@dataclass(slots=True)
class Listener:
    """Who gets webhooks.

    Attributes:
        statuses: What is answered to the next ones; 200 after that.
        got: The headers and bodies that came.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        """Return the events that came."""
        return [json.loads(body) for _, body in self.got]

    def types(self) -> list[str]:
        """Return the types of the events that came."""
        return [event["type"] for event in self.events()]

    async def until(self, number: int) -> None:
        """Wait until so many webhooks came."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.got) < number:  # noqa: ASYNC110 - nothing says that it begins to hold
                await asyncio.sleep(0.01)

    async def answer(self, request: Request) -> Response:
        """Take a webhook."""
        self.got.append((dict(request.headers), await request.body()))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """Listen while the block lasts."""
    listener = Listener()
    app = Starlette(routes=[Route("/webhooks", listener.answer, methods=["POST"])])
    with listen("127.0.0.1", 0) as socket:
        async with serving(app, socket, before_stop=lambda: None) as url:
            listener.url = f"{url}/webhooks"
            yield listener
