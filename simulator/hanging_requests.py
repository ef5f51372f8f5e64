"""Deliberately hanging requests, held until their client disconnects or the server stops."""

import asyncio

from starlette.requests import Request

MAX_HOLD_SECONDS = 30.0


class HangingRequests:
    """Holds requests up to a time limit."""

    def __init__(self, longest_hold_seconds: float = MAX_HOLD_SECONDS) -> None:
        self._longest_hold_seconds = longest_hold_seconds
        self._released = asyncio.Event()

    def release(self) -> None:
        """Release all hanging requests, now and from now on, because the server stops."""
        self._released.set()

    async def hold(self, request: Request, seconds: float | None = None) -> None:
        """Wait for a time (by default the longest), or until a disconnect or a release."""
        waits = {
            asyncio.ensure_future(self._released.wait()),
            asyncio.ensure_future(_disconnected(request)),
        }
        limit = self._longest_hold_seconds if seconds is None else min(seconds, self._longest_hold_seconds)
        try:
            await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
