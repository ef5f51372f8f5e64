"""Pages that follow events at any of two gateways, and the events that they follow, in one process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from foundation.storage.settings import DatabaseSettings
from furlong.neighbours import NEIGHBOURS
from furlong.serve.http_server import listen, serving
from furlong.serve.site import create_site
from furlong.settings import ServeSettings
from gateway.settings import GatewaySettings
from subgraphs.events.book.position import Position
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.callers import DEVELOPMENT
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.settings import UpstreamSettings
from tests.support.events.pages import BRAND, followers
from tests.support.events.processes import NEVER, Process, Processes, event_processes
from tests.support.gateway.positioned_streams import READERS, Stream
from tests.support.subgraphs.club_fixture import session_settings

PATIENCE_SECONDS: Final = 180.0
TURNS: Final = 3_000
"""How many turns of the event loop, a millisecond or more each, a page waits for what it must show.

All that it waits for runs in the same loop, so that a busy machine costs no turns.
"""

FIELDS: Final = "id status markets { id status selections { id odds { milli } } } statistics { name home }"
FOLLOW: Final = f"""subscription ($ids: [ID!]!, $after: String) {{
  eventsUpdated(brand: "{BRAND}", ids: $ids, after: $after) {{ position image events {{ {FIELDS} }} }} }}"""
ASK: Final = f'query ($id: ID!) {{ event(brand: "{BRAND}", id: $id) {{ {FIELDS} }} }}'


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway at its address, and the process whose book its pages follow."""

    url: str
    process: Process

    async def asked(self, event_id: str) -> Any:
        """Return an event as it is asked for."""
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            reply = await client.post(self.url, json={"query": ASK, "variables": {"id": event_id}})
        body = reply.json()
        assert "errors" not in body, body
        return body["data"]["event"]


@dataclass(frozen=True, slots=True)
class Gateways:
    """Two gateways: one has events in its process, the other one calls a subgraph over HTTP."""

    all: Sequence[Gateway]
    processes: Processes


@asynccontextmanager
async def gateways(folder: Path) -> AsyncIterator[Gateways]:
    """Serve them over a new database; their books settle when they are told to."""
    url = f"sqlite+aiosqlite:///{folder}"
    async with event_processes(url) as opened, AsyncExitStack() as stack:
        verifier = SessionVerifier.from_settings(session_settings(), opened.block.clock)
        parts = SubgraphParts(
            DatabaseSettings(url=url),
            UpstreamSettings(),
            verifier,
            opened.block.clock,
            neighbours=NEIGHBOURS,
        )
        page = folder / "no-page"
        near = create_site(parts, ServeSettings(page=page), GatewaySettings())
        subgraph: Subgraph
        (subgraph,) = [one for one in near.state.subgraphs if one.name == "events"]
        served = await stack.enter_async_context(_served(opened.block.subgraph.http_app(DEVELOPMENT)))
        far = create_site(
            parts,
            ServeSettings(page=page, subgraphs="http"),
            GatewaySettings(
                subgraph_urls={"events": f"{served}/graphql"},
                total_seconds=PATIENCE_SECONDS,
                connect_seconds=PATIENCE_SECONDS,
            ),
        )
        processes = [Process(subgraph, opened.topic), opened.processes[0]]
        for process in processes:
            book = process.subgraph.book
            book.tick_seconds = book.catches_up_seconds = NEVER
        addresses = [f"{await stack.enter_async_context(_served(app))}/graphql" for app in (near, far)]
        yield Gateways(
            [Gateway(address, process) for address, process in zip(addresses, processes, strict=True)],
            Processes(opened.block, opened.topic, processes, opened.well),
        )


@asynccontextmanager
async def _served(app: Any) -> AsyncIterator[str]:
    with listen("127.0.0.1", 0) as listener:
        async with serving(app, listener):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@dataclass(slots=True)
class ResumingPage:
    """A page that shows what it receives, wherever it comes back.

    Attributes:
        gateway: Where it is, or was the last time.
        shown: Each event that it shows, by its id.
        newest: The highest odds that it has seen of each selection.
        received: How many updates it got since it came.
        kinds: Whether each of all its updates was an image, and how many events that had.
        continues: Whether it must be told only what has changed since it left; None if it may wait first.
    """

    ids: Sequence[str]
    gateway: Gateway
    shown: dict[str, Any] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    position: str | None = None
    received: int = 0
    kinds: list[tuple[bool, int]] = field(default_factory=list)
    continues: bool | None = False
    _reading: asyncio.Task[None] | None = None
    _waits_at: str | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it follows the events now."""
        return self._reading is not None

    async def open(self, gateway: Gateway, protocol: str, *, by_argument: bool) -> None:
        """Follow the events at a gateway from where it was, and return once the gateway's process knows."""
        self.gateway, self.received = gateway, 0
        variables: dict[str, Any] = {"ids": self.ids}
        position, self._waits_at = self.position, self.position
        if by_argument:
            position, variables["after"] = None, self.position
        self.continues = self._can_continue()
        before = followers(gateway.process.subgraph)
        stream = READERS[protocol](gateway.url, {"query": FOLLOW, "variables": variables}, position)
        self._reading = asyncio.create_task(self._read(stream))
        await self._until(lambda: self.received or followers(gateway.process.subgraph) - before)

    async def close(self) -> None:
        """Break the connection."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, stream: Stream) -> None:
        async with aclosing(stream):
            async for body, position in stream:
                self._receive(body, position)

    def _receive(self, body: Mapping[str, Any], position: str | None) -> None:
        assert "errors" not in body, body
        update = body["data"]["eventsUpdated"]
        assert position == update["position"]
        self.position = position
        self.received += 1
        self.kinds.append((update["image"], len(update["events"])))
        assert self.received > 1 or self.continues is None or update["image"] is not self.continues
        if update["image"]:
            self.shown = {}
        for event in update["events"]:
            self.shown[event["id"]] = event
            for selection, odds in prices(event).items():
                assert odds >= self.newest.get(selection, 0), "an older price came as a new one"
                self.newest[selection] = odds

    async def until_it_shows_the_book(self) -> None:
        """Wait until it shows what its process has in memory, unless that is where it waits to catch up."""
        await self._until(lambda: self._waits or (self.received and not self._differences()))

    @property
    def _waits(self) -> bool:
        """Return whether it waits until the process is where it was itself, and has got nothing meanwhile."""
        renewal = self.gateway.process.subgraph.book.renewal
        position = None if self._waits_at is None else Position.parse(self._waits_at)
        return not self.received and position is not None and renewal.is_behind(position)

    def _can_continue(self) -> bool | None:
        renewal = self.gateway.process.subgraph.book.renewal
        position = None if self.position is None else Position.parse(self.position)
        if position is None or renewal.is_behind(position):
            return False if position is None else None
        followed = {own_id: event for lane in renewal.lanes.values() for own_id, event in lane.events.items()}
        events = [followed.get(event_id.partition(":")[2]) for event_id in self.ids]
        known = [event for event in events if event is not None]
        return len(known) == len(events) and renewal.can_continue(position, known)

    def _differences(self) -> list[str]:
        (lane,) = self.gateway.process.subgraph.book.renewal.lanes.values()
        wrong = []
        for event_id in self.ids:
            event = lane.events.get(event_id.partition(":")[2])
            if event is None or event.state.encoded is None:
                continue
            has, shown = json.loads(event.state.encoded[0]), self.shown.get(event_id)
            if shown != has and (event.state.is_shown or shown is not None):
                wrong.append(f"{shown} instead of {has}")
        return wrong

    async def _until(self, holds: Callable[[], object]) -> None:
        for _ in range(TURNS):
            if holds():
                return
            assert self._reading is not None
            if self._reading.done():
                self._reading.result()
                raise AssertionError("the stream has ended")
            await asyncio.sleep(0.001)
        raise AssertionError(f"after {self.kinds}, it shows {self._differences()}")


def prices(event: Any) -> dict[str, int]:
    """Return the odds of each selection of an event."""
    return {
        selection["id"]: selection["odds"]["milli"]
        for market in event["markets"]
        for selection in market["selections"]
    }
