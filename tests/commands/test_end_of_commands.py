"""Commands end at once when their work is done, and workers when they are told to."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress

import pytest

from foundation import background, garbage_collection
from furlong.cli.processes import demo, workers

COUNTED = """
import atexit, gc
atexit.register(lambda: print("frozen", gc.get_freeze_count()))
from furlong.cli import app
app(["settings"])
"""


@pytest.mark.usefixtures("processes")
def test_the_end_of_a_command_collects_no_garbage() -> None:
    """A demo has so many objects that the interpreter's last collections would take seconds."""
    ended = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True)
    said, count = ended.stdout.splitlines()[-1].split()
    assert said == "frozen"
    assert int(count) > 10_000


async def test_a_worker_ends_although_its_cancellation_was_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that connects at that moment takes one for itself, and the worker would run on for ever."""
    monkeypatch.setattr(background, "CANCEL_AGAIN_SECONDS", 0.01)
    stop, swallowed = asyncio.Event(), []

    async def work() -> None:
        stop.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        swallowed.append("one")
        await asyncio.Event().wait()

    async with asyncio.timeout(30):
        await workers.run_until(stop, work())
    assert swallowed == ["one"]


async def test_a_demo_ends_although_its_start_swallowed_the_cancellation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A signal during the start ends it, or the demo as soon as it has started."""
    stop, ended = asyncio.Event(), []

    @asynccontextmanager
    async def starting() -> AsyncIterator[str]:
        stop.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        yield "It runs."
        ended.append("demo")

    monkeypatch.setattr(demo, "stop_on_signals", lambda: nullcontext(stop))
    monkeypatch.setattr(garbage_collection, "freeze_long_lived_objects", lambda **_: None)
    whole = asyncio.create_task(demo._until_stopped(starting()))
    done, _ = await asyncio.wait({whole}, timeout=60)
    assert done == {whole}
    await whole
    assert ended == ["demo"]
