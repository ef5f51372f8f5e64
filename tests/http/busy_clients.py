"""Clients that send one request after the other, and note every one that was not answered."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PATIENCE_SECONDS = 180.0


@dataclass
class BusyClients:
    """Clients of one server, which keep their connections as long as the server does.

    Attributes:
        request: What they send.
        answered: How many requests were answered with 200.
        last: How many replies closed their connection.
        failures: What became of requests that were not answered so.
    """

    port: int
    request: bytes
    answered: int = 0
    last: int = 0
    failures: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def busy(self, number: int) -> AsyncIterator[None]:
        """Send from that many clients; at the end of the block wait until no connection can be made."""
        tasks = [asyncio.create_task(self._send_all()) for _ in range(number)]
        try:
            yield
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def until_answered(self, number: int) -> None:
        """Wait until that many more requests were answered."""
        wanted = self.answered + number
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.answered < wanted:  # noqa: ASYNC110 - a number of many
                await asyncio.sleep(0.005)

    async def _send_all(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except ConnectionRefusedError:
                return
            except OSError as error:
                self.failures.append(f"connecting: {error!r}")
                return
            try:
                while await self._exchange(reader, writer):
                    pass
            except (OSError, asyncio.IncompleteReadError) as error:
                self.failures.append(repr(error))
            finally:
                writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Send a request, and return whether the server keeps the connection after its reply."""
        writer.write(self.request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        if head.startswith(b"HTTP/1.1 200 "):
            self.answered += 1
        else:
            self.failures.append(head.decode())
        is_last = b"\r\nconnection: close\r\n" in head
        self.last += is_last
        return not is_last
