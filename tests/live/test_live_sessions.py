"""Sessions of connections: who may connect, and what happens when a session ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from gateway import Unauthenticated
from gateway.errors import AuthenticationUnavailable
from gateway.pipeline.sessions import Sessions
from tests.live.live_gateway import LATEST, NEWS, live_gateway, news
from tests.support.gateway.raw_websocket import raw_websocket
from tests.support.tokens.issued_tokens import AUDIENCE, FIRST, ISSUER, key_set, token


def _customer_of(session: object) -> str | None:
    return session if isinstance(session, str) else None


@dataclass
class Guests:
    """Authenticates everybody who has a valid ticket.

    Attributes:
        good: The tickets, with their customers.
        is_reachable: Whether it can be asked.
    """

    good: dict[str, str] = field(default_factory=lambda: {"Bearer ann": "ann", "Bearer bob": "bob"})
    is_reachable: bool = True

    def cached(self, headers: Mapping[str, str]) -> object:
        """The session if it is known."""
        return self.good.get(headers.get("authorization", "")) if self.is_reachable else None

    async def authenticate(self, headers: Mapping[str, str]) -> object:
        """The session; waits a little, as a remote check would."""
        await asyncio.sleep(0)
        if not self.is_reachable:
            raise AuthenticationUnavailable
        customer = self.good.get(headers.get("authorization", ""))
        if customer is None:
            raise Unauthenticated
        return customer

    @property
    def parts(self) -> dict[str, Any]:
        """The arguments of `create_gateway`."""
        return {
            "sessions": Sessions(self.authenticate, self.cached, customer_of=_customer_of),
        }


ANN = {"authorization": "Bearer ann"}


async def test_the_token_may_come_with_init_or_with_the_handshake() -> None:
    """What the payload says counts."""
    async with live_gateway(parts=Guests().parts) as live:
        async with raw_websocket(live.port) as socket:
            await socket.init(ANN)
            socket.subscribe("q", LATEST)
            assert (await socket.receive())["type"] == "next"
        async with raw_websocket(live.port, ANN) as socket:
            await socket.init()
        async with raw_websocket(live.port, ANN) as socket:
            socket.send({"type": "connection_init", "payload": {"authorization": "Bearer eve"}})
            assert await socket.until_closed() == 4403


async def test_nobody_gets_in_without_a_session() -> None:
    """4403, and nothing was asked of a subgraph."""
    guests = Guests()
    async with live_gateway(parts=guests.parts) as live:
        for payload in ({}, {"authorization": "Bearer eve"}, {"authorization": ["Bearer ann"]}):
            async with raw_websocket(live.port) as socket:
                socket.send({"type": "connection_init", "payload": payload})
                assert await socket.until_closed() == 4403
        guests.is_reachable = False
        async with raw_websocket(live.port) as socket:
            socket.send({"type": "connection_init", "payload": ANN})
            assert await socket.until_closed() == 1013
        assert not live.wire.queues


async def test_a_session_that_ends_closes_the_connection_without_another_event() -> None:
    """Neither after a revocation nor after the expiry of a token is anything sent."""
    guests = Guests()
    async with live_gateway(parts=guests.parts) as live, raw_websocket(live.port) as socket:
        await socket.init(ANN)
        socket.subscribe("a", NEWS)
        await live.until_subscribed()
        live.publish("for Ann")
        assert (await socket.receive())["payload"] == news("for Ann")
        del guests.good["Bearer ann"]
        live.publish("not for Ann any more")
        code, told = await socket.rest()
        assert code == 4403
        assert "not for Ann" not in str(told)
        await live.until(lambda: live.newsroom.closed == 1)


async def test_a_session_that_ends_while_an_event_is_answered_gets_no_answer() -> None:
    """It was good when the event came, and no more when the other subgraph had answered."""
    guests = Guests()
    async with live_gateway(parts=guests.parts) as live, raw_websocket(live.port) as socket:
        answered = live.newsroom._entities

        def entities(info: Any, representations: Any) -> list[Any]:
            guests.good.clear()
            return answered(info, representations)

        live.newsroom._entities = entities  # type: ignore[method-assign, assignment]
        await socket.init(ANN)
        socket.subscribe("a", "subscription { published { author { name } } }")
        await live.until_subscribed()
        live.publish("secret")
        code, told = await socket.rest()
        assert (code, told) == (4403, [])


async def test_a_quiet_connection_ends_with_its_session_as_well() -> None:
    """No event is needed to notice."""
    guests = Guests()
    async with live_gateway(parts=guests.parts) as live, raw_websocket(live.port) as socket:
        await socket.init(ANN)
        guests.good.clear()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        assert await socket.until_closed() == 4403
        assert loop.time() - begun < 5


async def test_a_token_that_expires_closes_the_connection_within_seconds(tmp_path: Path) -> None:
    """With a real issuer: events come until then, and a client with a new token is served again."""
    (tmp_path / "keys.json").write_bytes(key_set(FIRST))
    issuer = {
        "issuer": ISSUER,
        "audiences": [AUDIENCE],
        "jwks_file": tmp_path / "keys.json",
        "leeway_seconds": 0,
    }
    begun = int(time.time())
    short = {"authorization": f"Bearer {token(None, {'iat': begun, 'exp': begun + 3})}"}
    long = {"authorization": f"Bearer {token(None, {'iat': begun, 'exp': begun + 600})}"}
    async with live_gateway(sessions={"issuers": [issuer]}) as live, raw_websocket(live.port) as socket:
        await socket.init(short)
        socket.subscribe("a", NEWS)
        await live.until_subscribed()
        live.publish("in time")
        assert (await socket.receive())["payload"] == news("in time")
        code, told = await socket.rest()
        assert code == 4403
        assert begun + 3 <= time.time() <= begun + 8
        assert all("data" not in each.get("payload", {}) for each in told)
        async with raw_websocket(live.port, long) as again:
            await again.init()
        async with raw_websocket(live.port) as expired:
            expired.send({"type": "connection_init", "payload": short})
            assert await expired.until_closed() == 4403


async def test_a_stream_ends_with_its_session() -> None:
    """Without a `complete`, so that the client comes back with another token."""
    guests = Guests()
    async with (
        live_gateway(parts=guests.parts) as live,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{live.port}", timeout=30) as client,
        client.stream(
            "POST", "/graphql", json={"query": NEWS}, headers={**ANN, "accept": "text/event-stream"}
        ) as response,
    ):
        await live.until_subscribed()
        guests.good.clear()
        text = (await response.aread()).decode()
        assert "event: complete" not in text
        assert live.metrics.closes["sse", "session"] == 1


async def test_a_customer_has_so_many_connections() -> None:
    """Others are not concerned, and a connection that has ended counts no more."""
    async with live_gateway(parts=Guests().parts, live_connections_per_customer=2) as live:
        async with raw_websocket(live.port, ANN) as first, raw_websocket(live.port, ANN) as second:
            await first.init()
            await second.init()
            async with raw_websocket(live.port, ANN) as third:
                third.send({"type": "connection_init"})
                assert await third.until_closed() == 1013
            async with raw_websocket(live.port, {"authorization": "Bearer bob"}) as other:
                await other.init()
        await live.until(lambda: live.metrics.open["websocket"] == 0)
        async with raw_websocket(live.port, ANN) as again:
            await again.init()


async def test_an_address_has_so_many_connections_that_nobody_knows() -> None:
    """Those of known customers do not count; the rest is refused before anything is kept for it."""
    async with live_gateway(parts=Guests().parts, live_connections_per_address=2) as live:
        async with raw_websocket(live.port, ANN) as known:
            await known.init()
            async with raw_websocket(live.port), raw_websocket(live.port), raw_websocket(live.port) as third:
                assert third.status == 503
        await live.until(lambda: live.metrics.open["websocket"] == 0)
        assert not live.app.live._by_address
        assert not live.app.live._by_customer


async def test_a_process_has_so_many_connections() -> None:
    """Further clients get a code that tells them to try again."""
    async with live_gateway(live_connections=1) as live:
        async with raw_websocket(live.port), raw_websocket(live.port) as second:
            assert second.status == 503
            assert "retry-after" in second.head.lower()
        await live.until(lambda: live.metrics.open["websocket"] == 0)
        async with raw_websocket(live.port) as socket:
            assert socket.status == 101
