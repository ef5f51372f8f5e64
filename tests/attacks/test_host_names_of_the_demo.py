"""Attack: a page of the attacker whose host name leads to the demo, and other users of its machine."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from furlong.demo.ready_file import make_private
from furlong.serve.http_server import own_names
from simulator.server import listen as listen_simulated
from simulator.server import serving as serving_simulated
from tests.gateway.worlds import shop
from tests.http.served_gateway import LONG, ME, NAME, Client, Shop, post

OWN = (
    "127.0.0.1:8000",
    "localhost:8000",
    "LOCALHOST:8000",
    "[::1]:8000",
    "localhost:5173",  # of a development server, whose proxy passes it on
    "127.0.0.1",
    "[::1]",
    "club.example",
    "club.example:8000",
)
FOREIGN = ("evil.example:8000", "evil.example", "127.0.0.1.evil.example:8000", "[::2]:8000", "[::2]")
DEMO = LONG.model_copy(update={"names": own_names(["Club.example"])})
OPENING = (
    b"connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n"
)
WAYS = {
    "the fast path": post(ME).replace(b"host: gateway.test", b"host: HOST"),
    "a stream": post(ME, b"accept: text/event-stream").replace(b"host: gateway.test", b"host: HOST"),
    "another method": b"GET /graphql?query=%7Bme%7Bname%7D%7D HTTP/1.1\r\nhost: HOST\r\n"
    b"accept: application/json\r\n\r\n",
    "another path": b"GET /health HTTP/1.1\r\nhost: HOST\r\n\r\n",
    "a WebSocket": b"GET /graphql HTTP/1.1\r\nhost: HOST\r\norigin: http://HOST\r\n" + OPENING + b"\r\n",
}


async def _status(client: Client, request: bytes, host: str) -> int:
    await client.send(request.replace(b"HOST", host.encode()))
    return (await client.reply())[0]


@pytest.mark.parametrize("way", WAYS)
async def test_the_demo_answers_only_to_its_own_names(way: str) -> None:
    """A name of the attacker's that leads to this machine reads nothing and changes nothing, in any way."""
    async with Shop(shop(), DEMO).served() as demo:
        for host in FOREIGN:
            async with demo.client() as client:
                assert await _status(client, WAYS[way], host) == 421, host
                await client.until_closed()
        assert demo.events == []
        for host in OWN:
            async with demo.client() as client:
                assert await _status(client, WAYS[way], host) == (101 if way == "a WebSocket" else 200), host


async def test_a_connection_of_ours_is_none_of_theirs() -> None:
    """Each request is checked, as browsers keep connections while names change where they lead."""
    async with Shop(shop(), DEMO).served() as demo, demo.client() as client:
        for _ in range(2):
            await client.send(WAYS["the fast path"].replace(b"HOST", OWN[0].encode()))
            assert (await client.reply())[::2] == (200, NAME)
        assert await _status(client, WAYS["the fast path"], FOREIGN[0]) == 421
        assert await client.until_closed() == b""


async def test_http_without_a_name_is_refused() -> None:
    """HTTP/1.0 may leave it out, unless its target is absolute."""
    async with Shop(shop(), DEMO).served() as demo:
        for head, status in ((b"GET /health HTTP/1.0", 421), (b"GET http://localhost/health HTTP/1.0", 200)):
            async with demo.client() as client:
                await client.send(head + b"\r\n\r\n")
                assert (await client.reply())[0] == status


async def test_the_name_in_an_absolute_target_counts() -> None:
    """The Host header is ignored then (RFC 9112, 3.2.2)."""
    own, foreign = b"http://127.0.0.1:8000", b"HTTP://evil.example"
    async with Shop(shop(), DEMO).served() as demo:
        for origin, host, status in (
            (own, b"evil.example", 200),
            (foreign, b"127.0.0.1:8000", 421),
            (b"http://user@127.0.0.1", b"127.0.0.1", 400),
            (own, b"evil example", 400),
        ):
            for way in (WAYS["the fast path"], WAYS["another path"], WAYS["a WebSocket"]):
                content = way.replace(b" /", b" " + origin + b"/", 1).replace(b"HOST", host)
                async with demo.client() as client:
                    await client.send(content)
                    expected = 400 if status == 200 and way is WAYS["a WebSocket"] else status
                    assert (await client.reply())[0] == expected, content


async def test_what_is_simulated_answers_only_to_the_loopback() -> None:
    """A page cannot arm the upstream's faults, or read whom it has as members."""
    with listen_simulated("127.0.0.1", 0) as listener:
        async with (
            serving_simulated(FastAPI(), listener, before_stop=lambda: None) as url,
            httpx.AsyncClient(base_url=url) as client,
        ):
            assert (await client.get("/docs")).status_code == 200
            assert (await client.get("/docs", headers={"host": "evil.example"})).status_code == 400


def test_the_data_folder_is_the_owners_alone(tmp_path: Path) -> None:
    """Also one that an older demo made for everybody."""
    for folder in (tmp_path / "new" / "data", tmp_path / "old"):
        if folder.name == "old":
            folder.mkdir(mode=0o755)
        make_private(folder)
        assert folder.stat().st_mode & 0o777 == 0o700
