"""Connections when the server stops, and when the graph changes under them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from furlong.serve.http_server import QuietServer, listen
from gateway import GatewaySettings, create_gateway
from gateway.http.server import ClientLimits, StopTimes, configured
from gateway.serving.reload import Reload
from gateway.serving.sources import FileSource
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, Wire
from tests.live.live_gateway import NEWS, live_gateway, news, until
from tests.support.gateway.raw_websocket import raw_websocket

SSE = {"accept": "text/event-stream"}


async def test_a_server_that_stops_tells_its_clients_to_connect_again() -> None:
    """WebSockets get 1012; streams end without `complete`; no event is lost before, and no source is left."""
    wire = Wire()
    newsroom = Newsroom(wire)
    app = create_gateway(SDL, newsroom.transports(), GatewaySettings(live_drain_seconds=0.2))
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        server = QuietServer(configured(app, ClientLimits(), stop_times=StopTimes(0.3, 5.0)))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await until(lambda: server.started)
        async with (
            raw_websocket(port) as socket,
            raw_websocket(port) as idle,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
            client.stream("POST", "/graphql", json={"query": NEWS}, headers=SSE) as stream,
        ):
            await socket.init()
            socket.subscribe("a", NEWS)
            await until(lambda: len(wire.queues) == 2)
            server.should_exit = True
            await until(lambda: app.draining.has_begun)
            async with raw_websocket(port) as late:
                assert late.status == 503
            wire.send(1)
            assert (await socket.receive())["payload"] == news("News 1")
            code, rest = await socket.rest()
            assert (code, rest) == (1012, [])
            assert await idle.until_closed() == 1012
            text = (await stream.aread()).decode()
            assert "News 1" in text
            assert "event: complete" not in text
        await asyncio.wait_for(serving, 60)
    assert newsroom.closed == 2
    assert app.live is not None
    assert app.live.metrics.closes == {
        ("websocket", "1012"): 2,
        ("sse", "restart"): 1,
    }


@pytest.mark.parametrize("seconds", [300.0, 0.0])
async def test_subscriptions_survive_a_reload_for_a_while(tmp_path: Path, seconds: float) -> None:
    """They continue with their first graph, which stays open; in the end their clients reconnect."""
    file = tmp_path / "supergraph.graphql"
    file.write_text(SDL)
    parts = {"reload": Reload(FileSource(file, 100_000))}
    async with (
        live_gateway(parts=parts, live_reload_seconds=seconds, reload_seconds=0.01) as live,
        raw_websocket(live.port) as socket,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{live.port}", timeout=30) as client,
        client.stream("POST", "/graphql", json={"query": NEWS}, headers=SSE) as stream,
    ):
        await socket.init()
        socket.subscribe("before", NEWS)
        await live.until_subscribed(2)
        graph = live.app._graph
        former = graph.current
        file.write_text(SDL + "\n")
        await live.until(lambda: graph.current is not former)
        assert (graph.alive, former.requests) == (2, 2)
        if seconds:
            socket.subscribe("after", NEWS)
            await live.until_subscribed(3)
            live.publish("for all")
            assert {(await socket.receive())["id"] for _ in range(2)} == {"before", "after"}
            live.wire.put(None)
            assert "for all" in (await stream.aread()).decode()
        else:
            assert await socket.until_closed() == 1012
            assert "complete" not in (await stream.aread()).decode()
            ends = {("websocket", "1012"): 1, ("sse", "reload"): 1}
            await live.until(lambda: live.metrics.closes == ends)
        await live.until(lambda: graph.alive == 1)
