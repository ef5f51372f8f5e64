"""Pages that follow events over server-sent events, and come back at any gateway behind their position."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import orjson

from tests.support.processes.running_furlong import BRAND

FIELDS: Final = "id status markets { status selections { odds { milli } } }"
FOLLOW: Final = f"""subscription ($ids: [ID!]!) {{
  eventsUpdated(brand: "{BRAND}", ids: $ids) {{ position image events {{ {FIELDS} }} }} }}"""
PAUSE_SECONDS: Final = 0.2
HEAD_SECONDS: Final = 30.0
OK: Final = b"HTTP/1.1 200"


def price(event: Any) -> tuple[int, str]:
    """Return the odds of an event's only market, and whether it is open; 0 without a market."""
    for market in event["markets"]:
        return market["selections"][0]["odds"]["milli"], market["status"]
    return 0, ""


@dataclass(slots=True, eq=False)
class FollowingPage:
    """A page that follows some events for as long as it runs.

    Attributes:
        ports: Those of the gateways.
        shown: Each event that it shows, by its id.
        counts: How often it got an image, a change, or nothing new; how often it came back, with a position
            or without; and how often a price stepped back.
        faults: What was said besides updates.
    """

    ids: Sequence[str]
    ports: Sequence[int]
    chance: Random
    shown: dict[str, Any] = field(default_factory=dict)
    position: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _writer: asyncio.StreamWriter | None = None

    async def run(self) -> None:
        """Follow, and come back after any end, until cancelled."""
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                await self._follow(self.chance.choice(self.ports))
            self.counts["ends"] += 1
            await asyncio.sleep(self.chance.uniform(0, PAUSE_SECONDS))

    def drop(self) -> None:
        """Lose the connection."""
        if self._writer is not None:
            self._writer.transport.abort()

    async def _follow(self, port: int) -> None:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            self._writer.write(self._request(port))
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(OK):
                self.faults.append(head.partition(b"\r\n")[0].decode())
                return
            self.counts["continued" if self.position else "begun"] += 1
            async for event in _events(reader):
                self._receive(event)
        finally:
            self._writer.transport.abort()
            self._writer = None

    def _request(self, port: int) -> bytes:
        content = orjson.dumps({"query": FOLLOW, "variables": {"ids": self.ids}})
        lines = [
            "POST /graphql HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Accept: text/event-stream",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            *([f"Last-Event-ID: {self.position}"] if self.position else []),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + content

    def _receive(self, event: bytes) -> None:
        fields = dict(line.partition(b": ")[::2] for line in event.split(b"\n"))
        data = fields.get(b"data")
        if not data:
            return
        body = orjson.loads(data)
        if "errors" in body:
            self.faults.append(data.decode())
            return
        self.position = fields.get(b"id", b"").decode()
        self._show(body["data"]["eventsUpdated"])

    def _show(self, update: Any) -> None:
        kind = "images" if update["image"] else "changes" if update["events"] else "nothing new"
        self.counts[kind] += 1
        before = self.shown
        if update["image"]:
            self.shown = {}
        for event in update["events"]:
            last = before.get(event["id"])
            if last is not None and price(event)[0] < price(last)[0]:
                self.counts["steps back"] += 1
            self.shown[event["id"]] = event


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield server-sent events from chunks, until the last one."""
    rest = b""
    while size := int(await reader.readline() or b"0", 16):
        chunk = await reader.readexactly(size + 2)
        *complete, rest = (rest + chunk[:-2]).split(b"\n\n")
        for event in complete:
            yield event
