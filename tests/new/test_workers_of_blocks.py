"""A worker of a block that fails is started again, and costs nothing else."""

import asyncio

import pytest

from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.workers import rounds
from furlong.workers.rounds import run_rounds, running_block_workers
from furlong.workers.status import RoundStatus
from subgraphs.kit.rounds import WorkerParts

PARTS = WorkerParts(DatabaseSettings(), SystemClock())


class Failing:
    """Fails in its first run, and works in the second."""

    def __init__(self) -> None:
        self.runs = 0
        self.works = asyncio.Event()

    async def run(
        self, _parts: WorkerParts, _stream: StreamSettings, stop: asyncio.Event, _status: RoundStatus
    ) -> None:
        """Fail, or work until `stop` is set."""
        self.runs += 1
        if self.runs == 1:
            raise KeyError("a fault of the block")
        self.works.set()
        await stop.wait()


async def test_a_failing_worker_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs beside it does not notice; at the end it stops."""
    worker = Failing()
    monkeypatch.setattr(rounds, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(rounds, "BLOCK_WORKERS", {"notes-retention": worker})
    async with asyncio.timeout(60), running_block_workers(PARTS, StreamSettings()):
        await worker.works.wait()
    assert worker.runs == 2


async def test_a_round_that_fails_is_repeated_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is that of the last round that ended well."""
    monkeypatch.setattr(rounds, "PAUSE_SECONDS", 0.01)
    status, stop, seen = RoundStatus("notes-retention"), asyncio.Event(), list[str]()

    async def work() -> dict[str, int]:
        seen.append(status.trouble)
        if len(seen) == 1:
            raise ConnectionRefusedError
        if len(seen) == 3:
            stop.set()
        return {"deletion": len(seen)}

    async with asyncio.timeout(60):
        await run_rounds(work, status, stop)
    assert seen == ["", "the database does not respond: ConnectionRefusedError", ""]
    assert (status.rounds, status.waiting) == (2, {"deletion": 3})
