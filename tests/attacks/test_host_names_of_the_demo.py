"""Attack: a page of the attacker whose host name leads to the demo, and other users of its machine."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from furlong.demo.data_folder import make_private
from furlong.demo.own_hosts import OwnHosts, own_hosts

DEMO = OwnHosts(PlainTextResponse("here"), own_hosts(8000, ["club.example"]))
OWN = (
    "127.0.0.1:8000",
    "localhost:8000",
    "LOCALHOST:8000",
    "[::1]:8000",
    "club.example",
    "club.example:8000",
)
FOREIGN = ("evil.example:8000", "127.0.0.1", "localhost:8001", "127.0.0.1.evil.example:8000", "")


@pytest.mark.parametrize(("host", "status"), [*((one, 200) for one in OWN), *((one, 421) for one in FOREIGN)])
async def test_the_demo_answers_only_to_its_own_names(host: str, status: int) -> None:
    """A name of the attacker's that leads to this machine reads no token."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(DEMO), base_url="http://x") as client:
        assert (await client.get("/demo/session", headers={"host": host})).status_code == status


async def test_two_host_names_are_none() -> None:
    """The first could be ours, and the second the one that something else goes by."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(DEMO), base_url="http://x") as client:
        sent = [("host", OWN[0]), ("host", OWN[0])]
        assert (await client.get("/", headers=sent)).status_code == 421


async def test_no_websocket_opens_for_a_foreign_name() -> None:
    """Browsers let any page open one, so the name alone decides."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await DEMO({"type": "websocket", "headers": [(b"host", b"evil.example:8000")]}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_the_data_folder_is_the_owners_alone(tmp_path: Path) -> None:
    """Also one that an older demo made for everybody."""
    for folder in (tmp_path / "new" / "data", tmp_path / "old"):
        if folder.name == "old":
            folder.mkdir(mode=0o755)
        make_private(folder)
        assert folder.stat().st_mode & 0o777 == 0o700
