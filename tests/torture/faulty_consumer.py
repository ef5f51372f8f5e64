"""The progress consumer as a program that dies or freezes at a chosen point, by composition alone.

`python faulty_consumer.py [POINT SIGNAL BATCHES]`: at the so-many-th batch of bets it sends itself the signal
`before` the batch's transaction, `inside` it, or `after` its commit. SIGALRM stands for a loop that hangs for
some seconds. Without arguments it lives.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.progress.wiring import create_consumer
from consumers.stream.database.batch import Batch
from consumers.stream.database.sink import Applied, Sink
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.cli.long_work import stop_on_signals

HANGS_SECONDS = 4.0
"""Twice the session of the members under torture."""


@dataclass(frozen=True, slots=True)
class FaultySink(Sink):
    """A sink that sends its own process a signal once."""

    point: str = ""
    sends: signal.Signals = signal.SIGKILL
    batches: int = 0
    _reached: list[str] = field(default_factory=list)

    async def apply(self, batch: Batch) -> Applied:
        """Apply a batch, up to the point."""
        if batch.topic.reference:
            return await Sink.apply(self, batch)
        self._reach("before")
        applied = await Sink.apply(
            self, replace(batch, topic=replace(batch.topic, apply=self._inside(batch)))
        )
        self._reach("after")
        return applied

    def _inside(self, batch: Batch) -> Any:
        async def apply(connection: AsyncConnection, messages: Sequence[Message[Any]]) -> Outcome:
            outcome = await batch.topic.apply(connection, messages)
            self._reach("inside")
            return outcome

        return apply

    def _reach(self, point: str) -> None:
        if point == self.point:
            self._reached.append(point)
            if len(self._reached) == self.batches:
                if self.sends is signal.SIGALRM:
                    time.sleep(HANGS_SECONDS)
                else:
                    os.kill(os.getpid(), self.sends)


async def main(arguments: Sequence[str]) -> None:
    """Consume until told to stop."""
    settings = StreamSettings()
    consumer = create_consumer(DatabaseSettings(), settings, CollectorRegistry(), SystemClock())
    if arguments:
        point, name, batches = arguments
        parts = {one.name: getattr(consumer.sink, one.name) for one in fields(Sink)}
        consumer.sink = FaultySink(**parts, point=point, sends=signal.Signals[name], batches=int(batches))
    with stop_on_signals() as stop:
        running = asyncio.create_task(consumer.run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        await consumer.stop()
        await running


if __name__ == "__main__":
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(main(sys.argv[1:]))
