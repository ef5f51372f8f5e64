"""Work in rounds, repeated through outages until it is stopped; and the workers of all blocks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ClockDiffers
from furlong.workers.catch_up import gate_of, until_caught_up
from furlong.workers.status import RoundStatus
from subgraphs.block_list import BLOCKS, BY_NAME
from subgraphs.kit.rounds import WorkerParts

log = structlog.get_logger(__name__)
PAUSE_SECONDS: Final = 5.0


class BlockWorker(NamedTuple):
    """A worker that a block declares, by the block's name and its own."""

    block: str
    name: str

    async def run(
        self, parts: WorkerParts, stream: StreamSettings, stop: asyncio.Event, status: RoundStatus
    ) -> None:
        """Work until `stop` is set; nothing is done before the block's consumer has applied its topics."""
        gate = gate_of(self.block, parts.database, stream, parts.clock)
        try:
            await until_caught_up(gate, stop, status.wait_for)
        finally:
            await gate.close()
        rounds = BY_NAME[self.block].create_rounds(self.name, parts)
        try:
            await run_rounds(rounds.round, status, stop)
        finally:
            await rounds.close()


BLOCK_WORKERS: Final[Mapping[str, BlockWorker]] = {
    f"{block.name}-{name}": BlockWorker(block.name, name) for block in BLOCKS for name in block.workers
}
"""By the names that `furlong worker NAME` has for them."""


async def run_rounds(
    work: Callable[[], Awaitable[Mapping[str, int]]], status: RoundStatus, stop: asyncio.Event
) -> None:
    """Do what is due, round after round, until `stop` is set.

    Args:
        work: Does a round; returns how many records wait, by what they wait for.
        status: Notes each round, and why one could not end well.
        stop: Ends the work after the round that runs.
    """
    while not stop.is_set():
        try:
            status.round_ended(**await work())
        except ClockDiffers as fault:
            status.trouble = str(fault)
            log.warning("clock_differs", detail=str(fault))
        except (SQLAlchemyError, OSError) as fault:
            status.trouble = f"the database does not respond: {type(fault).__name__}"
            log.warning("round_failed", worker=status.worker, error=type(fault).__name__)
        await _pause(stop)


async def _supervised(name: str, parts: WorkerParts, stream: StreamSettings, stop: asyncio.Event) -> None:
    """Run a worker until `stop` is set, again whenever it ends with an error, as systemd does."""
    while not stop.is_set():
        try:
            await BLOCK_WORKERS[name].run(parts, stream, stop, RoundStatus(name))
        except Exception as fault:
            log.exception("worker_ended", worker=name, again_in=PAUSE_SECONDS, error=str(fault))
        await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(PAUSE_SECONDS):
            await stop.wait()


@asynccontextmanager
async def running_block_workers(parts: WorkerParts, stream: StreamSettings) -> AsyncIterator[None]:
    """Run the workers of all blocks while the block runs."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for name in BLOCK_WORKERS:
            tasks.create_task(_supervised(name, parts, stream, stop), name=name)
        try:
            yield
        finally:
            stop.set()
