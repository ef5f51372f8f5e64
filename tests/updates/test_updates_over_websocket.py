"""A club subgraph that is served by itself speaks graphql-transport-ws, as routers of federations do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from foundation.signatures import Recipient, RequestSigner
from furlong.serve.http_server import serving
from furlong.serve.metrics import LiveMetrics
from furlong.serve.subgraph_websockets import accept_websockets, subgraph_websockets
from gateway import GatewaySettings, create_gateway
from gateway.transport import MemoryTransport
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.updates import ClubUpdates
from subgraphs.kit.graphql.callers import DEVELOPMENT, Callers
from subgraphs.kit.live.event_bus import EventBus
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.settings import CallerSettings
from tests.gateway.features.subscriptions.newsroom import body, subscribed
from tests.live.test_npm_clients import node_client
from tests.support.gateway.raw_websocket import Closed, RawWebSocket, raw_websocket
from tests.support.gateway.scripted_calls import soon
from tests.support.gateway.signing import fixed, key_text, secret
from tests.support.subgraphs.club_fixture import ClubFixture, make_token, session
from tests.support.subgraphs.club_samples import BRAND, CUSTOMER, NOW, OWNER
from tests.updates.test_updates_through_a_gateway import SUPERGRAPH, unused

FOLLOW = f'subscription {{ clubUpdated(brand: "{BRAND}") {{ version club {{ membership {{ optedIn }} }} }} }}'
KEY = secret("gateway-1")
SIGNED = Callers.of(CallerSettings(gateway_keys=SecretStr(key_text(KEY))), "club")


@dataclass
class Served:
    """The club subgraph on a port of its own."""

    port: int
    club_fixture: ClubFixture
    bus: EventBus
    metrics: Any

    async def join(self) -> None:
        """Let the customer join the club."""
        await self.club_fixture.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW))
        self.bus.customers_changed([customer_key(OWNER)])

    async def until_left(self) -> None:
        """Wait until nobody follows a club."""
        await soon(lambda: not self.bus.watches)


@asynccontextmanager
async def served(club_fixture: ClubFixture, callers: Callers = DEVELOPMENT) -> AsyncIterator[Served]:
    """Serve the club with its WebSockets until the end of the block."""
    await club_fixture.add_northbet(CUSTOMER)
    updates: ClubUpdates = club_fixture.club.make_context.keywords["updates"]  # type: ignore[attr-defined]  # a partial
    object.__setattr__(updates.settings, "interval_seconds", 0.0)
    endpoint = subgraph_websockets(club_fixture.club, callers, GatewaySettings())
    app = club_fixture.club.http_app(
        callers, None, [LiveMetrics(updates.bus), endpoint.parts.connections.metrics]
    )
    accept_websockets(app, endpoint)
    listener = socket.create_server(("127.0.0.1", 0))
    async with serving(app, listener):
        yield Served(listener.getsockname()[1], club_fixture, updates.bus, endpoint.parts.connections.metrics)


def opted_in(response: dict[str, Any]) -> bool:
    """Whether the customer has joined, by an event."""
    return bool(response["data"]["clubUpdated"]["club"]["membership"]["optedIn"])


async def test_the_usual_client_is_served(club_fixture: ClubFixture) -> None:
    """graphql-ws subscribes with the token in `connection_init`, gets each change, and leaves nothing."""
    async with served(club_fixture) as club, node_client(club.port, "ws", make_token()) as client:
        client.send(subscribe="a", query=FOLLOW)
        assert not opted_in((await client.says(id="a"))["next"])
        await club.join()
        assert opted_in((await client.says(id="a"))["next"])
        client.send(subscribe="b", query="{ __typename }")
        assert "This is not a subscription." in str(await client.says(id="b"))
        client.send(end="a")
        await club.until_left()


async def test_streams_and_connections_are_counted(club_fixture: ClubFixture) -> None:
    """By the metrics of a gateway, on the subgraph's own port."""
    async with served(club_fixture) as club, raw_websocket(club.port) as websocket:
        await websocket.init({"authorization": f"Bearer {make_token()}"})
        websocket.subscribe("a", FOLLOW)
        await websocket.receive()
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{club.port}/metrics")).text
    assert "furlong_live_streams 1.0" in text
    assert 'furlong_gateway_live_connections{transport="websocket"} 1.0' in text
    assert "furlong_live_events_total 0.0" in text


async def closed(websocket: RawWebSocket, **init: str) -> Closed:
    """How the server ends a connection that begins so."""
    with pytest.raises(Closed) as ended:
        await websocket.init(init)
    return ended.value


async def test_an_invalid_token_opens_nothing(club_fixture: ClubFixture) -> None:
    """The connection is closed with the code for it."""
    async with served(club_fixture) as club, raw_websocket(club.port) as websocket:
        assert (await closed(websocket, authorization="Bearer nonsense")).code == 4403
    assert club.bus.watches.keys == ()


async def test_a_gateway_subscribes_by_signed_handshakes(club_fixture: ClubFixture) -> None:
    """Events come through; the gateway's end of the connection ends the subscription."""
    async with served(club_fixture, SIGNED) as club:
        url = f"http://127.0.0.1:{club.port}/graphql"
        settings = GatewaySettings(
            subgraph_urls={"club": url},
            signatures={"keys": SecretStr(key_text(KEY))},
            forwarded_headers=("authorization",),
            subscriptions={"protocols": {"club": "websocket"}},
            connect_seconds=10.0,
            total_seconds=20.0,
        )
        others = {name: MemoryTransport(unused) for name in ("rewards", "progress")}
        gateway = create_gateway(SUPERGRAPH.read_text(), others, settings)
        stream = await subscribed(gateway, FOLLOW, session())
        seen = [body(await asyncio.wait_for(anext(aiter(stream)), 30))]
        await club.join()
        seen.append(body(await asyncio.wait_for(anext(aiter(stream)), 30)))
        await stream.aclose()
        await club.until_left()
    assert [opted_in(each) for each in seen] == [False, True]


def signed(port: int, token: str) -> dict[str, str]:
    """The headers of a handshake that the gateway has signed."""
    recipient = Recipient("club", f"127.0.0.1:{port}", "/graphql", "GET")
    headers = {"authorization": f"Bearer {token}"}
    lines = RequestSigner(fixed(KEY), recipient, seconds=60).lines(b"", headers).decode()
    pairs = [line.partition(": ") for line in lines.split("\r\n") if line]
    return {"content-type": "application/json", **headers, **{name: value for name, _, value in pairs}}


async def test_handshakes_of_others_open_nothing(club_fixture: ClubFixture) -> None:
    """Unsigned, repeated, or with another token in `connection_init`, though all tokens are valid."""
    token, other = make_token(), make_token("c-2")
    async with served(club_fixture, SIGNED) as club:
        once = signed(club.port, token)
        async with raw_websocket(club.port, once) as websocket:
            await websocket.init({"authorization": f"Bearer {token}"})
            websocket.subscribe("a", FOLLOW)
            assert (await websocket.receive())["type"] == "next"
            async with raw_websocket(club.port, once) as repeated:
                assert (await closed(repeated)).code == 4403
        async with raw_websocket(club.port) as unsigned:
            assert (await closed(unsigned, authorization=f"Bearer {token}")).code == 4403
        async with raw_websocket(club.port, signed(club.port, token)) as replaced:
            assert (await closed(replaced, authorization=f"Bearer {other}")).code == 4403
        async with raw_websocket(club.port, signed(club.port, token)) as uncovered:
            assert (await closed(uncovered, **{"accept-language": "de"})).code == 4403
        await club.until_left()
