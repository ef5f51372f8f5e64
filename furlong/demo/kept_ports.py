"""The ports of what the demo plays beside it: they stay the same, as pages that are open name them."""

import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from furlong.serve.http_server import listen

HOST = "127.0.0.1"
Settings = TypeVar("Settings")
Served = TypeVar("Served")


@dataclass(frozen=True, slots=True)
class KeptPorts:
    """Ports by what they are for, in a file."""

    file: Path

    def of(self, what: str) -> int:
        """Return the port of the last time; 0, which stands for any free one, if there was none."""
        return self._read().get(what, 0)

    def keep(self, what: str, url: str) -> None:
        """Note the port of an address."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self._read() | {what: urlsplit(url).port}))

    def listen(self, what: str) -> socket.socket:
        """Listen on the port of the last time if it is free, or else on another one, which is noted."""
        try:
            listener = listen(HOST, self.of(what))
        except OSError:
            listener = listen(HOST, 0)
        self.keep(what, f"http://{HOST}:{listener.getsockname()[1]}")
        return listener

    def _read(self) -> dict[str, int]:
        return dict(json.loads(self.file.read_text())) if self.file.exists() else {}


@asynccontextmanager
async def serving_at(
    serving: Callable[[Settings], AbstractAsyncContextManager[Served]], kept: Settings, free: Settings
) -> AsyncIterator[Served]:
    """Run a server at the ports of the last time, or at others if those are taken.

    Args:
        serving: Runs it.
        kept: Settings with the ports of the last time.
        free: The same with any free ones.
    """
    async with AsyncExitStack() as stack:
        try:
            served = await stack.enter_async_context(serving(kept))
        except OSError:
            served = await stack.enter_async_context(serving(free))
        yield served
