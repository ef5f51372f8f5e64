"""A server at rest wakes for the date in its headers alone, and stops at once when it is told."""

import asyncio
import threading
from typing import Any

import pytest
import uvicorn

from foundation import waking_server
from foundation.waking_server import WakingServer


class _Counting(WakingServer):
    ticks = 0

    async def on_tick(self, counter: int) -> bool:
        self.ticks += 1
        return await super().on_tick(counter)


def _server() -> _Counting:
    return _Counting(uvicorn.Config(app=_nothing))


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    """Serve nothing."""


async def test_it_wakes_once_for_each_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of uvicorn looks ten times as often."""
    waits: list[float] = []
    timeout = asyncio.timeout

    def noted(seconds: float) -> asyncio.Timeout:
        waits.append(seconds)
        return timeout(0)

    monkeypatch.setattr("foundation.waking_server.asyncio.timeout", noted)
    server = _server()
    running = asyncio.create_task(server.main_loop())
    while server.ticks < 4:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0)
    server.should_exit = True
    await running
    assert set(waits) == {1.0}
    assert server.ticks <= len(waits) + 1


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_it_stops_when_it_is_told(monkeypatch: pytest.MonkeyPatch, *, elsewhere: bool) -> None:
    """By its own thread or another one, and not only at the next date."""
    monkeypatch.setattr(waking_server, "DATE_SECONDS", 3_600.0)
    server = _server()
    running = asyncio.create_task(server.main_loop())
    while not server.ticks:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0)
    if elsewhere:
        threading.Thread(target=lambda: setattr(server, "should_exit", True)).start()
    else:
        server.should_exit = True
    async with asyncio.timeout(60):
        await running
    assert server.should_exit


async def test_one_that_was_told_before_ends_without_a_wait() -> None:
    """As when a signal comes while the application starts."""
    server = _server()
    server.should_exit = True
    await server.main_loop()
    assert server.ticks == 1
