"""Pages follow events through the gateway: a client gets what the book encoded, with its position."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from foundation.storage.settings import DatabaseSettings
from furlong.neighbours import NEIGHBOURS
from furlong.serve.http_server import serving
from furlong.serve.site import create_site
from furlong.settings import ServeSettings
from gateway.settings import GatewaySettings
from subgraphs.events.own_ids import offer_id
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.callers import DEVELOPMENT
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.settings import UpstreamSettings
from tests.support.events.block import EventsBlock, events_block
from tests.support.events.pages import BRAND, MARKETS
from tests.support.events.processes import NEVER, Process, Topic
from tests.support.events.told import fixture, market, status
from tests.support.subgraphs.club_fixture import session_settings

ID = f"{BRAND}:{offer_id('exchange', '1')}"
FOLLOW = f"""subscription ($ids: [ID!]!) {{
  eventsUpdated(brand: "{BRAND}", ids: $ids) {{ position image events {{ {MARKETS.fields} }} }} }}"""
PATIENCE = 180


class Update(NamedTuple):
    """A server-sent event: its id, and the response that it carries."""

    position: str
    body: Any


@dataclass
class Served:
    """A server with events, and what tells it of them."""

    client: httpx.AsyncClient
    block: EventsBlock
    topic: Topic
    process: Process

    async def change(self, odds: int, revision: int) -> None:
        """Let the price change."""
        self.block.later(seconds=3)
        await self.block.apply(status("exchange", at=self.block.clock.machine.now()))
        self.topic.send(market("exchange", "1", "1", odds, revision=revision))
        await self.topic.store()
        self.process.tail()
        await self.process.subgraph.book.settle()

    @asynccontextmanager
    async def page(self, position: str | None = None) -> AsyncIterator[AsyncIterator[Update]]:
        """Follow the event over server-sent events."""
        headers = {"accept": "text/event-stream"} | ({"last-event-id": position} if position else {})
        body = {"query": FOLLOW, "variables": {"ids": [ID]}}
        async with (
            asyncio.timeout(PATIENCE),
            self.client.stream("POST", "/graphql", json=body, headers=headers) as reply,
        ):
            assert reply.status_code == 200, await reply.aread()
            yield _updates(reply)

    async def asked(self) -> Any:
        """Return the event as it is asked for."""
        query = f'query ($id: ID!) {{ event(brand: "{BRAND}", id: $id) {{ {MARKETS.fields} }} }}'
        reply = await self.client.post("/graphql", json={"query": query, "variables": {"id": ID}})
        return reply.json()["data"]["event"]


async def _updates(reply: httpx.Response) -> AsyncIterator[Update]:
    position = ""
    async for line in reply.aiter_lines():
        if line.startswith("id:"):
            position = line.removeprefix("id:").strip()
        elif line.startswith("data:") and line != "data:":
            yield Update(position, json.loads(line.removeprefix("data:")))


@pytest.fixture(params=["site", "subgraph"])
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Served]:
    """Provide the site with its gateway, and the subgraph that is served alone."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with events_block(url) as block:
        verifier = SessionVerifier.from_settings(session_settings(), block.clock)
        parts = SubgraphParts(
            DatabaseSettings(url=url), UpstreamSettings(), verifier, block.clock, neighbours=NEIGHBOURS
        )
        if request.param == "site":
            app: Any = create_site(parts, ServeSettings(page=tmp_path / "no-page"), GatewaySettings())
            (subgraph,) = [one for one in app.state.subgraphs if one.name == "events"]
        else:
            subgraph = block.subgraph
            app = subgraph.http_app(DEVELOPMENT)
        subgraph.book.tick_seconds = NEVER
        topic = Topic(block)
        await block.apply(status("exchange"), fixture("exchange", "1"))
        topic.send(market("exchange", "1", "1", 2000))
        await topic.store()
        process = Process(subgraph, topic)
        process.tail()
        await block.upkeep.round()
        listener = socket.create_server(("127.0.0.1", 0))
        async with serving(app, listener):
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=address, timeout=PATIENCE) as client:
                yield Served(client, block, topic, process)


async def test_a_page_gets_an_image_then_changes_and_continues_behind_its_position(served: Served) -> None:
    """What it shows is what is answered; after a break, it gets the one change that it has missed."""
    async with served.page() as updates:
        first = await anext(updates)
        await served.change(2100, 2)
        second = await anext(updates)
    images = [update.body["data"]["eventsUpdated"]["image"] for update in (first, second)]
    assert images == [True, False]
    for update in (first, second):
        assert update.body["extensions"] == {"position": update.position}
        assert update.body["data"]["eventsUpdated"]["position"] == update.position
    assert second.body["data"]["eventsUpdated"]["events"] == [await served.asked()]
    await served.change(2200, 3)
    async with served.page(second.position) as updates:
        third = (await anext(updates)).body["data"]["eventsUpdated"]
    assert (third["image"], third["events"]) == (False, [await served.asked()])


async def test_a_position_that_nobody_knows_gets_an_image(served: Served) -> None:
    """Never an error, and never silence."""
    async with served.page("unknown") as updates:
        update = (await anext(updates)).body["data"]["eventsUpdated"]
    assert (update["image"], update["events"]) == (True, [await served.asked()])
