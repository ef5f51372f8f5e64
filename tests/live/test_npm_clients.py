"""The clients of the npm packages graphql-ws and graphql-sse, as pages use them."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.live.live_gateway import LATEST, NEWS, PATIENCE_SECONDS, live_gateway, news, until
from tests.live.test_positions import COUNT, Journal, over

FOLDER = Path(__file__).resolve().parents[1] / "node"


@dataclass
class NodeClient:
    """A client in another process."""

    process: Process

    def send(self, **command: Any) -> None:
        """Tell it to do something."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")

    async def says(self, **expected: Any) -> dict[str, Any]:
        """Wait until it says something with these values; skip anything else."""
        assert self.process.stdout is not None
        said = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self.process.stdout:
                said.append(json.loads(line))
                if expected.items() <= said[-1].items():
                    found: dict[str, Any] = said[-1]
                    return found
        raise AssertionError(said)


@asynccontextmanager
async def node_client(port: int, kind: str, *token: str) -> AsyncIterator[NodeClient]:
    """Start a client, with a session if there is a token."""
    url = f"http://127.0.0.1:{port}/graphql"
    process = await asyncio.create_subprocess_exec(
        "node", "live-clients.mjs", url, kind, *token, cwd=FOLDER, stdin=PIPE, stdout=PIPE
    )
    client = NodeClient(process)
    try:
        yield client
        client.send(exit=True)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("kind", ["ws", "sse"])
async def test_the_usual_client_is_served(kind: str) -> None:
    """It subscribes, gets events, ends a subscription, and connects again after it was told to."""
    async with live_gateway(live_drain_seconds=0.0) as live, node_client(live.port, kind) as client:
        client.send(subscribe="q", query=LATEST)
        assert (await client.says(id="q"))["next"] == {"data": {"latest": {"headline": "Old"}}}
        await client.says(id="q", complete=True)
        client.send(subscribe="bad", query="{ nothing }")
        assert "GRAPHQL_VALIDATION_FAILED" in json.dumps(await client.says(id="bad"))
        client.send(subscribe="a", query=NEWS)
        await live.until_subscribed()
        live.publish("one")
        assert (await client.says(id="a"))["next"] == news("one")
        live.app.live.shut_down(0)
        await live.until(lambda: live.newsroom.closed == 1)
        await live.until_subscribed(2)
        live.publish("after the restart")
        assert (await client.says(id="a"))["next"] == news("after the restart")
        client.send(end="a")
        await live.until(lambda: live.newsroom.closed == 2)


@pytest.mark.parametrize("kind", ["ws", "sse"])
async def test_the_usual_client_continues(kind: str) -> None:
    """What happens while it is not connected comes once it is, behind the position that came last."""
    journal = Journal()
    async with (
        live_gateway(feed=over(journal), live_drain_seconds=0.0) as live,
        node_client(live.port, kind) as client,
    ):
        client.send(subscribe="a", query=COUNT)
        journal.publish(2)
        for number in (1, 2):
            expected = {"data": {"count": number}, "extensions": {"position": str(number)}}
            assert (await client.says(id="a"))["next"] == expected
        live.app.live.shut_down(0)
        journal.publish(1)
        await until(lambda: len(journal.opened) == 2)
        journal.publish(1)
        for number in (3, 4):
            assert (await client.says(id="a"))["next"]["data"] == {"count": number}
    assert journal.opened[0] is None
    assert journal.opened[1] in {"2", "3"}  # the third may still have come
