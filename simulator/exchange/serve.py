"""Serves a simulated exchange: stream, catalogue, markets that move, and faults and books over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.certificate import certified
from simulator.exchange.catalogue import ROOT, ExchangeCatalogue
from simulator.exchange.faults import NAMES
from simulator.exchange.market_world import MarketWorld
from simulator.exchange.stream import ExchangeStream
from simulator.server import listen, serving

MOVE_SECONDS: Final = 0.02


@dataclass(slots=True)
class Moving:
    """How fast markets move, while they do."""

    per_second: float
    is_on: bool = True

    def stop(self) -> None:
        """Let markets stand still."""
        self.is_on = False

    async def run(self, world: MarketWorld) -> None:
        """Move markets until cancelled."""
        owed = 0.0
        while True:
            await asyncio.sleep(MOVE_SECONDS)
            owed += self.per_second * MOVE_SECONDS if self.is_on else 0.0
            world.move(int(owed))
            owed -= int(owed)


@dataclass(frozen=True, slots=True)
class ServedExchange:
    """A running exchange.

    Attributes:
        port: The port of its stream.
        url: Where faults are armed and books are shown.
        catalogue_url: Where names are asked for.
    """

    stream: ExchangeStream
    catalogue: ExchangeCatalogue
    moving: Moving
    port: int
    url: str
    catalogue_url: str


@asynccontextmanager
async def serving_exchange(
    folder: Path, *, port: int = 0, control: int = 0, catalogue: int = 0, moves_per_second: float = 0.0
) -> AsyncIterator[ServedExchange]:
    """Serve an exchange on the loopback; its certificate is `certificate.pem` in the folder.

    Raises:
        OSError: An address is taken, or the folder cannot be written.
    """
    stream, shown = ExchangeStream(MarketWorld()), certified(folder)
    names, moving = ExchangeCatalogue(stream), Moving(moves_per_second)
    async with AsyncExitStack() as stack:
        stream_port = await stack.enter_async_context(stream.serving("127.0.0.1", port, shown))
        listener = stack.enter_context(listen("127.0.0.1", control))
        url = await stack.enter_async_context(
            serving(_control_app(stream, moving), listener, before_stop=lambda: None)
        )
        listener = stack.enter_context(listen("127.0.0.1", catalogue))
        secure = await stack.enter_async_context(
            serving(names.app(), listener, before_stop=names.hanging.release, trusted=shown)
        )
        task = asyncio.create_task(moving.run(stream.world))
        try:
            yield ServedExchange(stream, names, moving, stream_port, url, f"{secure}{ROOT}/rest/v1.0/")
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _control_app(stream: ExchangeStream, moving: Moving) -> Starlette:
    """Return `POST /faults/NAME?amount=N`, `POST /moving/on` or `off`, and `GET /books`."""

    async def fault(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in NAMES:
            return JSONResponse({"message": f"there are {', '.join(NAMES)}"}, 404)
        stream.faults.arm(name, float(request.query_params.get("amount", "1")))
        return Response(status_code=204)

    async def move(request: Request) -> Response:
        moving.is_on = request.path_params["name"] == "on"
        return Response(status_code=204)

    async def books(_: Request) -> Response:
        return JSONResponse({"connections": len(stream.connections), "books": stream.world.books()})

    return Starlette(
        routes=[
            Route("/faults/{name}", fault, methods=["POST"]),
            Route("/moving/{name}", move, methods=["POST"]),
            Route("/books", books),
        ]
    )
