"""Streams of a site's subscriptions through its whole pipeline, without a connection."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.applications import Starlette

from gateway.http.client import AsgiClient
from gateway.http.headers import combined
from gateway.http.request import ReceivedRequest
from gateway.pipeline.stages import ResponseStream

CONTRACTS: Final = Path(__file__).resolve().parents[3] / "contracts"
UPDATES: Final = (CONTRACTS / "updates.graphql").read_text()
BETSLIP: Final = (CONTRACTS / "betslip.graphql").read_text()
PATIENCE_SECONDS: Final = 180.0


@dataclass
class Followed:
    """What a stream has sent so far, read as it comes.

    Attributes:
        events: Decoded responses, oldest first.
    """

    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def versions(self) -> list[int]:
        """The versions of all events."""
        return [event["data"]["clubUpdated"]["version"] for event in self.events]

    @property
    def club(self) -> Any:
        """The club of the last event; None if it has none."""
        data = self.events[-1].get("data") if self.events else None
        return data and data["clubUpdated"]["club"]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():  # noqa: ASYNC110 - what is waited for sets no event
                await asyncio.sleep(0.005)


async def subscribed(
    site: Starlette, token: str, brand: str = "northbet", query: str = UPDATES
) -> ResponseStream:
    """Subscribe to a customer's club."""

    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    headers: Mapping[str, str] = {
        "content-type": "application/json",
        "authorization": f"Bearer {token}",
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    forwarded = {"authorization": headers["authorization"]}
    content = orjson.dumps({"query": query, "variables": {"brand": brand}})
    client = AsgiClient(never, never)
    request = ReceivedRequest(client, combined(raw), forwarded, 100_000, content)
    pipeline = site._graph.current.endpoint.pipeline  # type: ignore[attr-defined]  # as its endpoints find it
    stream: ResponseStream = await pipeline.stream(request)
    return stream


@asynccontextmanager
async def following(site: Starlette, token: str, query: str = UPDATES) -> AsyncIterator[Followed]:
    """Follow a customer's club while the block runs."""
    stream, followed = await subscribed(site, token, query=query), Followed()

    async def read() -> None:
        async for response in stream:
            followed.events.append(orjson.loads(response.content))

    reading = asyncio.create_task(read())
    try:
        await followed.until(lambda: followed.events)
        yield followed
    finally:
        await stream.aclose()
        await reading
