"""uvicorn's server, which wakes once a second, for the date in its headers, and when it is to stop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

import uvicorn

DATE_SECONDS: Final = 1.0


class WakingServer(uvicorn.Server):
    """uvicorn's own server looks ten times a second whether it is to stop; this one is told."""

    def __init__(self, config: uvicorn.Config) -> None:
        self._exits = False
        self._wake: Callable[[], object] | None = None
        super().__init__(config)

    @property
    def should_exit(self) -> bool:
        """Whether the server is to stop; may be set by another thread, or while a signal is handled."""
        return self._exits

    @should_exit.setter
    def should_exit(self, exits: bool) -> None:
        self._exits = exits
        if exits and self._wake is not None:
            self._wake()

    async def main_loop(self) -> None:
        """Keep the headers of responses up to date until the server is to stop."""
        woken = asyncio.Event()
        self._wake = partial(asyncio.get_running_loop().call_soon_threadsafe, woken.set)
        try:
            while not await self.on_tick(0):
                with suppress(TimeoutError):
                    async with asyncio.timeout(DATE_SECONDS):
                        await woken.wait()
        finally:
            self._wake = None
