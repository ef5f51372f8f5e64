"""How long a deliberately hanging request hangs."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from simulator.server import HangingRequests

PATIENCE_SECONDS = 25  # shorter than the longest hold


def request(*, gone: asyncio.Event) -> Request:
    """A request whose client stays until it is gone."""

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http"}, receive)


async def test_it_ends_when_the_client_goes_away() -> None:
    """Nothing waits for somebody who has left."""
    gone = asyncio.Event()
    held = asyncio.create_task(HangingRequests().hold(request(gone=gone)))
    assert not (await asyncio.wait({held}, timeout=0.1))[0]
    gone.set()
    await asyncio.wait_for(held, PATIENCE_SECONDS)


async def test_it_ends_when_all_are_released() -> None:
    """A server that stops releases what hangs, and what would hang afterwards."""
    hanging = HangingRequests()
    held = asyncio.create_task(hanging.hold(request(gone=asyncio.Event())))
    assert not (await asyncio.wait({held}, timeout=0.1))[0]
    hanging.release()
    await asyncio.wait_for(held, PATIENCE_SECONDS)
    await asyncio.wait_for(hanging.hold(request(gone=asyncio.Event())), PATIENCE_SECONDS)


@pytest.mark.parametrize("seconds", [None, 3600.0])
async def test_it_ends_by_itself(seconds: float | None) -> None:
    """No request hangs for longer than the longest hold."""
    hanging = HangingRequests(longest_hold_seconds=0.05)
    await asyncio.wait_for(hanging.hold(request(gone=asyncio.Event()), seconds), PATIENCE_SECONDS)


async def test_cancellation_passes_through() -> None:
    """A held request that is cancelled ends cancelled, and leaves no task behind."""
    before = asyncio.all_tasks()
    held = asyncio.create_task(HangingRequests().hold(request(gone=asyncio.Event())))
    await asyncio.wait({held}, timeout=0.05)
    held.cancel()
    with pytest.raises(asyncio.CancelledError):
        await held
    assert asyncio.all_tasks() == before
